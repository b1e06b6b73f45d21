"""A browser in words that its owner recognises, from what it says of itself."""

import re

from django.utils.translation import gettext as _

# the first that is found counts: most browsers also give the names of others
BROWSERS = {
    "Edge": r"Edg(e|A|iOS)?/",
    "Opera": r"OPR/|Opera",
    "Samsung Internet": r"SamsungBrowser/",
    "Firefox": r"Firefox/|FxiOS/",
    "Chrome": r"Chrom(e|ium)/|CriOS/|HeadlessChrome/",
    "Safari": r"Safari/",
}
SYSTEMS = {
    "Android": r"Android",
    "iPhone": r"iPhone",
    "iPad": r"iPad",
    "Windows": r"Windows",
    "Mac": r"Macintosh|Mac OS X",
    "ChromeOS": r"CrOS",
    "Linux": r"Linux|X11",
}


def browser_in_words(user_agent: str) -> str:
    """« Firefox sur Android » for a User-Agent header; what of it is known, or that nothing is."""
    browser, system = _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)
    if browser and system:
        return _("%(browser)s sur %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Navigateur inconnu")


def _first(known: dict[str, str], user_agent: str) -> str:
    return next((name for name, mark in known.items() if re.search(mark, user_agent)), "")
