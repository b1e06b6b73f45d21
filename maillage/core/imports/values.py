"""French cells to values: numbers, dates, days, coordinates. Each parser gives None for an empty cell and raises BadValue."""

import re
import unicodedata
from datetime import date, datetime

from django.utils.translation import gettext as _

# what a spreadsheet or a web page leaves in text, and PostgreSQL or a reader cannot use
CONTROLS = dict.fromkeys(
    [*range(9), 11, 12, *range(14, 32), 127, *range(0x80, 0xA0), 0x200B, *range(0x202A, 0x202F), 0xFEFF]
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
SPACES = re.compile(r"[^\S\u00a0\u202f]+")  # a no-break space is as it was typed
NOT_PLAIN = re.compile(r"[^a-z0-9]+")
NUMBER = re.compile(r"[+-]?(\d{1,18}([.,]\d{0,30})?|[.,]\d{1,30})(e[+-]?\d{1,3})?", re.IGNORECASE)
GROUPED = re.compile(r"[+-]?\d{1,3}([    ]\d{3})+([.,]\d+)?")
SEXAGESIMAL = re.compile(
    r"""([NSEOW])?\s*(\d{1,3})\s*[°d]\s*(?:(\d{1,2}(?:[.,]\d+)?)\s*['’′m]\s*)?(?:(\d{1,2}(?:[.,]\d+)?)\s*(?:["”″s]|''|’’)\s*)?([NSEOW])?""",
    re.IGNORECASE,
)
DAY = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})")
ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
MONTH = re.compile(r"(\d{1,2})[/.\-](\d{4})")
YEAR = re.compile(r"(1[89]|20|21)\d{2}")


class BadValue(ValueError):
    """One cell cannot be read; the message is in French and says what is expected."""


def text(cell: object) -> str:
    """A cell as clean text: composed accents, no control character, no space around; lines are kept."""
    if cell is None:
        return ""
    if not isinstance(cell, str):
        cell = _plain(cell)
    if cell[:1] == "'" and cell[1:2] in FORMULA_STARTS:
        cell = cell[1:]  # what spreadsheets put before a text that looks like a formula
    if cell.isprintable():
        cell = cell.strip(" ")
        return cell if cell.isascii() else unicodedata.normalize("NFC", cell)
    if "\r" in cell:
        cell = cell.replace("\r\n", "\n").replace("\r", "\n")
    cell = cell.translate(CONTROLS).strip()
    return unicodedata.normalize("NFC", cell).encode("utf-8", "ignore").decode()


def one_line(cell: object) -> str:
    """A cell as clean text on one line."""
    found = text(cell)
    # of all spaces, only the plain one is printable
    return found if found.isprintable() and "  " not in found else SPACES.sub(" ", found)


def _plain(cell: object) -> str:
    """A spreadsheet's or JSON's value as a person would type it: 1.0 is 1, a day has no time."""
    if isinstance(cell, bool):
        return "oui" if cell else "non"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return (
            cell.date().isoformat()
            if (cell.hour, cell.minute, cell.second) == (0, 0, 0)
            else cell.isoformat()
        )
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, list | tuple):
        return "; ".join(_plain(item) if not isinstance(item, str) else item for item in cell)
    return str(cell)


def number(cell: object) -> float | None:
    """A number written the French or the English way: « 1 234,5 », « 1234.5 ». A lone separator is a decimal one."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell)
    written = text(cell)
    if not written:
        return None
    if GROUPED.fullmatch(written):
        written = re.sub(r"\s", "", written)
    if not NUMBER.fullmatch(written):
        raise BadValue(_("« %(value)s » n’est pas un nombre") % {"value": written[:40]})
    return float(written.replace(",", "."))


def day(cell: object) -> date | None:
    """A day: 2019-11-30, 30/11/2019, 30-11-19, or with less precision 11/2019 and 2019 (their first day)."""
    if isinstance(cell, date):
        return cell.date() if isinstance(cell, datetime) else cell
    written = text(cell)
    if not written:
        return None
    try:
        return date(*_year_month_day(written))
    except (ValueError, TypeError) as error:
        raise BadValue(
            _("« %(value)s » n’est pas une date : écrivez par exemple 30/11/2019") % {"value": written[:40]}
        ) from error


def _year_month_day(written: str) -> tuple[int, ...]:
    """The three numbers of a day as it is written; nothing when it is not one."""
    if found := ISO_DAY.fullmatch(written):
        return int(found[1]), int(found[2]), int(found[3])
    if found := DAY.fullmatch(written):
        year = int(found[3])
        return year + (2000 if year < 100 else 0), int(found[2]), int(found[1])
    if found := MONTH.fullmatch(written):
        return int(found[2]), int(found[1]), 1
    return (int(written), 1, 1) if YEAR.fullmatch(written) else ()


def degrees(cell: object) -> float | None:
    """A longitude or a latitude in degrees: « 48,8566 », « 48°51'24"N », « 2.35 E ». West and south are negative."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell)
    written = text(cell)
    if not written:
        return None
    if NUMBER.fullmatch(written):
        return float(written.replace(",", "."))
    if (found := re.fullmatch(r"(.+?)\s*°?\s*([NSEOW])", written, re.IGNORECASE)) and NUMBER.fullmatch(
        found[1]
    ):
        return float(found[1].replace(",", ".")) * (-1 if found[2].upper() in "SOW" else 1)
    found = SEXAGESIMAL.fullmatch(written)
    if not found or (found[1] and found[5]):
        raise BadValue(
            _("« %(value)s » n’est pas une coordonnée : écrivez des degrés, par exemple 48,8566")
            % {"value": written[:40]}
        )
    minutes, seconds = (float((part or "0").replace(",", ".")) for part in (found[3], found[4]))
    if minutes >= 60 or seconds >= 60:
        raise BadValue(
            _("« %(value)s » n’est pas une coordonnée : 60 minutes ou secondes au plus")
            % {"value": written[:40]}
        )
    hemisphere = (found[1] or found[5] or "N").upper()
    return (float(found[2]) + minutes / 60 + seconds / 3600) * (-1 if hemisphere in "SOW" else 1)


def words(cell: object, separators: str = ";|,\n") -> list[str]:
    """Several values in one cell, between any of `separators`; each once, in their order."""
    if isinstance(cell, list | tuple):
        found = [one_line(item) for item in cell]
    else:
        found = [SPACES.sub(" ", part).strip() for part in re.split(f"[{separators}]", text(cell))]
    return list(dict.fromkeys(part for part in found if part))


def plain(written: str) -> str:
    """What two spellings share: no accent, no capital, words apart by one space: « Thème(s) » is « theme s »."""
    letters = written.casefold()
    if not letters.isascii():
        letters = unicodedata.normalize("NFKD", letters.replace("œ", "oe").replace("æ", "ae"))
        letters = "".join(c for c in letters if not unicodedata.combining(c))
    return NOT_PLAIN.sub(" ", letters).strip()
