"""Django application of the web face."""

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages, and the little that they keep of their own: saved views and forms that were sent."""

    name = "setsquare.faces.web"
    label = "web"

    def ready(self) -> None:
        """Load the checks, the clock's job, the hand-made pages (each package's `pages` module); reserve words."""
        import_module(f"{self.name}.checks")
        import_module(f"{self.name}.keys")
        for part in iter_modules(import_module(self.name).__path__, f"{self.name}."):
            if part.ispkg and find_spec(f"{part.name}.pages"):
                import_module(f"{part.name}.pages")
        import_module(f"{self.name}.reserved").keep_words_free()
