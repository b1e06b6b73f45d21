"""Opening hours as people say them: « du lundi au vendredi : 9 h à 12 h et 14 h à 17 h »; and as they type them."""

import re
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from maillage.core.hours import WrongHours, checked_hours, is_open, openings
from maillage.core.imports.values import plain

Spans = tuple[tuple[time, time], ...]
WEEKS = 5  # a fifth Tuesday comes within them
NO_BREAK = "\u00a0"
MIDNIGHT = time(0)
A_DAY = timedelta(days=1)


class Line(NamedTuple):
    """Some days and their hours, in words; `sometimes` when they are not so every week."""

    days: str
    hours: str
    sometimes: bool = False


def week_in_words(text: str, today: date) -> list[Line]:
    """The usual week of opening hours, days that are alike together; [] when they say nothing or cannot be read.

    Public holidays are left out of it. A day that is not the same every week comes once, as `sometimes`.
    """
    monday = today - timedelta(days=today.weekday())
    zone = ZoneInfo(settings.TIME_ZONE)
    start = datetime.combine(monday, MIDNIGHT, zone)
    seen: list[list[Spans]] = [[] for _day in range(7)]
    spans: dict[date, list[tuple[time, time]]] = {}
    for opening in openings(text, start, start + timedelta(weeks=WEEKS)):
        begin = opening.start
        while opening.end - begin > A_DAY:  # open for days on end
            spans.setdefault(begin.date(), []).append((begin.time(), MIDNIGHT))
            begin = datetime.combine(begin.date() + A_DAY, MIDNIGHT, zone)
        # one that lasts past midnight belongs to the day it begins
        spans.setdefault(begin.date(), []).append((begin.time(), opening.end.time()))
    for number in range(7 * WEEKS):
        day = monday + timedelta(days=number)
        if not is_holiday(day):
            seen[day.weekday()].append(tuple(spans.get(day, ())))
    usual = [_usual(weeks) for weeks in seen]
    return _grouped(usual)


def is_holiday(day: date) -> bool:
    """Whether it is a public holiday in France."""
    noon = datetime.combine(day, time(12), ZoneInfo(settings.TIME_ZONE))
    return bool(is_open("PH", noon))


def span_in_words(start: time, end: time) -> str:
    """« 9 h à 12 h 30 »; « jour et nuit » for a whole day."""
    if start == end == MIDNIGHT:
        return _("jour et nuit")
    return _("%(start)s à %(end)s") % {"start": time_in_words(start), "end": time_in_words(end)}


def hour_in_words(at: datetime) -> str:
    """The time of day, in the instance's zone."""
    return time_in_words(localtime(at).time())


def time_in_words(moment: time) -> str:
    """« 9 h », « 9 h 30 », « minuit »; no line ends inside."""
    if moment.replace(second=0, microsecond=0) == MIDNIGHT:
        return _("minuit")
    parts = {"hour": moment.hour, "minute": f"{moment.minute:02}"}
    said = _("%(hour)s h %(minute)s") if moment.minute else _("%(hour)s h")
    return (said % parts).replace(" ", NO_BREAK)


def day_in_words(day: date) -> str:
    """« mardi 1er décembre », « jeudi 24 décembre »."""
    number = _("1er") if day.day == 1 else str(day.day)
    return f"{date_format(day, 'l').lower()} {number} {date_format(day, 'F').lower()}"


def _usual(weeks: list[Spans]) -> tuple[Spans, bool]:
    """The hours of one weekday, and whether they are the same every week."""
    some = [spans for spans in weeks if spans]
    if not some:
        return (), True
    most = max(some, key=some.count)
    return most, weeks.count(most) == len(weeks)


def _grouped(usual: list[tuple[Spans, bool]]) -> list[Line]:
    lines: list[Line] = []
    done: set[int] = set()
    for first in range(7):
        hours, always = usual[first]
        if first in done or not hours:
            continue
        alike = [day for day in range(first, 7) if usual[day] == (hours, always)]
        done.update(alike)
        words = _(" et ").join(span_in_words(*span) for span in hours)
        lines.append(Line(_days(alike), words, not always))
    return lines


def _days(days: list[int]) -> str:
    names = [str(WEEKDAYS[day]).lower() for day in days]
    if len(days) == 7:
        return _("tous les jours")
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return _("du %(first)s au %(last)s") % {"first": names[0], "last": names[-1]}
    if len(days) == 1:
        return names[0]
    return _("%(days)s et %(last)s") % {"days": ", ".join(names[:-1]), "last": names[-1]}


# --- as people type them -------------------------------------------------------------------------------------------

SHORT = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_DAY = r"(lun|mar|mer|jeu|ven|sam|dim)[a-z]*"
_DAYS = re.compile(rf"{_DAY}(?:\s*(?:au|a|-|/)\s*{_DAY})?")
_STARTS = ("lun", "mar", "mer", "jeu", "ven", "sam", "dim")
_TIME = r"(\d{1,2})\s*(?:h|heures?|:)?\s*(\d{2})?"
_SPAN = re.compile(rf"{_TIME}\s*(?:-|a|/|jusqu a)\s*{_TIME}(?!\d)")
_EVERY_DAY = re.compile(r"tous les jours|7 ?j ?(?:/|sur) ?7")
_NOISE = re.compile(
    r"\b(?:du|le|la|les|de|et|chaque|tous|h|heures?|midi|puis|sauf|ferme|jours?|feries?|s)\b|[,;.&:\s]+"
)


def hours_as_typed(text: str) -> str:
    """Opening hours from French words (« lundi au vendredi 9h-12h et 14h-17h ; samedi 9h-12h ») or from their own syntax.

    "" for none. Raises WrongHours when something in them is not understood: nothing is guessed.
    """
    try:
        return checked_hours(text)
    except WrongHours:
        read = _from_french(text)
        if not read:
            raise
        return checked_hours(read)


def _from_french(text: str) -> str:
    rules: list[str] = []
    words = re.sub(r"[’']", " ", text.replace("–", "-").replace("à", "a").replace("À", "a"))
    for part in re.split(r"[;\n]|\.\s", words):
        rule = _rule(part)
        if rule is None:
            return ""
        rules += [rule] if rule else []
    if rules and re.search(r"feries", plain(text)) and not any("PH" in rule for rule in rules):
        rules.append("PH off")
    return "; ".join(rules)


def _rule(part: str) -> str | None:
    """One rule; "" for an empty part, None when a word of it means nothing here."""
    low = "".join(c if c in "-/:;,.&" else plain(c) or " " for c in part.lower())
    days, rest = _read_days(low)
    spans = []
    for found in _SPAN.finditer(rest):
        begin, end = (f"{int(found[i]):02}:{found[i + 1] or '00'}" for i in (1, 3))
        spans.append(f"{begin}-{end}")
    left = _NOISE.sub("", _SPAN.sub(" ", rest))
    if left.strip(" -/"):
        return None
    if not days and not spans:
        return ""
    return f"{days} {','.join(spans)}".strip() if spans else None


def _read_days(low: str) -> tuple[str, str]:
    if _EVERY_DAY.search(low):
        return "Mo-Su", _EVERY_DAY.sub(" ", low)
    days = []
    for found in _DAYS.finditer(low):
        first = SHORT[_STARTS.index(found[1])]
        days.append(f"{first}-{SHORT[_STARTS.index(found[2])]}" if found[2] else first)
    return ",".join(days), _DAYS.sub(" ", low)
