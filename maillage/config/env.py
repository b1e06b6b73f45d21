"""Typed readers of environment variables. A wrong value stops the start and names itself."""

import base64
import os
import re
from collections.abc import Callable
from email.headerregistry import Address
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

T = TypeVar("T")
HOST = re.compile(r"\*|\.?[\w-]+(\.[\w-]+)*|\[[0-9A-Fa-f:.]+\]")
SHORTEST_SECRET = 32  # characters
# what a database's address may ask of libpq
LIBPQ_OPTIONS = ("sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout")


class SettingError(SystemExit):
    """A variable that cannot be used; the message names it, says what it holds and what it should hold."""


def _read(name: str, default: T, parse: Callable[[str], T], expected: str, *, secret: bool = False) -> T:
    """The parsed variable; SettingError when `parse` raises ValueError. A `secret` value is not repeated in it."""
    raw = os.environ.get(name, "").strip()
    if not raw:
        return default
    try:
        return parse(raw)
    except (ValueError, KeyError, OSError) as error:
        said = "ne convient pas" if secret else f"vaut « {raw} »"
        raise SettingError(f"{name} {said} : il faut {expected}.") from error


def text(name: str, default: str = "") -> str:
    """The variable as it stands, or `default` when unset or empty."""
    return _read(name, default, str, "un texte")


def flag(name: str, default: bool = False) -> bool:
    """True for 1, true, yes, oui, on; False for 0, false, no, non, off."""
    words = dict.fromkeys(("1", "true", "yes", "oui", "on"), True)
    words |= dict.fromkeys(("0", "false", "no", "non", "off"), False)
    return _read(name, default, lambda raw: words[raw.lower()], "oui ou non")


def number(name: str, default: int, *, least: int = 0, most: int = 10**9) -> int:
    """A whole number between `least` and `most`, both included."""

    def parse(raw: str) -> int:
        value = int(raw)
        if not least <= value <= most:
            raise ValueError(raw)
        return value

    return _read(name, default, parse, f"un nombre entier entre {least} et {most}")


def secret(name: str) -> str:
    """A secret of at least SHORTEST_SECRET characters, or nothing."""

    def parse(raw: str) -> str:
        if len(raw) < SHORTEST_SECRET:
            raise ValueError
        return raw

    return _read(name, "", parse, f"au moins {SHORTEST_SECRET} caractères, tirés au hasard", secret=True)


def time_zone(name: str, default: str) -> str:
    """The name of a time zone of this system."""
    return _read(
        name, default, lambda raw: ZoneInfo(raw).key, "le nom d'un fuseau horaire, comme Europe/Paris"
    )


