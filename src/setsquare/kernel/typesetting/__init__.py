"""Controlled documents as PDF: archival (PDF/A-3a), accessible (PDF/UA-1), with their record attached."""

from .pdf import document_pdf
from .sheet import History, Labels, Sheet, Signature, Stamp

__all__ = ["History", "Labels", "Sheet", "Signature", "Stamp", "document_pdf"]
