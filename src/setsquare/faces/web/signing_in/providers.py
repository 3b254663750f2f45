"""Signing in by another service (OpenID Connect), and what is said where it does not answer."""

from collections.abc import Callable
from typing import Any

import structlog
from allauth.account.internal.decorators import login_not_required
from allauth.socialaccount.providers.openid_connect import views
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from requests import RequestException

log = structlog.get_logger("setsquare.sign_in")


def _answering(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    def answered(request: HttpRequest, provider_id: str) -> HttpResponseBase:
        try:
            return view(request, provider_id)
        except RequestException as error:
            log.warning("provider is silent", provider=provider_id, error=str(error))
            messages.error(
                request, _("The other service does not answer now. Try again later, or sign in another way.")
            )
            return redirect("account_login")

    marked: Any = login_not_required(answered)
    return marked  # type: ignore[no-any-return]


begin = _answering(views.login)
come_back = _answering(views.callback)
