"""Whether an e-mail address is of a structure's own domain."""

from urllib.parse import urlsplit

# mail that anyone may open proves nothing about a structure
PUBLIC = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "yahoo.fr",
        "yahoo.com",
        "hotmail.fr",
        "hotmail.com",
        "outlook.fr",
        "outlook.com",
        "live.fr",
        "live.com",
        "msn.com",
        "orange.fr",
        "wanadoo.fr",
        "free.fr",
        "sfr.fr",
        "neuf.fr",
        "laposte.net",
        "bbox.fr",
        "numericable.fr",
        "icloud.com",
        "me.com",
        "mac.com",
        "aol.com",
        "gmx.fr",
        "gmx.com",
        "proton.me",
        "protonmail.com",
        "mailo.com",
        "ecomail.fr",
        "zaclys.net",
        "club-internet.fr",
        "aliceadsl.fr",
    ]
)
# sites where many structures have a page each
SHARED = frozenset(
    [
        "facebook.com",
        "instagram.com",
        "linkedin.com",
        "helloasso.com",
        "wixsite.com",
        "wordpress.com",
        "blogspot.com",
        "jimdosite.com",
        "jimdofree.com",
        "google.com",
        "sites.google.com",
        "linktr.ee",
        "e-monsite.com",
        "over-blog.com",
        "gouv.fr",
        "free.fr",
        "github.io",
    ]
)


def is_of_structure(email: str, website: str, courriel: str) -> bool:
    """Whether `email` is of the domain of the structure's site or of its own address: equal, or a part of it (« sub.domain »).

    Never for a public mail service, nor a site that many structures share.
    """
    domain = email.rpartition("@")[2].lower().strip(".")
    if not domain or domain in PUBLIC or domain in SHARED:
        return False
    site = (urlsplit(website).hostname or "").removeprefix("www.")
    own = {site, courriel.rpartition("@")[2].lower()} - {""} - PUBLIC - SHARED
    own = {one for one in own if "." in one}
    return any(domain == one or domain.endswith(f".{one}") for one in own)
