"""German: nothing that the sources say now is untranslated, and a page in German shows it."""

import gettext

import pytest
from django.test import Client
from django.utils import translation
from tools.messages import complaints, extracted, load, po_file

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.records.things import all_things


def test_every_sentence_is_translated_with_the_same_places() -> None:
    found = complaints("de")
    assert not found, "\n".join(
        ["Run tools/messages.py update, translate, and tools/messages.py compile:", *found]
    )


def test_templates_and_sources_are_both_gathered() -> None:
    said = {message.id for message in extracted()}
    assert {"Skip to content", "My work", "Submit for review", "In approval"} <= said
    assert any(isinstance(text, tuple) and "{" not in text[0] for text in said)


def test_the_compiled_catalogue_is_that_of_the_sources() -> None:
    with po_file("de").with_suffix(".mo").open("rb") as stream:
        compiled = gettext.GNUTranslations(stream)
    for message in load("de"):
        if not message.id or message.context:
            continue
        if isinstance(message.id, tuple | list):
            one, many = (compiled.ngettext(*message.id, count) for count in (1, 2))
            assert (one, many) == tuple(message.string)
        else:
            assert compiled.gettext(message.id) == message.string


def test_states_of_every_type_have_german_words() -> None:
    with translation.override("de"):
        words = {
            translation.gettext(state.label)
            for thing in all_things()
            if thing.code in ("document", "revision", "change_request")
            for state in thing.lifecycle.states
        }
    assert {
        "Entwurf",
        "In Prüfung",
        "In Genehmigung",
        "Genehmigt",
        "Wirksam",
        "Ersetzt",
        "Zurückgezogen",
    } <= words


@pytest.mark.django_db
def test_pages_are_shown_in_a_persons_language(client: Client) -> None:
    user = bootstrap.establish(
        "Norma Werke", "NW", "Europe/Berlin", username="rita", name="Rita Wurzel", language="de"
    )
    client.force_login(user)
    page = client.get("/people/").content.decode()
    assert '<html lang="de"' in page
    assert "Meine Arbeit" in page and "Neue Person" in page and "Personen" in page
    assert "My work" not in page and "New person" not in page
    history = client.get(f"/people/{user.file.record.number}/history/").content.decode()
    assert "hat eine Rolle vergeben" in history
