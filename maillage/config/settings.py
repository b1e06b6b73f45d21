"""The only settings file, fed by the environment; `docs/operations.md` lists every variable."""

import hashlib
import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

import pghistory
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from maillage.config import env
from maillage.core import logs
from maillage.core.cluster import Cluster

BASE_DIR = Path(__file__).resolve().parents[2]
DATA_DIR = env.folder("MAILLAGE_DATA_DIR", BASE_DIR / "var")

DEBUG = env.flag("MAILLAGE_DEBUG", False)
DEMO = env.flag("MAILLAGE_DEMO", False)
BASE_URL = env.site_url("MAILLAGE_BASE_URL", "http://127.0.0.1:8000")
ALLOWED_HOSTS = env.hosts("MAILLAGE_HOSTS", ("127.0.0.1", "localhost", "[::1]"))
CSRF_TRUSTED_ORIGINS = [BASE_URL]
HTTPS = BASE_URL.startswith("https://")


def _secret_key() -> str:
    """MAILLAGE_SECRET_KEY, or a key made once and kept in the data folder, readable by its owner alone."""
    if key := env.secret("MAILLAGE_SECRET_KEY"):
        return key
    path = DATA_DIR / "secret-key"
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text().strip()


METRICS = env.flag("MAILLAGE_METRICS", True)
METRICS_DIR = DATA_DIR / "metrics"
try:
    (METRICS_DIR if METRICS else DATA_DIR).mkdir(parents=True, exist_ok=True)
    SECRET_KEY = _secret_key()
except OSError as error:
    raise env.SettingError(
        f"MAILLAGE_DATA_DIR vaut « {DATA_DIR} » : ce compte ne peut pas se servir de ce dossier ({error.strerror} : "
        f"{error.filename}). Donnez-le à ce compte (chown), ou choisissez-en un autre."
    ) from error

# --- Database: the web role serves, the owner migrates (docs/architecture.md) ------------------------------
CLUSTER = Cluster(DATA_DIR)
EMBEDDED = env.database("DATABASE_URL") is None


def _connection(target: dict[str, Any]) -> dict[str, object]:
    return {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        **target,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # JIT measured three times slower on our queries; 0.51: one letter missing of seven is the same word
        "OPTIONS": {
            **target.get("OPTIONS", {}),
            "options": "-c jit=off -c pg_trgm.word_similarity_threshold=0.51",
            "application_name": "maillage",
        },
    }


_web, _owner = env.database("DATABASE_URL"), env.database("DATABASE_OWNER_URL")
DATABASES = {
    "default": _connection(_web or CLUSTER.connection("maillage_web")),
    "owner": _connection(_owner or _web or CLUSTER.connection("maillage_owner")),
}
# a role that row security does not stop, for `backup`; an embedded cluster has its superuser
BACKUP_CONNECTION = env.database("DATABASE_BACKUP_URL")
if EMBEDDED and (_owner or BACKUP_CONNECTION):
    name = "DATABASE_OWNER_URL" if _owner else "DATABASE_BACKUP_URL"
    raise env.SettingError(f"{name} est donnée sans DATABASE_URL : donnez aussi l'adresse du rôle web.")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Applications ----------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "maillage.portal",
    "maillage.journeys",
    "maillage.initiatives",
    "maillage.offers",
    "maillage.organisations",
    "maillage.territories",
    "maillage.accounts",
    "maillage.ui",
    "maillage.core",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "django.contrib.gis",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django_htmx",
    "csp",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_typer",
]

MIDDLEWARE = [
    "maillage.core.middleware.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "maillage.core.problems.ApiProblemMiddleware",
    "maillage.organisations.banners.BannerMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    # around the transaction: allauth says some things only once it has committed
    "django.contrib.messages.middleware.MessageMiddleware",
    "maillage.core.middleware.ActingMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "maillage.ui.middleware.ErrorPageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "maillage.config.urls"
WSGI_APPLICATION = "maillage.config.wsgi.application"
PREPARATION = "maillage.config.preparation.prepare"  # what `serve --prepare` does first
FINDER_NEARBY = "maillage.portal.nearby.initiatives_around"  # what the finder shows besides the offers
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "maillage.ui.context.site",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "maillage.ui.templatetags.ui",
            ],
        },
    }
]

