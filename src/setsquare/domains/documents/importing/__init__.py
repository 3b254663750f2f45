"""Taking over many documents at once: a folder, or a list with its files, checked first and then imported in rounds."""