def words(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """Values separated by commas."""
    return _read(
        name, list(default), lambda raw: [part.strip() for part in raw.split(",") if part.strip()], "des mots"
    )


def hosts(name: str, default: tuple[str, ...]) -> list[str]:
    """Host names separated by commas, without scheme, port or path."""

    def parse(raw: str) -> list[str]:
        found = [part.strip() for part in raw.split(",") if part.strip()]
        if not all(HOST.fullmatch(part) for part in found):
            raise ValueError
        return found

    return _read(
        name, list(default), parse, "des noms, sans « https:// » ni port (exemple.fr,www.exemple.fr)"
    )


def mail_address(name: str) -> str:
    """A mail address, alone."""
    return _read(name, "", _mail_address, "une adresse, comme contact@exemple.fr")


def sender(name: str, default: str) -> str:
    """A mail address, with the name of who writes before it or not."""

    def parse(raw: str) -> str:
        _mail_address(parseaddr(raw)[1])
        return raw

    return _read(name, default, parse, "une adresse, comme Maillage <contact@exemple.fr>")


def _mail_address(raw: str) -> str:
    address = Address(addr_spec=raw)
    if not (address.username and address.domain):
        raise ValueError
    return raw


def seal_keys(name: str) -> list[str]:
    """Keys of 32 bytes in URL-safe base64, separated by commas. A wrong one is not repeated in the message."""
    found = words(name)
    for text in found:
        try:
            whole = len(base64.b64decode(text.rstrip("=") + "=", altchars=b"-_", validate=True)) == 32
        except ValueError:
            whole = False
        if not whole:
            raise SettingError(f"{name} : il faut une clé de 32 octets en base64 (./bin/maillage sealkey).")
    return found


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """Network addresses or ranges separated by commas."""
    return _read(
        name,
        [],
        lambda raw: [ip_network(part.strip()) for part in raw.split(",") if part.strip()],
        "des adresses ou des réseaux (10.0.0.0/8, ::1)",
    )


def choice(name: str, default: str, among: tuple[str, ...]) -> str:
    """One of `among`."""

    def parse(raw: str) -> str:
        if raw not in among:
            raise ValueError(raw)
        return raw

    return _read(name, default, parse, "une de ces valeurs : " + ", ".join(among))


def folder(name: str, default: Path) -> Path:
    """An absolute folder path; it need not exist yet."""

    def parse(raw: str) -> Path:
        path = Path(raw).expanduser().absolute()
        if path.exists() and not path.is_dir():
            raise ValueError(raw)
        return path

    return _read(name, default, parse, "le chemin d'un dossier")


def url(name: str, default: str = "", *, schemes: tuple[str, ...] = ("http", "https")) -> str:
    """An absolute URL whose scheme is one of `schemes`, without a trailing slash."""

    def parse(raw: str) -> str:
        _address(raw, schemes)
        return raw.rstrip("/")

    # some hold a password
    return _read(name, default, parse, _addresses(schemes), secret="@" in os.environ.get(name, ""))


def site_url(name: str, default: str) -> str:
    """The root of a site: a scheme and a host, perhaps a port, nothing after them."""

    def parse(raw: str) -> str:
        parts = _address(raw, ("http", "https"))
        if parts.path.strip("/") or parts.query or parts.fragment or parts.username:
            raise ValueError
        return raw.rstrip("/")

    return _read(name, default, parse, "une adresse sans chemin, comme https://exemple.fr")


def tile_url(name: str) -> str:
    """The address of raster tiles, with {z}, {x} and {y} where their numbers go."""

    def parse(raw: str) -> str:
        _address(raw, ("http", "https"))
        if not all(mark in raw for mark in ("{z}", "{x}", "{y}")):
            raise ValueError
        return raw

    return _read(
        name, "", parse, "une adresse avec {z}, {x} et {y}, comme https://exemple.fr/{z}/{x}/{y}.png"
    )


def _address(raw: str, schemes: tuple[str, ...]) -> SplitResult:
    """The parts of an absolute URL. Raises ValueError for another scheme, no host, or a port that is none."""
    parts = urlsplit(raw)
    if parts.scheme not in schemes or not parts.hostname or parts.port == 0 or " " in raw:
        raise ValueError
    return parts


def _addresses(schemes: tuple[str, ...]) -> str:
    return "une adresse commençant par " + " ou ".join(f"{s}://" for s in schemes) + ", puis un serveur"


def database(name: str) -> dict[str, Any] | None:
    """Django's connection keys from `postgresql://user:password@host:port/name?sslmode=…`, or None when unset.

    Options of libpq that it may carry: LIBPQ_OPTIONS.
    """

    def parse(raw: str) -> dict[str, Any]:
        parts = urlsplit(raw)
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        if parts.scheme not in {"postgres", "postgresql", "postgis"} or not parts.path.strip("/"):
            raise ValueError
        if not options.keys() <= set(LIBPQ_OPTIONS):
            raise ValueError
        return {
            "NAME": unquote(parts.path.strip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            # not `hostname`, which lower-cases: a socket's folder has capitals
            "HOST": unquote(re.sub(r":\d*$", "", parts.netloc.rpartition("@")[2]).strip("[]")),
            "PORT": str(parts.port or ""),
            "OPTIONS": options,
        }

    expected = "postgresql://utilisateur:motdepasse@serveur:5432/base, suivie au besoin de ?" + "&".join(
        f"{option}=…" for option in LIBPQ_OPTIONS
    )
    return _read(name, None, parse, expected, secret=True)
