"""Typed readers of environment variables. A wrong value stops the start and names itself."""

import base64
import os
import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit

T = TypeVar("T")


class SettingError(SystemExit):
    """A variable that cannot be used; the message names it, says what it holds and what it should hold."""


def _read(name: str, default: T, parse: Callable[[str], T], expected: str) -> T:
    raw = os.environ.get(name, "").strip()
    if not raw:
        return default
    try:
        return parse(raw)
    except (ValueError, KeyError) as error:
        raise SettingError(f"{name} vaut « {raw} » : il faut {expected}.") from error


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


def words(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """Values separated by commas."""
    return _read(
        name, list(default), lambda raw: [part.strip() for part in raw.split(",") if part.strip()], "des mots"
    )


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
        lambda raw: [ip_network(part.strip()) for part in raw.split(",")],
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
        parts = urlsplit(raw)
        if parts.scheme not in schemes or not (parts.netloc or parts.path):
            raise ValueError(raw)
        return raw.rstrip("/")

    return _read(
        name, default, parse, "une adresse commençant par " + " ou ".join(f"{s}://" for s in schemes)
    )


def database(name: str) -> dict[str, str] | None:
    """Django's connection keys from `postgresql://user:password@host:port/name`, or None when unset."""

    def parse(raw: str) -> dict[str, str]:
        parts = urlsplit(raw)
        if parts.scheme not in {"postgres", "postgresql", "postgis"} or not parts.path.strip("/"):
            raise ValueError(raw)
        return {
            "NAME": unquote(parts.path.strip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            # not `hostname`, which lower-cases: a socket's folder has capitals
            "HOST": unquote(re.sub(r":\d*$", "", parts.netloc.rpartition("@")[2]).strip("[]")),
            "PORT": str(parts.port or ""),
        }

    try:
        return _read(name, None, parse, "postgresql://utilisateur:motdepasse@serveur:5432/base")
    except SettingError as error:
        # never repeat a password
        raise SettingError(
            f"{name} est mal formée : il faut postgresql://utilisateur:motdepasse@serveur:5432/base."
        ) from error
