"""One Django application for each noun of the trade; `ls` reads as the profession."""
