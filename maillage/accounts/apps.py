from typing import Any

from django.apps import AppConfig
from django.http import HttpRequest


class AccountsConfig(AppConfig):
    name = "maillage.accounts"
    label = "accounts"

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_added

        authenticator_added.connect(just_proved, dispatch_uid="maillage.accounts.just_proved")


def just_proved(request: HttpRequest, user: Any, **rest: Any) -> None:
    """Whoever adds a factor has just used it: do not ask for it again on the next page, its recovery codes."""
    from allauth.account.internal.flows.login import record_authentication

    record_authentication(request, user, method="mfa", reauthenticated=True)
