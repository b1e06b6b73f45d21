"""Signing in through the instance's identity provider (OpenID Connect; ProConnect answers in its own manner)."""

import secrets
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse


class Provider(OpenIDConnectProvider):
    """Each departure carries a nonce, kept beside its state: the answer's token must say the same."""

    def redirect(
        self, request: HttpRequest, process: str, next_url: str | None = None, data: Any = None, **kwargs: Any
    ) -> HttpResponse:
        nonce = secrets.token_urlsafe(24)
        asked = {**(kwargs.pop("auth_params", None) or self.get_auth_params()), "nonce": nonce}
        return super().redirect(request, process, next_url, data, auth_params=asked, nonce=nonce, **kwargs)


class ProviderAdapter(OpenIDConnectOAuth2Adapter):
    """ProConnect gives the person's identity as a signed token, where others give plain JSON."""

    nonce: str = ""  # of the departure that this answer answers

    def get_provider(self) -> Provider:
        return Provider(self.request, app=super().get_provider().app)

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> Any:
        """The person whom the provider names. Raises OAuth2Error for an answer without a token, or to another departure."""
        id_token = kwargs["response"].get("id_token")
        claims = self._decode_id_token(app, id_token) if id_token else {}
        if not self.nonce or not secrets.compare_digest(str(claims.get("nonce", "")), self.nonce):
            raise OAuth2Error("nonce")
        return super().complete_login(request, app, token, **kwargs)

    def _fetch_user_info(self, access_token: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {access_token}"}
        with get_adapter().get_requests_session() as session:
            response = session.get(self.profile_url, headers=headers)
            response.raise_for_status()
        if not response.headers.get("Content-Type", "").startswith("application/jwt"):
            return response.json()
        return jwtkit.verify_and_decode(
            credential=response.text.strip(),
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=self.get_provider().app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
            verify_signature=True,
        )


class CallbackView(OAuth2CallbackView):
    adapter: ProviderAdapter

    def _get_state(self, request: HttpRequest, provider: Provider) -> tuple[Any, Any]:
        state, refused = super()._get_state(request, provider)
        self.adapter.nonce = (state or {}).get("nonce", "")
        return state, refused


@login_not_required
def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Leave for the provider; a POST only, as allauth asks to confirm a GET."""
    return _view(OAuth2LoginView, request, provider_id)


@login_not_required
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Come back from the provider."""
    return _view(CallbackView, request, provider_id)


def _view(kind: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    try:
        return kind.adapter_view(ProviderAdapter(request, provider_id))(request)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
