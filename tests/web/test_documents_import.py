"""Bulk import of documents: the dry run finds everything, the import neither repeats nor loses a line."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from setsquare.domains.documents.importing import jobs
from setsquare.domains.documents.importing.models import ImportJob, ImportRow
from setsquare.domains.documents.importing.reports import report
from setsquare.domains.documents.importing.tables import read_table
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.links.models import Link
from setsquare.kernel.records.models import Record
from setsquare.kernel.trail.models import Entry
from tests.web.documents_house import TEXT, House, once, undone


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    with once(django_db_blocker) as house:
        yield house


@pytest.fixture
def db(built: House) -> Iterator[None]:
    """In place of pytest-django's: the database with the organisation in it."""
    with undone():
        yield


@pytest.fixture
def house(db: None, built: House) -> House:
    return built


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return target.getvalue()


LIST = (
    "number;title;type;unit;owner;area;standards;review_months;effective_since;file\n"
    "SOP-100;Receiving;Procedure;N;cora;Purchasing;ISO 9001:2015, 8.4; ;2020-05-01;a/receiving.md\n"
    ";Sending;procedure;N;;;;12;;sending.md\n"
)


def begin(house: House, data: bytes, name: str = "legacy.zip", **options: Any) -> ImportJob:
    wanted = {"unit": "NW", "owner": "", "reason": "Taken over from the file server.", **options}
    return jobs.begin(house.people["cora"], data, name, options=wanted)


def checked(house: House, data: bytes, **options: Any) -> ImportJob:
    job = begin(house, data, **options)
    jobs.run_to_end(job)
    return job


def problems(job: ImportJob) -> dict[int, list[tuple[str, str]]]:
    return {
        row.row: [tuple(problem) for problem in row.problems]
        for row in job.rows.order_by("row")
        if row.problems
    }


def test_a_folder_is_read_from_its_names(house: House) -> None:
    data = zipped({
        "Old/Procedures/SOP-007 Calibration of gauges rev 3.md": TEXT,
        "Old/Procedures/Handling.md": TEXT,
        "Old/.DS_Store": b"x",
    })  # fmt: skip
    job = checked(house, data)
    values = [row.values for row in job.rows.order_by("row")]
    assert [(v.get("number"), v["title"], v["type"]) for v in values] == [
        (None, "Handling", "procedure"),
        ("SOP-007", "Calibration of gauges", "procedure"),
    ]
    assert job.state == "checked"
    assert jobs.progress(job).right == 2


def test_a_list_with_files_is_imported_once(house: House) -> None:
    data = zipped({"documents.csv": LIST, "a/receiving.md": TEXT, "sending.md": TEXT})
    job = checked(house, data)
    assert problems(job) == {}
    assert Record.objects.filter(type="document").count() == 0, "a dry run leaves nothing behind"
    jobs.start(job)
    jobs.run_to_end(job)
    assert job.state == "done"
    receiving = Record.objects.get(number="SOP-100")
    assert receiving.state == "effective"
    assert receiving.document.current is not None
    assert str(receiving.document.next_review) == "2022-05-01"
    assert receiving.document.standards == ["ISO 9001:2015, 8.4"]
    entry = Entry.objects.get(record=receiving)
    assert (entry.command, entry.reason, entry.channel) == (
        "import_effective",
        "Taken over from the file server.",
        "import",
    )
    sending = Record.objects.get(title="Sending", type="document")
    assert (sending.number, sending.state, sending.document.review_months) == ("SOP-001", "preparing", 12)

    again = checked(house, data)
    assert jobs.progress(again).before == 2, "the same lines are known again"
    jobs.start(again)
    jobs.run_to_end(again)
    assert Record.objects.filter(type="document").count() == 2


def test_what_is_taken_over_is_linked_with_what_it_refers_to(house: House) -> None:
    form = house.make(
        "ari", "document", type="form", title="Sheet", unit="NW", content="## Purpose\n\nA sheet."
    )
    job = checked(house, zipped({"Procedures/Old.md": TEXT}), effective=True, effective_since="2020-01-01")
    jobs.start(job)
    jobs.run_to_end(job)
    (link,) = Link.objects.filter(source__title="Old", kind="refers_to")
    assert link.target == form


