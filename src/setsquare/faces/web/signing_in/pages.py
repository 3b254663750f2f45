"""What signing in adds to the pages of people, and to signatures."""

from django.urls import path

from setsquare.faces.web.pages import add_urls, extend
from setsquare.faces.web.signing_in import addresses, journal, leaving, mails, passkeys, resetting
from setsquare.faces.web.signing_in.invitation import invite_page
from setsquare.faces.web.signing_in.on_record import check_ways_in
from setsquare.faces.web.signing_in.tokens import own_tokens, revoke_of, revoke_token, tokens_page
from setsquare.kernel.sealing.verifying import also_check
from setsquare.kernel.signatures.credentials import accept_passkeys

__all__ = ["addresses", "journal", "leaving", "mails", "resetting"]

also_check(check_ways_in)
accept_passkeys(passkeys.check_signature, passkeys.handed_out, leaving.forget, leaving.has_ways_in)
extend(
    "person",
    commands={"invite": invite_page, "make_token": own_tokens, "revoke_token": revoke_of},
    icons={
        "invite": "mail",
        "make_token": "key",
        "transfer": "route",
        "delegate": "user-plus",
        "leave": "logout",
        "end_access": "lock",
    },
)
add_urls(
    [
        path("me/tokens/", tokens_page, name="tokens"),
        path("me/tokens/<slug:prefix>/revoke/", revoke_token, name="revoke_token"),
        path("signing/passkey/", passkeys.signing_options, name="signing_options"),
    ]
)