# --- Accounts --------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "maillage.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "maillage.accounts.sign_in_forms.SignInForm",
    "signup": "maillage.accounts.sign_in_forms.SignUpForm",
    "add_email": "maillage.accounts.sign_in_forms.NewAddressForm",
}
MFA_FORMS = {
    "add_webauthn": "maillage.accounts.sign_in_forms.NewKeyForm",
    "edit_webauthn": "maillage.accounts.sign_in_forms.KeyNameForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "length": 8}  # 1234-5678: a phone's number pad
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_FORMAT = ACCOUNT_LOGIN_BY_CODE_FORMAT
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
MFA_ADAPTER = "maillage.accounts.adapter.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MFA_TOTP_ISSUER = "Maillage"
# an identity provider (ProConnect or another OpenID Connect one), when the instance names one
OIDC_URL = env.url("MAILLAGE_OIDC_URL")
OIDC_ID = env.text("MAILLAGE_OIDC_ID")
if OIDC_URL and not OIDC_ID:
    raise env.SettingError("MAILLAGE_OIDC_ID est vide : il faut l'identifiant donné par MAILLAGE_OIDC_URL.")
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = env.flag("MAILLAGE_OIDC_TRUST_EMAIL", False)
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = SOCIALACCOUNT_EMAIL_AUTHENTICATION
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "SCOPE": env.words("MAILLAGE_OIDC_SCOPES", ("openid", "profile", "email")),
        "APPS": [
            {
                "provider_id": "oidc",
                "name": env.text("MAILLAGE_OIDC_NAME", "ProConnect"),
                "client_id": OIDC_ID,
                "secret": env.text("MAILLAGE_OIDC_SECRET"),
                "settings": {
                    "server_url": OIDC_URL,
                    "fetch_userinfo": env.flag("MAILLAGE_OIDC_USERINFO", True),
                },
            }
        ]
        if OIDC_URL
        else [],
    }
}
# after so long without a page about people, such a page asks for the second factor again
IDLE_LOCK = timedelta(minutes=env.number("MAILLAGE_IDLE_LOCK_MINUTES", 15, least=1, most=240))
USERSESSIONS_TRACK_ACTIVITY = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 14 * 24 * 3600

# --- Language, time --------------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("français"))]
LOCALE_PATHS = [BASE_DIR / "maillage" / "locale"]
USE_TZ = True
TIME_ZONE = env.time_zone("MAILLAGE_TIME_ZONE", "Europe/Paris")

