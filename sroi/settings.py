"""One settings file that reads the environment; every variable is explained in docs/running.md."""

import logging
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from sroi.files.place import storage_of
from sroi.server.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
VAR_DIR.mkdir(exist_ok=True)

env = environ.Env()


def _kept(setting: str, name: str, make: Callable[[], str]) -> str:
    """A key that is made once and kept beside the embedded database, for who sets none."""
    kept = VAR_DIR / name
    try:
        if not kept.exists():
            kept.touch(mode=0o600)
            kept.write_text(make())
        return kept.read_text()
    except OSError as failure:
        raise ImproperlyConfigured(
            f"{setting} is not set, and no key can be kept in {VAR_DIR}: {failure.strerror}."
        ) from None


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
SECRET_KEY_IS_SET = bool(SECRET_KEY)
# What it was before: what was signed with these holds, and what is signed anew has the key above.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
SECRET_KEY = SECRET_KEY or _kept("SECRET_KEY", "secret-key", lambda: secrets.token_urlsafe(50))
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_FAILURE_VIEW = "sroi.views.outdated_form"
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = env.bool("HTTPS", default=False)

INSTALLED_APPS = [
    "sroi",
    "sroi.pages",
    "sroi.demo",
    "sroi.accounts",
    "sroi.documents",
    "contracts",
    "placements",
    "reporting",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "django_tables2",
    "django_filters",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
    "simple_history",
    "django_structlog",
    "django_tasks_db",
]

MIDDLEWARE = [
    "sroi.middleware.RequestLogMiddleware",
    "sroi.middleware.CompressTextMiddleware",
    "sroi.demo.loopback.LoopbackMiddleware",
    "sroi.middleware.TimingMiddleware",
    "sroi.middleware.ResponseHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "sroi.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "sroi.middleware.NavigationMiddleware",
    "sroi.middleware.SessionEndMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "sroi.middleware.AccessMiddleware",
    "sroi.middleware.SecondFactorMiddleware",
    "sroi.middleware.AuditMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "sroi.urls"
WSGI_APPLICATION = "sroi.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "sroi.pages.shell.shell",
            ],
            "builtins": ["sroi.templatetags.formats"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'sroi.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A write transaction takes its lock at BEGIN: read-then-write never fails half-way on a busy
    # database.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
# A streaming replica, from which files of lists and reports are read (`sroi.database.replica`).
if REPLICA_URL := env.str("REPLICA_URL", default=""):
    DATABASES["replica"] = env.db_url_config(REPLICA_URL)
    DATABASES["replica"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)
    DATABASES["replica"]["TEST"] = {"MIRROR": "default"}
    DATABASE_ROUTERS = ["sroi.database.replica.Router"]
# pgbouncer, or another that hands out a connection per transaction.
if DATABASE_POOLER := env.bool("DATABASE_POOLER", default=False):
    for database in DATABASES.values():
        if database["ENGINE"] == "django.db.backends.postgresql":
            database["ENGINE"] = "sroi.database.pooled"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = "login"

# --- Signing in ---
# Accounts are made by invitation only; an address counts as verified because its owner followed the
# link in the mail.
ACCOUNT_ADAPTER = "sroi.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_REDIRECT_URL = "login"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # only the other sessions end
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_USER_DISPLAY = str
ACCOUNT_FORMS = {"reset_password": "sroi.accounts.forgotten.ForgottenForm"}
# Per address of the visitor and per account; beyond these the answer is “try again later”, also for
# the right password.
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "30/15m/ip,5/5m/key",
    # On a device where this account signed in before; the key stands for both.
    "login_failed_here": "10/5m/key",
    # Mails with which one sets up the second step anew.
    "second_step_by_mail": "3/h/key",
    "reset_password": "20/h/ip,5/h/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
    # Codes of statements, which everyone can try.
    "try_statement": "60/m/ip",
    # Organisations that ask to take part.
    "ask_as_partner": "5/h/ip",
    # Reading a large file that is wrong everywhere takes seconds.
    "check_table": "20/m/ip",
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)
MFA_ADAPTER = "sroi.accounts.second_factor.sealing.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Social return"
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "sroi.accounts.codes.AuthenticateForm",
    "reauthenticate": "sroi.accounts.codes.ReauthenticateForm",
    "activate_totp": "sroi.accounts.codes.ActivateTOTPForm",
}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
# What seals the secrets of second factors in the database: the first key seals, each opens. A key
# is 32 random bytes in URL-safe base64, as `manage.py seal_second_factors --new-key` makes one.
SECOND_FACTOR_KEYS = env.list("SECOND_FACTOR_KEYS", default=[])
SECOND_FACTOR_KEYS_ARE_SET = bool(SECOND_FACTOR_KEYS)
SECOND_FACTOR_KEYS = SECOND_FACTOR_KEYS or [
    _kept(
        "SECOND_FACTOR_KEYS",
        "second-factor-key",
        lambda: urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    )
]
# What the codes of statements for contractors are made with: the first key makes, each is tried.
STATEMENT_KEYS = env.list("STATEMENT_KEYS", default=[])
STATEMENT_KEYS_ARE_SET = bool(STATEMENT_KEYS)
STATEMENT_KEYS = STATEMENT_KEYS or [
    _kept("STATEMENT_KEYS", "statement-key", lambda: secrets.token_urlsafe(32))
]
# Roles that may not go on without a second factor; in demonstration mode it is offered, never
# asked.
SECOND_FACTOR_ROLES = env.list("SECOND_FACTOR_ROLES", default=["region_admin", "adviser"])
SESSION_ENGINE = "sroi.server.sessions"
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", default=60)
SESSION_MAX_HOURS = env.int("SESSION_MAX_HOURS", default=12)

