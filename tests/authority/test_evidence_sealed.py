"""What a signature relied on is part of what was signed and sealed: somebody with every right in the database shows."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from setsquare.kernel.records.models import Record
from setsquare.kernel.sealing.sequencer import seal_all
from setsquare.kernel.sealing.verifying import Verification
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.writing.canonical import canonical
from tests.authority.conftest import Office
from tests.authority.test_supervised import accepts, change, seal_directory
from tests.kernel.test_sealing_verifying import force

__all__ = ["change", "seal_directory"]

Evidence = list[dict[str, Any]]


def told_of(record: Record) -> list[str]:
    return [one.sentence for one in Verification().problems() if one.subject == record.number]


def write_signed(signature: Signature, said: dict[str, Any]) -> None:
    """Have a signature say that something else was signed, with the digest of that."""
    signed = canonical(said)
    force(
        "UPDATE signatures_signature SET signed = %s, digest = %s WHERE id = %s",
        signed.decode(),
        hashlib.sha256(signed).hexdigest(),
        signature.pk,
    )


def another_level(relied: Evidence) -> Evidence | None:
    relied[0]["qualifications"][0]["level"] = 5
    return relied


def another_rule(relied: Evidence) -> Evidence | None:
    return [{**relied[0], "version": relied[0]["version"] + 1}]


def nothing(relied: Evidence) -> Evidence | None:
    return []


def none_asked(relied: Evidence) -> Evidence | None:
    return None


@pytest.mark.parametrize("sealed", [True, False])
@pytest.mark.parametrize("changed", [another_level, another_rule, nothing, none_asked])
def test_evidence_that_is_changed_in_the_database_is_found(
    office: Office,
    change: Record,
    seal_directory: Path,
    changed: Callable[[Evidence], Evidence | None],
    sealed: bool,
) -> None:
    accepts(office, change, office.desk.dora, waits=False)
    signature = Signature.objects.get(record=change, meaning="accepted")
    assert signature.authority is not None and "A1" in json.dumps(signature.authority)
    if sealed:
        seal_all()
    assert told_of(change) == []

    after = changed(signature.authority)
    force(
        "UPDATE signatures_signature SET authority = %s WHERE id = %s",
        None if after is None else json.dumps(after),
        signature.pk,
    )

    found = [
        f"The signature of Dora Example under {change.number} (accepted) says other than what was signed: authority."
    ]
    if sealed:
        seq, index = signature.entry.seq, signature.entry.leaf.index
        found.append(
            f"Entry {seq} of {change.number} (accept) or its signatures was changed "
            f"after it was sealed as leaf {index}."
        )
    assert told_of(change) == found


def test_evidence_is_not_put_under_a_signature_for_which_none_was_asked(office: Office) -> None:
    office.qualify(office.desk.ben)
    rule = office.draft()
    office.put_into_force(rule)
    signature = Signature.objects.get(record=rule)
    assert signature.authority is None and told_of(rule) == []

    force("UPDATE signatures_signature SET authority = %s WHERE id = %s", '[{"rule": "AR-1"}]', signature.pk)

    name = f"The signature of {signature.printed_name} under {rule.number} ({signature.meaning})"
    assert told_of(rule) == [f"{name} says other than what was signed: authority."]


def test_nor_under_one_of_an_earlier_version_which_signed_none(office: Office) -> None:
    office.qualify(office.desk.ben)
    rule = office.draft()
    office.put_into_force(rule)
    signature = Signature.objects.get(record=rule)
    said = json.loads(signature.signed)
    del said["authority"]
    write_signed(signature, said)
    assert told_of(rule) == []

    force("UPDATE signatures_signature SET authority = %s WHERE id = %s", '[{"rule": "AR-1"}]', signature.pk)

    name = f"The signature of {signature.printed_name} under {rule.number} ({signature.meaning})"
    assert told_of(rule) == [f"{name} says other than what was signed: authority."]


def test_evidence_changed_together_with_what_was_signed_is_found_once_it_is_sealed(
    office: Office, change: Record
) -> None:
    """Who changes the signed bytes and their digest as well is found by the seal."""
    accepts(office, change, office.desk.dora, waits=False)
    seal_all()
    signature = Signature.objects.get(record=change, meaning="accepted")
    said = json.loads(signature.signed)
    said["authority"] = []
    force("UPDATE signatures_signature SET authority = NULL WHERE id = %s", signature.pk)
    write_signed(signature, said)

    entry = signature.entry
    assert told_of(change) == [
        f"Entry {entry.seq} of {change.number} (accept) or its signatures was changed after it was sealed "
        f"as leaf {entry.leaf.index}."
    ]
