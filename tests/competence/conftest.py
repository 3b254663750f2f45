"""A site where Hanna and Mark write and release frameworks, and Rob reads them; Sol manages a site of his own alone."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from setsquare.domains.competence.models import Framework
from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import Outcome, carry_out
from setsquare.kernel.files.intake import take_in
from setsquare.kernel.records.models import Record
from setsquare.kernel.signatures.credentials import Credentials
from tests.houses import Houses, database

PASSWORD = "a-quiet-river-42"


@dataclass
class Desk:
    """The people, and frameworks by their hands."""

    people: dict[str, User] = field(default_factory=dict)

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    def do(self, who: User, record: Record, name: str, /, **body: Any) -> Outcome:
        """Carry out a command, signing where it takes a signature."""
        current = Record.objects.get(pk=record.pk)
        return carry_out(
            current.type,
            name,
            Actor(who),
            record=current,
            reason=body.pop("because", ""),
            body=body,
            version=current.version,
            credentials=Credentials(password=PASSWORD),
        )

    def profile(self, *asked: tuple[Any, ...], who: User | None = None, **body: Any) -> Record:
        """Begin a profile that asks for components: framework, code, needed level, perhaps the desired one, months."""
        names = ("framework", "component", "required", "desired", "months")
        rows = [dict(zip(names, (row[0].number, *row[1:]), strict=False)) for row in asked]
        given = {"title": "Operator", "unit": "N", "requirements": rows, **body}
        return carry_out("role_profile", "create", Actor(who or self.hanna), body=given).record

    def framework(self, start: str = "empty", who: User | None = None, **body: Any) -> Record:
        """Begin a framework, by Hanna unless it is said otherwise."""
        given = {"title": "Trades", "purpose": "What operators can do.", "unit": "N", "start": start, **body}
        return carry_out("framework", "create", Actor(who or self.hanna), body=given).record

    def small(self, **body: Any) -> Record:
        """Begin a framework of two levels with one group and one component."""
        record = self.framework(**body)
        self.do(
            self.hanna,
            record,
            "set_scale",
            scale=[{"code": "A", "name": "Can"}, {"code": "B", "name": "Can well"}],
        )
        self.do(self.hanna, record, "add_item", code="G", kind="group", title="Making")
        self.do(
            self.hanna,
            record,
            "add_item",
            code="G-1",
            parent="G",
            title="Turning",
            levels=[{"level": 1, "text": "Turns.", "indicators": ["Holds it", "Measures it"]}, {"level": 2}],
        )
        return record

    def released(self, record: Record, who: User | None = None, summary: str = "It is new.") -> Record:
        """Have the draft released, by Mark unless it is said otherwise."""
        self.do(who or self.mark, record, "release", summary=summary)
        return record

    def take(self, record: Record, *files: tuple[str, bytes], **more: Any) -> Outcome:
        """Bring files into the draft."""
        uploads = [take_in(self.hanna, data, name).blob_id for name, data in files]
        return self.do(self.hanna, record, "import_content", files=uploads, **more)


def framework_of(record: Record) -> Framework:
    return Framework.objects.get(pk=record.pk)


def build() -> Desk:
    bootstrap.establish(
        "Norma Works", "NW", "Europe/Berlin", username="rita", name="Rita Root", password=PASSWORD
    )
    bootstrap.add_unit("N", "North", "site", "NW")
    bootstrap.add_unit("S", "South", "site", "NW")
    desk = Desk()
    for name, role, unit in (
        ("hanna", "head", "N"),
        ("mark", "manager", "N"),
        ("rob", "reader", "N"),
        ("sol", "head", "S"),
    ):
        desk.people[name] = bootstrap.add_person(name, f"{name.title()} Example", unit, password=PASSWORD)
        bootstrap.grant(desk.people[name], role, unit)
    desk.people["nora"] = bootstrap.add_person("nora", "Nora Nobody", "S")
    return desk


def build_bench() -> Any:
    from tests.competence.bench import build as with_assessments  # noqa: PLC0415 - it stands on this one

    return with_assessments()


db = database(bench=build_bench, desk=build)


@pytest.fixture
def bench(db: None, houses: Houses) -> Any:
    return houses.of(build_bench)


@pytest.fixture
def desk(request: pytest.FixtureRequest, db: None, houses: Houses) -> Desk:
    found: Desk = (
        request.getfixturevalue("bench").desk if "bench" in request.fixturenames else houses.of(build)
    )
    return found


@pytest.fixture(autouse=True)
def seal_directory(settings: Any, tmp_path: Path) -> None:
    """Have each test its own place beside the log: a checkpoint left there by another is of another log."""
    settings.SEAL_DIRECTORY = tmp_path / "seal"