# --- Files -----------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
SEALED_ROOT = DATA_DIR / "sealed"  # encrypted files about people (core.sealed)
SEAL_KEYS = env.seal_keys("MAILLAGE_SEAL_KEY")  # none: made once, in DATA_DIR/seal-keys
NODE_MODULES = BASE_DIR / "node_modules"
STATICFILES_FINDERS = [
    "maillage.ui.storage.AppFinder",
    "maillage.ui.storage.PackageFinder",
]
# served as vendor/<name>/…: a folder of node_modules, and the files of it that pages use
VENDOR = {
    "bootstrap": ("bootstrap/dist/css", ["bootstrap.min.css*", "bootstrap.rtl.min.css*"]),
    "leaflet": ("leaflet/dist", ["leaflet.*", "leaflet-src.esm.*", "images/*"]),
    "htmx": ("htmx.org/dist", ["htmx.min.js"]),
    "font": ("@fontsource-variable/atkinson-hyperlegible-next", ["files/*-wght-normal.woff2"]),
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("png", "jpg", "jpeg", "webp", "woff2", "map", "gz", "br")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "maillage.ui.storage.StaticStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# --- Who publishes this instance --------------------------------------------------------------------------
PUBLISHER = env.text("MAILLAGE_PUBLISHER")
HOSTING = env.text("MAILLAGE_HOSTING")
CONTACT_EMAIL = env.mail_address("MAILLAGE_CONTACT_EMAIL")
SOURCE_URL = env.url("MAILLAGE_SOURCE_URL")

# --- Navigation: a link shows once its page exists -------------------------------------------------------
NAVIGATION = [
    (_("Trouver un contact"), "/trouver/"),
    (_("Financements"), "/financements/"),
    (_("Carte"), "/carte/"),
    (_("Initiatives"), "/initiatives/"),
    (_("Services"), "/services/"),
    (_("Territoires"), "/territoires/"),
    (_("Proposer une initiative"), "/initiatives/proposer/"),
]
ACCOUNT_NAVIGATION = [
    (_("Mon espace"), "/espace/"),
    (_("Mes services"), "/espace/services/"),
    (_("Mes structures"), "/structures/"),
    (_("Mon compte"), "/compte/"),
]
MODERATION_NAVIGATION = [
    (_("Modération"), "/espace/moderation/"),
    (_("Qualité des services"), "/espace/moderation/services/"),
]
REFER_PATH = "/orienter/"  # where members of structures refer someone: services and structures lead there
PROFESSIONAL_NAVIGATION = [
    (_("Orientations"), "/espace/orientations/"),
    (_("Personnes suivies"), "/espace/personnes/"),
]
IS_PROFESSIONAL = "maillage.journeys.access.may_refer"  # who sees these links
IS_MODERATOR = "maillage.accounts.access.is_moderator"  # who sees these links
FOOTER_NAVIGATION = [
    (_("Mon parcours"), "/mon-parcours/"),
    (_("Délais de réponse"), "/delais/"),
    (_("Aide"), "/aide/"),
    (_("À propos"), "/a-propos/"),
    (_("Accessibilité"), "/accessibilite/"),
    (_("Données personnelles"), "/donnees-personnelles/"),
    (_("Mentions légales"), "/mentions-legales/"),
    (_("Code source"), "/code-source/"),
    (_("API"), "/api/v1/docs"),
]

# --- Security --------------------------------------------------------------------------------------------
TILE_URL = env.tile_url("MAILLAGE_TILE_URL")
TILE_ATTRIBUTION = env.text("MAILLAGE_TILE_ATTRIBUTION")
GEOCODER_URL = env.url("MAILLAGE_GEOCODER_URL")
ROUTING_URL = env.url("MAILLAGE_ROUTING_URL")
ROUTING_MODE = env.choice("MAILLAGE_ROUTING_MODE", "pied", ("pied", "velo", "voiture"))
_tile_origin = ["/".join(TILE_URL.split("/", 3)[:3]).replace("{s}", "*")] if TILE_URL else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *_tile_origin],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        # the button that leaves for the identity provider is a form
        "form-action": [SELF, *(["/".join(OIDC_URL.split("/", 3)[:3])] if OIDC_URL else [])],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
LINKS_MAY_BE_LOCAL = False  # links of fiches are never visited on our own network; tests have a server there
TRUSTED_PROXIES = env.networks("MAILLAGE_TRUSTED_PROXIES")
CSRF_FAILURE_VIEW = "maillage.ui.errors.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
X_FRAME_OPTIONS = "DENY"

# --- Mail ------------------------------------------------------------------------------------------------
EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"
SMTP_URL = env.url("MAILLAGE_SMTP_URL", schemes=("smtp", "smtps"))
SMS_URL = env.url("MAILLAGE_SMS_URL")
SMS_TOKEN = env.text("MAILLAGE_SMS_TOKEN")
# after the last activity, and never without a warning 30 days before
JOURNEYS_RETENTION_DAYS = env.number("MAILLAGE_RETENTION_DAYS", 730, least=60, most=3650)
DEFAULT_FROM_EMAIL = env.sender("MAILLAGE_FROM_EMAIL", "Maillage <ne-pas-repondre@localhost>")

# --- Logs, figures ---------------------------------------------------------------------------------------
LOGGING = logs.configuration(
    env.choice("MAILLAGE_LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
    env.choice("MAILLAGE_LOG_FORMAT", "auto", ("auto", "json", "text")),
)
METRICS_TOKEN = env.text("MAILLAGE_METRICS_TOKEN")
if METRICS:
    # read by prometheus_client when a process counts its first request
    # never inherited: a site started from another one's process would empty its figures
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(METRICS_DIR)

# --- History, cache, log ---------------------------------------------------------------------------------
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
SILENCED_SYSTEM_CHECKS = ["gis.W001"]  # GDAL reads no untrusted reference system here
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_PERIODIC_DEFAULTS = {
    "max_delay": 24 * 3600
}  # a nightly run missed by a stopped worker is caught up
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(db_constraint=False)
CACHES = {
    "default": {
        "BACKEND": "maillage.core.cache.SplitCache",
        "LOCATION": hashlib.sha256(str(DATA_DIR).encode()).hexdigest()[:12],
    }
}
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
TEST_RUNNER = "django.test.runner.DiscoverRunner"
