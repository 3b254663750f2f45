"""Django application of files."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Files and texts, kept by the digest of their content."""

    name = "setsquare.kernel.files"
    label = "files"
