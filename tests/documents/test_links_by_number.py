"""`[[SOP-001]]` is the link to a record when it is saved, for whoever may see the record."""

from tests.documents.conftest import TEXT, Works


def test_a_saved_text_and_a_new_one_link_what_is_there(works: Works) -> None:
    other = works.draft("Cleaning")
    number = works.draft(content=f"{TEXT}\nSee [[{other}]].\n")
    link = f"See [{other}](record:{other})"
    assert f"{link}." in works.content(f"{number}/1")
    works.do("ada", "revision.save", f"{number}/1", content=f"See [[{other}]] and [[SOP-999]].")
    assert works.content(f"{number}/1").strip() == f"{link} and [[SOP-999]]."


def test_what_one_may_not_see_is_not_told_to_be_there(works: Works) -> None:
    theirs = works.do("line", "document.create", type="procedure", title="Lyon", unit="L").record.number
    number = works.draft()
    works.do("ada", "revision.save", f"{number}/1", content=f"See [[{theirs}]].")
    assert works.content(f"{number}/1").strip() == f"See [[{theirs}]]."