# OpenID Connect: a JSON list of provider_id, name, client_id, secret and settings (server_url;
# kvk_claim for an eHerkenning broker; groups_claim and roles where groups give roles). Someone gets
# in only with an identity that was connected to their account before, or by a group.
OIDC_PROVIDERS = env.json("OIDC_PROVIDERS", default=[])
SOCIALACCOUNT_ADAPTER = "contracts.people.views.identity.IdentityAdapter"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": OIDC_PROVIDERS, "OAUTH_PKCE_ENABLED": True}}
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_AUTO_SIGNUP = True
SOCIALACCOUNT_STORE_TOKENS = False

# Shared by all workers, so that the limits above hold for them together; nothing in it goes before
# its time.
CACHES = {"default": {"BACKEND": "sroi.server.counters.Counters"}}

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", "Nederlands"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "sroi" / "locale"]
TIME_ZONE = "Europe/Amsterdam"
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
EVIDENCE_DIR = env.str("EVIDENCE_DIR", default=str(VAR_DIR / "evidence"))
# An S3-compatible store in the place of that folder, for who serves from several machines.
FILE_STORE = env.str("FILE_STORE", default="")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Outside the web root: only a view that looks who asks gives these out.
    "evidence": storage_of(FILE_STORE, EVIDENCE_DIR),
    "staticfiles": {
        "BACKEND": env.str(
            "STATICFILES_BACKEND",
            default=(
                "django.contrib.staticfiles.storage.StaticFilesStorage"
                if DEBUG
                else "sroi.server.sheets.OneSheetStorage"
            ),
        )
    },
}
# A passphrase that encrypts backups and opens them; where each erasure is written at once, outside
# the database and its backups, so that a restore erases again.
BACKUP_PASSPHRASE = env.str("BACKUP_PASSPHRASE", default="")
ERASURE_JOURNAL = env("ERASURE_JOURNAL", cast=Path, default=None)
# A municipality's own NL Design System tokens: the name of a CSS file under static/, loaded after
# ours.
TOKEN_STYLESHEET = env.str("TOKEN_STYLESHEET", default="")
# What the accessibility statement says of whoever offers this site; a date as 2026-11-23.
ACCESSIBILITY_STATEMENT = {
    "organisation": env.str("ORGANISATION", default=""),
    "contact": env.str("ACCESSIBILITY_CONTACT", default=""),
    "signed_by": env.str("ACCESSIBILITY_SIGNED_BY", default=""),
    "assessed_on": env.str("ACCESSIBILITY_ASSESSED_ON", default="2026-11-23"),
}

# Says on which device somebody signed in before, see `sroi.accounts.devices`.
DEVICE_COOKIE_NAME = "__Host-device" if HTTPS else "device"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
if HTTPS:
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    LANGUAGE_COOKIE_NAME = "__Host-language"
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    # A token that came over http has been read by others: it is told, not led on.
    SECURE_REDIRECT_EXEMPT = [r"^api/"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = HTTPS
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        # A sign-in elsewhere begins as a form of ours that leads there.
        "form-action": [
            "'self'",
            *sorted({_origin(p["settings"]["server_url"]) for p in OIDC_PROVIDERS}),
        ],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# A mail is kept in the database; the worker sends it, through what EMAIL_URL says.
MAIL_IS_SET_UP = bool(env.str("EMAIL_URL", default=""))
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
MAIL_SENT_THROUGH = EMAIL_CONFIG.pop("EMAIL_BACKEND")
EMAIL_BACKEND = "sroi.server.outbox.KeepingBackend"
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="social-return@localhost")
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=20)
# Where the links in mails lead.
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
# Minutes before a mail that could not be sent is tried again, doubled each time up to the most;
# days after which it is given up (a link in it is hardly valid longer); minutes after which one
# that was being sent no longer can be.
MAIL_RETRY_MINUTES = 5
MAIL_RETRY_MINUTES_MOST = 12 * 60
MAIL_GIVE_UP_DAYS = 3
MAIL_UNSURE_MINUTES = 60
# Days after which an address whose mail came back is no longer marked, unless it came back again.
MAIL_RETURNED_DAYS = env.int("MAIL_RETURNED_DAYS", default=30)
# Days that `send_reminders` looks back for what was not told yet; items of one kind that a mail
# names; weeks ahead of a term.
MAIL_LOOK_BACK_DAYS = 7
MAIL_ITEMS = 10
MAIL_WEEKS_AHEAD = 2
# The first day of the week on which the weekly overview goes out: 1 is Monday.
MAIL_OVERVIEW_FROM_WEEKDAY = env.int("MAIL_OVERVIEW_FROM_WEEKDAY", default=1)

