"""Setting a person's password on the machine, as Django does, and what follows of it."""

import getpass
from typing import Any

from django.contrib.auth.management.commands import changepassword

from setsquare.domains.organisation.commands.access import note_access_anew
from setsquare.kernel.accounts.models import User


class Command(changepassword.Command):
    """Set a password anew, enter that in the trail of the person, and end their tokens."""

    def handle(self, *args: Any, **options: Any) -> str | None:
        """Ask twice for the password, and keep it."""
        name = options["username"] = options["username"] or getpass.getuser()
        answer: str | None = super().handle(*args, **options)
        user = User.objects.filter(username=name, file__isnull=False).first()
        if user is not None:
            note_access_anew(user, "cli")
        return answer
