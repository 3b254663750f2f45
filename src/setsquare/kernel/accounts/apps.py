"""Django application of people, units and rights."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, units, roles, grants, delegations and personal tokens."""

    name = "setsquare.kernel.accounts"
    label = "accounts"
