"""Days and times in English: the day before the month, so that no number can be taken for the other."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y, H:i"
TIME_FORMAT = "H:i"
DATE_INPUT_FORMATS = ["%d %B %Y", "%d %b %Y"]
DATETIME_INPUT_FORMATS = ["%d %B %Y %H:%M", "%d %B %Y, %H:%M"]
