"""The WSGI application, for granian and any other server."""

import gc
import os

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from setsquare.project import configuration

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "setsquare.project.settings")

if reasons := configuration.refusals(configuration.load()):
    raise ImproperlyConfigured("These settings are not safe for production. " + " ".join(reasons))

application = get_wsgi_application()

# What exists now lives as long as the process: take it out of the collector's rounds, which otherwise
# stop a request for tens of milliseconds.
gc.collect()
gc.freeze()
