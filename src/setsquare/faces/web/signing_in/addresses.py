"""Keeping allauth's copy of mail addresses in step: a former address must neither sign in nor be sent links."""

from typing import Any

from allauth.account.models import EmailAddress
from django.db.models.signals import post_save
from django.dispatch import receiver

from setsquare.kernel.accounts.models import User


@receiver(post_save, sender=User)
def forget_former_addresses(
    sender: type[User], instance: User, created: bool, update_fields: frozenset[str] | None, **_rest: Any
) -> None:
    """Drop what allauth noted of a person's former addresses, in the transaction that changes the address."""
    if not created and (update_fields is None or "email" in update_fields):
        EmailAddress.objects.filter(user=instance).exclude(email__iexact=instance.email).delete()
