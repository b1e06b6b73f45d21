from typing import Any

from django.conf import settings
from django.http import HttpRequest

from maillage.ui import navigation
from maillage.ui.identity import identity_of
from maillage.ui.theme import theme_of


def site(request: HttpRequest) -> dict[str, Any]:
    """What every page needs."""
    return {
        "is_demo": settings.DEMO,
        "site_theme": theme_of(request),
        "base_url": settings.BASE_URL,
        "identity": identity_of(request),
        "navigation": navigation.header(request),
        "footer_navigation": navigation.footer(request),
        "account_navigation": lambda: navigation.account(request),  # read by the header of whole pages only
    }
