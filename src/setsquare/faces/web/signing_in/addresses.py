"""Keeping what allauth knows by mail addresses in step: a former one must neither sign in nor be sent links."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.signals import social_account_removed
from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

from setsquare.kernel.accounts.models import User
from setsquare.kernel.events.dispatch import subscribe
from setsquare.kernel.events.models import Event


@receiver(post_save, sender=User)
def forget_former_addresses(
    sender: type[User], instance: User, created: bool, update_fields: frozenset[str] | None, **_rest: Any
) -> None:
    """Drop what allauth noted of a person's former addresses, in the transaction that changes the address."""
    if not created and (update_fields is None or "email" in update_fields):
        EmailAddress.objects.filter(user=instance).exclude(email__iexact=instance.email).delete()


@subscribe("person.email_changed")
def unlink_accounts(event: Event) -> None:
    """Drop the links with accounts of other services, which somebody else may have made by the former address."""
    with transaction.atomic():
        for account in SocialAccount.objects.filter(user__file__record=event.record_id).select_related(
            "user"
        ):
            account.delete()
            social_account_removed.send(sender=SocialAccount, request=None, socialaccount=account)
