"""The commands of the organisation; importing this declares all of them, in the order in which pages offer them."""

from importlib import import_module

for _name in ("units", "people", "leaving", "rights", "access", "roles"):
    import_module(f"{__name__}.{_name}")
