"""Django's settings, derived from :mod:`setsquare.project.configuration`."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from setsquare import __version__
from setsquare.project import configuration as _configuration
from setsquare.project import logs

SETSQUARE = _configuration.load()
"""The configuration itself; read it as ``settings.SETSQUARE``."""

VERSION = __version__
PACKAGE = Path(__file__).resolve().parent.parent

SECRET_KEY = SETSQUARE.secret_key.get_secret_value()
DEBUG = SETSQUARE.debug
ALLOWED_HOSTS = list(SETSQUARE.host_names)
ROOT_URLCONF = "setsquare.project.urls"
WSGI_APPLICATION = "setsquare.project.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = True

INSTALLED_APPS = [
    "setsquare.kernel.accounts",
    "setsquare.kernel.authority",
    "setsquare.kernel.commands",
    "setsquare.kernel.events",
    "setsquare.kernel.files",
    "setsquare.kernel.links",
    "setsquare.kernel.notices",
    "setsquare.kernel.qualifications",
    "setsquare.kernel.records",
    "setsquare.kernel.sealing",
    "setsquare.kernel.search",
    "setsquare.kernel.signatures",
    "setsquare.kernel.tasks",
    "setsquare.kernel.trail",
    "setsquare.domains.organisation",
    "setsquare.domains.authority",
    "setsquare.domains.changes",
    "setsquare.domains.competence",
    "setsquare.domains.development",
    "setsquare.domains.documents",
    "setsquare.domains.training",
    "setsquare.domains.quizzes",
    "setsquare.flows",
    "setsquare.faces.api",
    "setsquare.faces.mail",
    "setsquare.faces.web",
    "setsquare.project",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_tasks",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "setsquare.project.middleware.health.HealthMiddleware",
    "setsquare.project.middleware.proxies.TrustedProxyMiddleware",
    "setsquare.project.middleware.requests.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "setsquare.project.middleware.uploads.UploadLimitMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "setsquare.project.middleware.sessions.IdleTimeoutMiddleware",
    "setsquare.project.middleware.people.PersonalSettingsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [PACKAGE / "faces/web/templates", PACKAGE / "faces/mail/templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "setsquare.project.jinja.environment",
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "setsquare.faces.web.context.frame",
            ],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

# --- database -----------------------------------------------------------------------------------

DATABASES = {
    "default": SETSQUARE.store.settings(
        statement_timeout=SETSQUARE.database.statement_timeout,
        connection_age=SETSQUARE.database.connection_age,
        pool=SETSQUARE.database.pool,
    )
}
if SETSQUARE.mode == "test" and SETSQUARE.store.vendor == "sqlite":
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}  # each process of a test run has its own
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# --- background work ----------------------------------------------------------------------------

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

# --- people and sign-in -------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "setsquare.faces.web.signing_in.presence.PersonBackend",
]
PASSWORD_HASHERS = [
    *(
        ["django.contrib.auth.hashers.MD5PasswordHasher"] if SETSQUARE.mode == "test" else []
    ),  # tests only: quick
    "setsquare.kernel.accounts.hashing.Argon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_VALIDATION = "django.contrib.auth.password_validation."
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": _VALIDATION + "MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": _VALIDATION + "CommonPasswordValidator"},
    {
        "NAME": _VALIDATION + "UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email")},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "setsquare.faces.web.signing_in.adapters.AccountAdapter"
ACCOUNT_TEMPLATE_EXTENSION = "html.jinja"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = urlsplit(SETSQUARE.address).scheme
ACCOUNT_RATE_LIMITS = {"login_failed": None}  # axes counts failures, in the database, over all processes

SOCIALACCOUNT_ADAPTER = "setsquare.project.sign_in.ProviderAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [provider.app() for provider in SETSQUARE.openid]}}

MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SETSQUARE.served_over_https
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_ADAPTER = "setsquare.faces.web.signing_in.adapters.SecondFactorAdapter"

AXES_FAILURE_LIMIT = SETSQUARE.sign_in.failures
AXES_COOLOFF_TIME = timedelta(minutes=SETSQUARE.sign_in.lockout_minutes)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "setsquare.project.sign_in.lockout_name"
AXES_CLIENT_IP_CALLABLE = "setsquare.project.sign_in.client_address"
AXES_LOCKOUT_CALLABLE = "setsquare.faces.web.signing_in.views.locked_out"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# --- sessions, cookies, headers -----------------------------------------------------------------

SESSION_ENGINE = "setsquare.faces.web.signing_in.presence"
SESSION_COOKIE_AGE = SETSQUARE.sign_in.session_hours * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SETSQUARE.cookies_are_secure
SESSION_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "__Host-session" if SESSION_COOKIE_SECURE else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if CSRF_COOKIE_SECURE else "csrf"
CSRF_TRUSTED_ORIGINS = [SETSQUARE.address] if SETSQUARE.served_over_https else []
CSRF_FAILURE_VIEW = "setsquare.faces.web.errors.csrf_failed"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SECURE_SSL_REDIRECT = SETSQUARE.in_production and SETSQUARE.served_over_https
SECURE_HSTS_SECONDS = SETSQUARE.hsts_seconds if SETSQUARE.served_over_https else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF, "blob:"],
        "worker-src": [SELF, "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [SELF],
        "form-action": [
            SELF,
            *("{0.scheme}://{0.netloc}".format(urlsplit(p.server)) for p in SETSQUARE.openid),
        ],
    }
}

# --- uploads and files --------------------------------------------------------------------------

UPLOAD_LIMIT = SETSQUARE.upload_megabytes * 1024 * 1024
"""Bytes that one request may carry."""
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_NUMBER_FILES = 100
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_STORE = MEDIA_ROOT = SETSQUARE.files_directory
SEAL_DIRECTORY = SETSQUARE.data_directory / "seal"
"""Where the key that signs the log of the trail lies."""
BADGE_DIRECTORY = SEAL_DIRECTORY / "badges"
"""Where the key that signs badges lies: beside that of the seal, so that a backup has both."""

STATIC_URL = "/static/"
STATIC_ROOT = SETSQUARE.data_directory / "static"
_HASHED = "whitenoise.storage.CompressedManifestStaticFilesStorage"
_PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"
WHITENOISE_USE_FINDERS = SETSQUARE.mode == "test"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _PLAIN if SETSQUARE.mode == "test" else _HASHED},
}

# --- language and time --------------------------------------------------------------------------

USE_I18N = True
USE_TZ = True
TIME_ZONE = SETSQUARE.time_zone
LANGUAGE_CODE = SETSQUARE.language
LANGUAGES = [("en", _("English")), ("de", _("German"))]
FORMAT_MODULE_PATH = "setsquare.project.formats"
LOCALE_PATHS = [PACKAGE / "locale"]

# --- mail ---------------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = SERVER_EMAIL = SETSQUARE.mail.sender
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if SETSQUARE.mail.host
    else "setsquare.project.mail.LogBackend"
)
EMAIL_HOST = SETSQUARE.mail.host
EMAIL_PORT = SETSQUARE.mail.port
EMAIL_HOST_USER = SETSQUARE.mail.user
EMAIL_HOST_PASSWORD = SETSQUARE.mail.password.get_secret_value()
EMAIL_USE_TLS = SETSQUARE.mail.security == "starttls"
EMAIL_USE_SSL = SETSQUARE.mail.security == "tls"
EMAIL_TIMEOUT = SETSQUARE.mail.timeout

# --- logs ---------------------------------------------------------------------------------------

LOGGING_CONFIG = "setsquare.project.logs.configure"
LOGGING = logs.plan(
    SETSQUARE.log_format or ("json" if SETSQUARE.in_production else "console"), SETSQUARE.log_level
)
