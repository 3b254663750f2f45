"""What roles let somebody do before somebody else confirmed that they alone know their way in.

Whoever enters a person or sends them a link could sign in as them. Until a second person vouches for it, nothing is
signed by it, and their roles count only for reading what is not confidential and for work that somebody else signs.
"""

from collections.abc import Iterable

from django.utils.functional import lazy
from django.utils.translation import gettext as _

from setsquare.kernel.accounts.models import User

_at_once: set[str] = set()


def count_at_once(permissions: Iterable[str]) -> None:
    """Declare permissions that count before the access of who holds them is confirmed; no others do."""
    _at_once.update(permissions)


def counts_at_once(permission: str) -> bool:
    """Tell whether a permission counts before the access of who holds it is confirmed."""
    return permission in _at_once


def at_once() -> list[str]:
    """Return the permissions that count before an access is confirmed, in order."""
    return sorted(_at_once)


def is_waiting(user: User) -> bool:
    """Tell whether somebody else still has to confirm the access of a person."""
    return not user.may_sign


def _why_waiting() -> str:
    return _(
        "Your access is not confirmed yet: your manager or another administrator confirms that you alone know the"
        " password. Until then your roles let you read and write drafts, and nothing else."
    )


why_waiting = lazy(_why_waiting, str)()
"""Says who confirms an access, and what it is good for until then."""
