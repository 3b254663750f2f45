"""The names of a record's tabs within addresses."""

from setsquare.faces.web.pages import tab_codes

GENERIC = ("links", "files", "tasks", "signatures")


class TabConverter:
    """A tab of some record type; a number that ends alike (`SOP-004/2`) is none.

    Hand-made tabs are known by the time that addresses are read.
    """

    regex = "|".join(sorted({*GENERIC, *tab_codes()}))

    def to_python(self, value: str) -> str:
        """Return the tab's code."""
        return value

    def to_url(self, value: str) -> str:
        """Return the tab's code."""
        return value
