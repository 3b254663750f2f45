"""The WSGI application, for granian and any other server."""

import gc
import os

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from setsquare.project import configuration

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "setsquare.project.settings")


def _refuse_unsafe_settings() -> None:
    if reasons := configuration.refusals(configuration.load()):
        raise ImproperlyConfigured("These settings are not safe for production. " + " ".join(reasons))


def _refuse_other_purpose() -> None:
    from django.db import connections  # noqa: PLC0415 - Django is set up by now

    from setsquare.project import purpose  # noqa: PLC0415 - its models need that

    objection = purpose.objection(configuration.load())
    connections.close_all()  # each thread of the server opens its own
    if objection:
        raise ImproperlyConfigured(objection)


_refuse_unsafe_settings()
application = get_wsgi_application()
_refuse_other_purpose()

# What exists now lives as long as the process: take it out of the collector's rounds, which otherwise
# stop a request for tens of milliseconds.
gc.collect()
gc.freeze()
