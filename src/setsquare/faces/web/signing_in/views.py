"""allauth's views, where Setsquare needs more of them."""

from typing import Any

from allauth.account.forms import ChangePasswordForm
from allauth.account.views import LoginView, PasswordChangeView, PasswordResetFromKeyView, PasswordResetView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.views import AddWebAuthnView
from allauth.socialaccount.adapter import get_adapter as provider_adapter
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from setsquare.domains.organisation.commands.access import has_tokens
from setsquare.faces.web.access import actor_of, person_of
from setsquare.faces.web.signing_in.resetting import ResetPasswordForm
from setsquare.kernel.commands.running import carry_out

ENDED_IDLE = "ended_idle"
"""Where the session notes that the one before it ended because nothing happened."""

PROGRAMS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""What browsers call themselves: the first that fits counts, since most name their ancestors too."""
SYSTEMS = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


class SignInView(LoginView):  # type: ignore[misc]
    """The page on which people sign in."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the organisation's own providers, and why somebody who was signed in finds themself here."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        providers = provider_adapter(self.request).list_providers(self.request)
        context["providers"] = [
            {"name": provider.name, "url": provider.get_login_url(self.request, process="login")}
            for provider in providers
        ]
        context["ended_idle"] = self.request.session.get(ENDED_IDLE, False)
        context["idle_minutes"] = settings.SETSQUARE.sign_in.idle_minutes
        return context


class ResetView(PasswordResetView):  # type: ignore[misc]
    """The page on which people ask for a link to set a new password."""

    form_class = ResetPasswordForm


@method_decorator(transaction.atomic, "form_valid")
class ResetByLinkView(PasswordResetFromKeyView):  # type: ignore[misc]
    """The page of a link: the new password and the end of the tokens from before are one."""


class NewPasswordForm(ChangePasswordForm):  # type: ignore[misc]
    """A new password, and whether programs that came in by a token are shut out as other sessions are."""

    end_tokens = forms.BooleanField(required=False, initial=True)


class ChangePasswordView(PasswordChangeView):  # type: ignore[misc]
    """The page on which people change their password."""

    def get_form_class(self) -> type[forms.Form]:
        """Ask about tokens where there are any."""
        return NewPasswordForm if has_tokens(person_of(self.request)) else ChangePasswordForm

    def form_valid(self, form: Any) -> HttpResponse:
        """End the tokens first, where the person wants it: a changed password is never left with them."""
        if form.cleaned_data.get("end_tokens"):
            person = person_of(self.request)
            carry_out("person", "end_tokens", actor_of(self.request), record=person.file.record)
        answer: HttpResponse = super().form_valid(form)
        return answer


class SecondFactorView(AuthenticateView):  # type: ignore[misc]
    """The page that asks for the code or passkey after the password."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Check the code, unless too many were wrong: those count like wrong passwords."""
        name = {"username": self.stage.login.user.get_username()}
        if AxesProxyHandler.is_locked(request, name):
            return locked_out(request, None, name)
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer


class AddPasskeyView(AddWebAuthnView):  # type: ignore[misc]
    """The page that adds a passkey: one that signs in by itself and verifies the person."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask the browser for a key that it can find without a name, and that verifies who uses it."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["js_data"] = {"creation_options": auth.begin_registration(self.request.user, True)}
        return context


class SessionsView(ListUserSessionsView):  # type: ignore[misc]
    """Where a person is signed in, in words."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what turns the name that a browser gives itself into words."""
        return {**super().get_context_data(**kwargs), "browser": browser}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """End one session of the person where the form names it, all but this one otherwise."""
        chosen = request.POST.get("session", "")
        if not chosen:
            answer: HttpResponseBase = super().post(request, *args, **kwargs)
            return answer
        known = UserSession.objects.filter(user=request.user.pk)
        session = known.filter(pk=int(chosen)).first() if chosen.isascii() and chosen.isdigit() else None
        if session is not None and session.session_key != request.session.session_key:
            session.end()
            messages.success(request, _("That session has ended."))
        return redirect("usersessions_list")


def browser(agent: str) -> str:
    """Return what a browser's own name says in two words, such as “Firefox, Windows”."""
    program = next((name for mark, name in PROGRAMS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return ", ".join(filter(None, (program, system))) or agent[:60] or _("unknown")


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: Any) -> HttpResponse:
    """Answer who has failed too often: when to try again, not whether the name exists."""
    minutes = settings.SETSQUARE.sign_in.lockout_minutes
    sentence = _("There were too many failed attempts. Try again in %(minutes)d minutes.") % {
        "minutes": minutes
    }
    page = render(request, "account/locked_out.html.jinja", {"sentence": sentence}, status=429)
    page.headers["Retry-After"] = str(minutes * 60)
    return page
