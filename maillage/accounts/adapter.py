"""How allauth behaves here: where a request comes from, and how a second factor's secret is kept."""

import base64
import hashlib
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.context import request_context
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from maillage.accounts.models import User
from maillage.core.acting import Purpose, acting_as
from maillage.core.ratelimit import client_address

UNKNOWN = "0.0.0.0"  # noqa: S104 shown in one's own list of sessions, not listened to


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_code": _(
            "Ce n’est pas le bon code. Recopiez celui du dernier courriel, ou demandez-en un autre."
        ),
        "rate_limited": _("Trop d’essais à la suite : attendez quelques minutes, puis recommencez."),
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address as core.ratelimit sees it: behind trusted proxies only, an IPv6 one cut to its /64."""
        return client_address(request).split("/")[0] or UNKNOWN

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell `user` of a change of their account; allauth does so once the request's transaction has committed,
        where neither the request nor anybody's identity is at hand any more."""
        with request_context(self.request), nullcontext() if connection.in_atomic_block else _as(user):
            super().send_notification_mail(template_prefix, user, context, email)


def _as(user: User) -> AbstractContextManager[None]:
    return acting_as(user.pk, purpose=Purpose.SIGN_IN)


class MfaAdapter(DefaultMFAAdapter):
    """TOTP secrets and recovery seeds are encrypted with a key derived from the instance's secret key."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _(
            "Ce n’est pas le bon code. Chacun ne sert qu’une fois : attendez le suivant, puis recopiez-le."
        ),
    }

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


def _cipher() -> Fernet:
    key = hashlib.blake2b(settings.SECRET_KEY.encode(), digest_size=32, person=b"maillage-mfa").digest()
    return Fernet(base64.urlsafe_b64encode(key))
