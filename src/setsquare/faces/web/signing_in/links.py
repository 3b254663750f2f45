"""Links by which a person sets a password: for one use, for a few days."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from setsquare.kernel.accounts.models import User


def password_link(user: User) -> str:
    """Return the link by which `user` sets a password; it ends with its use, or after the set number of days.

    Whoever has the link becomes the person: it is shown to them alone, or handed over by an administrator where
    they have no address.
    """
    key = default_token_generator.make_token(user)
    place = {"uidb36": user_pk_to_url_str(user), "key": key}
    address: str = settings.SETSQUARE.address
    return address + reverse("account_reset_password_from_key", kwargs=place)


def days_valid() -> int:
    """Return for how many days such a link works."""
    return int(settings.PASSWORD_RESET_TIMEOUT) // 86_400
