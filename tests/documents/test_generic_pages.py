"""The generic case of pages for documents, revisions and document types."""

import pytest

from setsquare.kernel.accounts.models import User
from setsquare.kernel.records.models import Record
from tests.cases import ThingCase
from tests.documents.conftest import Works


class DocumentsCase(ThingCase):
    """What the three have in common: Ada writes at Hamburg, Luc reads at Lyon."""

    @pytest.fixture
    def prepared(self, works: Works) -> None:
        self.works = works

    def reader(self) -> User:
        return self.works.person("ada")

    def stranger(self) -> User | None:
        return self.works.person("luc")


class TestDocuments(DocumentsCase):
    thing = "document"
    many = 100

    def make(self, number: int) -> Record:
        return self.works.record(self.works.draft(f"Gauging {number}"))


class TestRevisions(DocumentsCase):
    thing = "revision"
    many = 3

    def make(self, number: int) -> Record:
        return self.works.record(f"{self.works.draft(f'Gauging {number}')}/1")


class TestDocumentTypes(DocumentsCase):
    thing = "document_type"
    many = 3

    def make(self, number: int) -> Record:
        given = {
            "code": f"t{number}",
            "name": f"Gauge card {number}",
            "number_pattern": f"GC{number}-{{n:03}}",
        }
        given |= {
            "unit": "NW",
            "route": [{"name": "Approval", "mode": "all", "people": ["mia"], "meaning": "approved"}],
        }
        return self.works.do("cora", "document_type.create", **given).record

    def reader(self) -> User:
        return self.works.person("cora")

    def stranger(self) -> User | None:
        return None
