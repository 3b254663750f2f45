"""Addresses of signing in that come before allauth's own of the same names."""

from django.contrib.auth.decorators import login_required
from django.urls import path, re_path

from setsquare.faces.web.signing_in import passkeys, providers, views

urlpatterns = [
    path("login/", views.SignInView.as_view(), name="account_login"),
    path("login/passkey/", passkeys.sign_in_options, name="sign_in_options"),
    path("2fa/authenticate/", views.SecondFactorView.as_view(), name="mfa_authenticate"),
    path("2fa/webauthn/add/", views.AddPasskeyView.as_view(), name="mfa_add_webauthn"),
    path("oidc/<str:provider_id>/login/", providers.begin, name="openid_connect_login"),
    path("oidc/<str:provider_id>/login/callback/", providers.come_back, name="openid_connect_callback"),
    path("password/change/", views.ChangePasswordView.as_view(), name="account_change_password"),
    path("password/reset/", views.ResetView.as_view(), name="account_reset_password"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.ResetByLinkView.as_view(),
        name="account_reset_password_from_key",
    ),
    path("sessions/", login_required(views.SessionsView.as_view()), name="usersessions_list"),
]
