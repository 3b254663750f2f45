"""Notices by mail, through a real SMTP server on loopback."""

import datetime as dt
import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
import time_machine
from aiosmtpd.controller import Controller
from django.utils import timezone

from setsquare.faces.mail.sending import send_waiting
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.accounts.units import place
from setsquare.kernel.notices.models import Notice


class Mailbox:
    """What the server has received."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []

    async def handle_DATA(self, server, session, envelope) -> str:
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 OK"

    @property
    def texts(self) -> list[str]:
        return [m.get_body(("plain",)).get_content() for m in self.messages]


@pytest.fixture
def mailbox(settings) -> Iterator[Mailbox]:
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    yield box
    controller.stop()


@pytest.fixture
def anna(db) -> User:
    unit = Unit(code="ORG", name="Thalvent", kind=Unit.Kind.ORGANISATION, time_zone="Europe/Berlin")
    place(unit, None)
    return User.objects.create_user("anna", name="Anna Weber", email="anna@thalvent.example", unit=unit)


def notice(
    user: User, text: str = "Please look at it.", at: dt.datetime | None = None, **values: str
) -> Notice:
    return Notice.objects.create(user=user, kind="x", text=text, values=values, at=at or timezone.now())


def test_one_notice_is_one_message_with_its_sentence_as_subject(anna, mailbox):
    notice(anna, "Please read %(number)s by %(due)s.", number="SOP-001", due="2026-12-01T22:30:00+00:00")
    assert send_waiting() == 1
    assert send_waiting() == 0
    (message,) = mailbox.messages
    assert message["Subject"] == "Please read SOP-001 by 1 December 2026."
    assert message["To"] == "Anna Weber <anna@thalvent.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert "http" in mailbox.texts[0]
    assert message.get_body(("html",)).get_content().count("<html") == 1


def test_several_notices_are_one_message(anna, mailbox):
    for n in range(40):
        notice(anna, f"Sentence {n}.")
    assert send_waiting() == 1
    (message,) = mailbox.messages
    assert message["Subject"] == "40 notices"
    assert "Sentence 0." in mailbox.texts[0]
    assert "and 10 more" in mailbox.texts[0]
    assert "Sentence 30." not in mailbox.texts[0]


def test_once_a_day_means_at_seven_of_the_persons_morning(anna, mailbox):
    User.objects.update(digest="daily", time_zone="Pacific/Auckland")
    with time_machine.travel("2026-07-01T18:30:00Z", tick=False):  # half past six on 2 July in Auckland
        notice(anna, "In the night.")
        assert send_waiting() == 0
    with time_machine.travel("2026-07-01T19:05:00Z", tick=False):
        notice(anna, "After seven.")
        assert send_waiting() == 1
        assert send_waiting() == 0
    with time_machine.travel("2026-07-02T19:05:00Z", tick=False):
        assert send_waiting() == 1
    assert [m["Subject"] for m in mailbox.messages] == ["In the night.", "After seven."]


@pytest.mark.parametrize("change", [{"digest": "never"}, {"email": ""}, {"is_active": False}])
def test_who_wants_no_mail_gets_none_and_nothing_waits(anna, mailbox, change):
    notice(anna)
    User.objects.update(**change)
    assert send_waiting() == 0
    assert mailbox.messages == []
    assert not Notice.objects.filter(mailed=None).exists()


def test_a_server_that_is_away_loses_nothing(anna, mailbox, settings):
    notice(anna)
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    assert send_waiting() == 0
    assert Notice.objects.get().mail_attempts == 1
    settings.EMAIL_PORT = port
    assert send_waiting() == 0, "not before the pause is over"
    Notice.objects.update(at=timezone.now() - dt.timedelta(minutes=1))
    assert send_waiting() == 1
    assert Notice.objects.get().mailed is not None


def test_the_message_is_in_the_persons_language(anna, mailbox):
    User.objects.update(language="de")
    notice(anna, "Due on %(due)s.", due="2026-12-01T12:00:00+00:00")
    send_waiting()
    assert "1. Dezember 2026" in mailbox.messages[0]["Subject"]


def test_nothing_is_smuggled_into_the_headers(anna, mailbox):
    User.objects.update(name='Anna" <x@y.example>\nBcc: z@y.example')
    notice(anna, "%(number)s", number="A\nBcc: eve@example.org")
    send_waiting()
    assert all(m["Bcc"] is None for m in mailbox.messages)