# `json` for machines, with nothing of a person in it; `line` for who develops.
LOG_FORMAT = env.str("LOG_FORMAT", default="line" if DEBUG or DEMO else "json")
LOGGING = logging_config(LOG_FORMAT)
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_USER_ID_FIELD = ""
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = logging.INFO

# What nobody has to wait for is done by `manage.py run_tasks`; off: at once, by whoever asks for
# it. Seconds between two looks at what waits.
BACKGROUND_TASKS = env.bool("BACKGROUND_TASKS", default=True)
BACKGROUND_INTERVAL = 1
# After how many seconds without a sign of life a worker is gone; on SQLite it can give none while
# an import writes, for as long as this at most. From that, seconds between two signs, and between
# two looks at what was left lying: mails that wait, tasks of workers that are gone. How often a
# task is begun that its worker did not survive.
BACKGROUND_SILENT_SECONDS = env.int("BACKGROUND_SILENT_SECONDS", default=60)
BACKGROUND_WRITING_SECONDS = 3600
BACKGROUND_BEAT_SECONDS = max(1, BACKGROUND_SILENT_SECONDS // 12)
BACKGROUND_TIDY_SECONDS = max(1, BACKGROUND_SILENT_SECONDS // 2)
BACKGROUND_TRIES = 2
# What a worker does each time it looks, beside its tasks.
BACKGROUND_KEEPING = [
    "placements.standing.kept.keep_in_step",
    "placements.ledger.kept.keep_totals",
]
# What `/klaar/` calls wrong besides: a task that waits longer than this many seconds, and less free
# disk than this.
READY_WAITING_SECONDS = env.int("READY_WAITING_SECONDS", default=15 * 60)
READY_FREE_BYTES = env.int("READY_FREE_MEGABYTES", default=500) * 1024**2
# What a program shows that reads `/metrics`; empty: it is not there.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# What other programs read: rows of a page, unless they ask for another number up to the most; how
# often a program may ask in a minute; for how many days a token is made at most; and whom to ask
# about it.
API_PAGE_SIZE, API_PAGE_MOST = 100, 1000
API_READS_PER_MINUTE = env.int("API_READS_PER_MINUTE", default=120)
API_TOKEN_MOST_DAYS = env.int("API_TOKEN_MOST_DAYS", default=366)
API_CONTACT = {
    "name": ACCESSIBILITY_STATEMENT["organisation"],
    "email": env.str("API_CONTACT", default=DEFAULT_FROM_EMAIL),
}
# Whom to tell of a leak, as addresses (mailto:, https:); and how many days that can be relied on
# from when it is read.
SECURITY_CONTACT = env.list("SECURITY_CONTACT", default=[])
SECURITY_TXT_DAYS = 180
TASKS = {
    "default": {
        "BACKEND": (
            "django_tasks_db.DatabaseBackend"
            if BACKGROUND_TASKS
            else "django_tasks.backends.immediate.ImmediateBackend"
        )
    }
}

# Minutes after which a document that the worker was asked for, and that is not there, is asked for
# again.
DOCUMENT_ASK_AGAIN_MINUTES = 10

# What evidence may be at most: bytes of a file, files of a fulfilment, documents of a dossier,
# pixels of a picture, pages of a PDF that are shown as pictures, and seconds and bytes of memory
# that drawing those may take.
EVIDENCE_MAX_BYTES = 10 * 1024 * 1024
EVIDENCE_MAX_FILES = 20
DOSSIER_MAX_FILES = 100
EVIDENCE_MAX_PIXELS = 40_000_000
EVIDENCE_MAX_PAGES = 20
EVIDENCE_MAX_SECONDS = 20
EVIDENCE_MAX_MEMORY = 1024**3

# A command that reads a file that was sent, and ends with 0 where it is clean and 1 where it is
# not; after how many seconds it is not waited for.
UPLOAD_SCANNER = env.str("UPLOAD_SCANNER", default="")
UPLOAD_SCANNER_SECONDS = 20

# How long what is kept about users stays: a file as `sroi/accounts/data/user-terms.json`.
USER_TERMS = env.str("USER_TERMS", default=str(BASE_DIR / "sroi/accounts/data/user-terms.json"))

# What an import in the browser may be at most: bytes, rows, columns, and bytes once an XLSX is
# unpacked. How long a file and what became of it are kept, and after how many minutes without a
# sign it can be begun again.
IMPORT_MAX_BYTES = 10 * 1024 * 1024
IMPORT_MAX_ROWS = 25_000
IMPORT_MAX_COLUMNS = 100
IMPORT_MAX_UNPACKED_BYTES = 100_000_000
IMPORT_KEEP_DAYS = env.int("IMPORT_KEEP_DAYS", default=7)
IMPORT_STUCK_MINUTES = 10
