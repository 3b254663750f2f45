"""A draft as its template gave it is not submitted: nobody has written it."""

from setsquare.kernel.commands.errors import Refused
from tests.documents.conftest import TEXT, Works
from tests.documents.test_refusals import refused


def test_what_the_template_gave_is_nobodys_text(works: Works) -> None:
    made = works.do("ada", "document.create", type="procedure", title="Cleaning", unit="H")
    first = f"{made.record.number}/1"
    begun = works.content(first)
    names = "Purpose, Scope, Responsibilities, Procedure, Records, References"
    submit = {"reviewers": ["rolf"], "due": works.day(3)}
    sentence = (
        "content: These sections are not written yet: %s. They are empty, or as the template gave them."
    )
    assert refused(works, Refused, "ada", "revision.submit", first, **submit) == sentence % names
    other = works.do("ada", "document.create", type="external", title="A norm", unit="H").record.number
    assert refused(works, Refused, "ada", "revision.send_for_approval", f"{other}/1") == (
        sentence % "Description, Use here, Watching for changes"
    )
    kind = works.document(made.record.number).kind
    route = [{**step, "needed": 1} for step in kind.route]
    given = {"name": "Procedure", "number_pattern": kind.number_pattern, "route": route}
    sections = {"required_sections": kind.required_sections, "template": "## Purpose\n\nAnother question?"}
    works.do("", "document_type.edit", kind.record.number, **given, **sections)
    assert refused(works, Refused, "ada", "revision.submit", first, **submit) == sentence % names
    works.do("ada", "revision.save", first, content=begun.replace("1. ...", "1. Rinse the bath."))
    left = names.replace(" Procedure,", "")
    assert refused(works, Refused, "ada", "revision.submit", first, **submit) == sentence % left
    works.do("ada", "revision.save", first, content=TEXT)
    works.do("ada", "revision.submit", first, **submit)
    assert works.record(first).state == "in_review"
