"""Light, dark, or as the device says: a cookie read by the server, so that no page flashes."""

from typing import Literal

from django.http import HttpRequest, HttpResponse

COOKIE = "maillage_theme"
Theme = Literal["light", "dark", ""]
ONE_YEAR_S = 365 * 24 * 3600


def theme_of(request: HttpRequest) -> Theme:
    """The theme asked for; empty when the device decides."""
    asked = request.COOKIES.get(COOKIE)
    if asked == "light":
        return "light"
    return "dark" if asked == "dark" else ""


def remember(response: HttpResponse, theme: str) -> None:
    """Keep the choice in the browser; « auto » forgets it."""
    if theme in {"light", "dark"}:
        response.set_cookie(COOKIE, theme, max_age=ONE_YEAR_S, samesite="Lax", httponly=False)
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
