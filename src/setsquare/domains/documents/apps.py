"""Django application of documents."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Controlled documents, from draft to confirmed reading."""

    name = "setsquare.domains.documents"
    label = "documents"
