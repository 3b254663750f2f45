"""Learning record stores: really asks each, and looks at what could not be sent to it."""

from setsquare.domains.training.xapi.models import Outgoing
from setsquare.domains.training.xapi.sending import ask
from setsquare.project.checks.findings import Finding, error, ok, warning
from setsquare.project.configuration import Configuration


def stores(settings: Configuration) -> list[Finding]:
    """That each store answers to its key, and takes what it is sent."""
    found = []
    for store in settings.learning_records:
        subject = f"store {store.id}"
        if not store.address.startswith("https://") and not store.address.startswith("http://localhost"):
            found.append(
                warning(subject, "Learning records leave this machine unencrypted.", "Use https://.")
            )
        status, said = ask(store, "GET", "/statements?limit=1")
        if status != 200:
            told = (
                f"It refused the key ({status})."
                if status in (401, 403)
                else f"It does not answer ({status or said})."
            )
            found.append(error(subject, told, "Check address, key and secret in [[learning_records]]."))
            continue
        waiting = Outgoing.objects.filter(store=store.id, sent__isnull=True)
        failing = waiting.exclude(error="").order_by("id").first()
        if failing is not None:
            said = f"{waiting.count()} learning records wait; the oldest fails with: {failing.error[:200]}"
            found.append(
                warning(subject, said, "Ask whoever runs the store why it refuses them; they are sent again.")
            )
        else:
            found.append(ok(subject, f"It answers; {waiting.count()} learning records wait."))
    return found
