"""Files and texts, kept by the digest of their content."""