def test_every_problem_is_told_by_line(house: House) -> None:
    rows = (
        "number,title,type,unit,owner,effective_since,file,colour\n"
        "SOP-1,,procedure,N,,,a.md,red\n"
        "SOP-2,Good,nonsense,N,,,,\n"
        "SOP-2,Twice,procedure,N,,,,\n"
        ",Nobody,procedure,N,ghost,,,\n"
        ",Nowhere,procedure,X,,,,\n"
        ",Tomorrow,procedure,N,,2999-01-01,b.md,\n"
        ",Bad day,procedure,N,,soon,b.md,\n"
        ",Missing,procedure,N,,,none.md,\n"
        ",Broken,procedure,N,,,c.docx,\n"
    )
    data = zipped({"index.csv": rows, "a.md": TEXT, "b.md": TEXT, "c.docx": b"no word file"})
    job = checked(house, data)
    found = {line: [column for column, _ in told] for line, told in problems(job).items()}
    assert found[2] == ["title"]
    assert "number" in found[3]
    assert found[4] == ["number"]
    assert found[5] == ["owner"]
    assert found[6] == ["unit"]
    assert found[7] == ["file"], "the same file in two lines"
    assert found[9] == ["file"]
    assert found[10] == ["file"]
    assert job.options["unknown_columns"] == ["colour"]
    assert jobs.progress(job).right == 0
    lines = read_table(report(job))
    assert len(lines.rows) == 9


def test_days_are_checked_by_the_command(house: House) -> None:
    rows = "title,type,effective_since,file\nLater,procedure,2999-01-01,a.md\nWord,procedure,soon,b.md\n"
    job = checked(house, zipped({"list.csv": rows, "a.md": TEXT, "b.md": TEXT}))
    assert [told[0][0] for told in problems(job).values()] == ["effective_since", "effective_since"]


def test_an_effective_document_needs_its_sections(house: House) -> None:
    job = checked(
        house,
        zipped({"Procedures/Short.md": "Nothing but this."}),
        effective=True,
        effective_since="2020-01-01",
    )
    (told,) = problems(job).values()
    assert "Purpose" in told[0][1]


def test_an_interruption_loses_and_repeats_nothing(house: House) -> None:
    files = {f"Procedures/Work {n}.md": TEXT for n in range(5)}
    job = checked(house, zipped(files))
    jobs.start(job)
    jobs.run_some(job, rows=2)
    assert jobs.progress(job).imported == 2
    # a worker that died after its line was claimed but before the end of the transaction leaves the line as it was
    job = ImportJob.objects.get(pk=job.pk)
    jobs.stop(job)
    assert job.state == "stopped"
    jobs.start(job)
    jobs.run_to_end(job)
    assert jobs.progress(job).imported == 5
    assert Record.objects.filter(type="document").count() == 5


def test_two_workers_import_a_line_once(house: House) -> None:
    job = checked(house, zipped({"Procedures/Work.md": TEXT}))
    jobs.start(job)
    row = job.rows.get()
    first, second = jobs._Workshop(job), jobs._Workshop(job)
    first.bring_in(row)
    second.bring_in(ImportRow(**{f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}))
    assert Record.objects.filter(type="document").count() == 1


def test_rights_are_those_of_the_person(house: House) -> None:
    job = jobs.begin(
        house.people["rhea"], zipped({"Procedures/Work.md": TEXT}), "x.zip", options={"unit": "NW"}
    )
    jobs.run_to_end(job)
    ((_line, told),) = problems(job).items()
    assert told[0][0] == ""


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 broken",
        zipped({}),
        zipped({"documents.csv": "colour\nred\n", "a.md": TEXT}),
        b"\x00\x01\x02",
    ],
)
def test_what_is_no_import_is_refused_with_a_sentence(house: House, data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        begin(house, data)
    assert set(refused.value.fields) == {"source"}


def test_a_bomb_is_not_unpacked(house: House) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("Procedures/Big.md", b"0" * (60 * 2**20))
    job = checked(house, target.getvalue())
    ((_line, told),) = problems(job).items()
    assert told[0][0] == "file"
