"""Signing once for many records that a job makes in the background: what is signed is fixed, and so is who signs."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from setsquare.kernel.accounts.models import User
from setsquare.kernel.signatures.credentials import Credentials, CredentialsRefused, verify
from setsquare.kernel.signatures.models import Batch
from setsquare.kernel.writing.canonical import canonical


@dataclass(frozen=True)
class OfBatch:
    """In place of credentials: that what is signed is an item of a batch, named by the digest of its content."""

    batch: int
    item: str


def sign_batch(user: User, meaning: str, items: Iterable[str], credentials: Credentials | None) -> Batch:
    """Keep that `user` signs each of the items, after they proved who they are; raises CredentialsRefused."""
    method = verify(user, credentials)
    now = timezone.now()
    content: dict[str, Any] = {
        "meaning": meaning,
        "signer": user.username,
        "printed_name": user.name,
        "at": now.isoformat().replace("+00:00", "Z"),
        "method": method,
        "items": sorted(set(items)),
    }
    signed = canonical(content)
    return Batch.objects.create(
        signer=user,
        meaning=meaning,
        at=now,
        method=method,
        signed=signed.decode(),
        digest=hashlib.sha256(signed).hexdigest(),
    )


def verify_of_batch(user: User, meaning: str, given: OfBatch) -> Batch:
    """Return the batch in which `user` signed the item with this meaning; raises CredentialsRefused.

    The batch is read anew: only its own signer is bound by it, for nothing but what it lists, and not after they left.
    """
    batch = Batch.objects.filter(pk=given.batch, signer_id=user.pk, meaning=meaning).first()
    if batch is None or hashlib.sha256(batch.signed.encode()).hexdigest() != batch.digest:
        raise CredentialsRefused(_("This was not signed by you. Nothing was signed."))
    if not User.objects.filter(pk=user.pk, is_active=True).exists():
        raise CredentialsRefused(_("This sign-in is no longer active."))
    if given.item not in json.loads(batch.signed)["items"]:
        raise CredentialsRefused(_("This is not what was signed: it was changed since. Nothing was signed."))
    return batch
