"""Published figures as tables with words: for the page, the files and the terminal."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.journeys.models import AgeClass, Gender, Situation
from maillage.offers.models import Brake, Phase

Count = int | None
RESULTS = {
    "people": gettext_lazy("Rencontrées"),
    "referred": gettext_lazy("Orientées"),
    "helped": gettext_lazy("Aidées"),
    "created": gettext_lazy("Ont créé"),
}
FUNNEL = {
    "people": gettext_lazy("Rencontrées"),
    "referred": gettext_lazy("Orientées vers une structure"),
    "accepted": gettext_lazy("Acceptées par une structure"),
    "received": gettext_lazy("Reçues en rendez-vous"),
    "helped": gettext_lazy("Aidées"),
}
BUSINESS = {
    "created": gettext_lazy("Personnes qui ont créé leur entreprise"),
    "one-year": gettext_lazy("Toujours en activité à 1 an"),
    "three-years": gettext_lazy("Toujours en activité à 3 ans"),
    "jobs": gettext_lazy("Emplois créés"),
}
ANSWERS = {
    "sent": gettext_lazy("Orientations envoyées"),
    "in_time": gettext_lazy("Réponses dans le délai promis"),
    "late": gettext_lazy("Réponses après le délai promis"),
    "never": gettext_lazy("Sans réponse, délai passé"),
}
QUARTERS = {
    "1": gettext_lazy("Janvier à mars"),
    "2": gettext_lazy("Avril à juin"),
    "3": gettext_lazy("Juillet à septembre"),
    "4": gettext_lazy("Octobre à décembre"),
}


@dataclass(frozen=True)
class Line:
    """One row of a table; a count is None where it is hidden. `width`: of its bar, 0 to 100, None without one."""

    label: str
    counts: tuple[Count, ...]
    width: float | None = None


@dataclass(frozen=True)
class Table:
    """One table: its title, what it says in a sentence, its columns, its rows."""

    code: str
    title: str
    message: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]


def tables_of(figures: Mapping[str, Any], names: Mapping[str, str]) -> list[Table]:
    """Every table of one territory's year; `names` of communes and QPV by code. A table with nothing to show is left out."""
    classes: list[tuple[str, str, Mapping[str, str]]] = [
        ("qpv", _("Par quartier prioritaire"), _places(figures["qpv"], names)),
        ("commune", _("Par commune"), _places(figures["commune"], names)),
        ("gender", _("Par genre"), _choices(Gender)),
        ("age_class", _("Par âge"), _choices(AgeClass)),
        ("situation", _("Par situation"), _choices(Situation)),
        ("phase", _("Par étape du projet"), _choices(Phase)),
    ]
    found = [
        _plain("funnel", _("Jusqu’où vont les personnes rencontrées"), _said_of_funnel(figures), FUNNEL, figures),
        _plain("quarter", _("Personnes rencontrées, par trimestre"), "", QUARTERS, figures["quarter"]),
        _plain("answers", _("Ce que répondent les structures"), _said_of_answers(figures["answers"]), ANSWERS, figures["answers"]),
        _plain("business", _("Entreprises et emplois"), "", BUSINESS, figures, bars=False),
        *(_crossed(code, title, labels, figures[code]) for code, title, labels in classes),
        _brakes(figures["brakes"]),
    ]  # fmt: skip
    return [table for table in found if any(any(c is not None for c in line.counts) for line in table.lines)]


def lines_of(figures: Mapping[str, Any] | None) -> Iterator[str]:
    """The tables as lines of text; codes stand for names of places."""
    if figures is None:
        yield _("Trop peu de personnes pour publier des chiffres de ce territoire.")
        return
    for table in tables_of(figures, {}):
        yield f"{table.title} ({', '.join(table.columns)})"
        for line in table.lines:
            yield f"  {line.label} : {', '.join(shown(count) for count in line.counts)}"


def shown(count: Count) -> str:
    """A count, or the word for what is hidden."""
    return _("masqué") if count is None else str(count)


def _choices(choices: Any) -> dict[str, str]:
    return {value: str(label) for value, label in choices.choices} | {"": _("Non renseigné")}


def _places(rows: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    words = {"oui": _("Dans un quartier prioritaire"), "non": _("Hors quartier prioritaire")}
    named = {code: names.get(code, code) for code in rows if code not in words}
    own = {code: word for code, word in words.items() if code in rows}
    return own | dict(sorted(named.items(), key=lambda pair: pair[1]))


def _plain(
    code: str,
    title: str,
    message: str,
    labels: Mapping[str, str | Promise],
    counts: Mapping[str, Any],
    *,
    bars: bool = True,
) -> Table:
    rows = [(str(label), (counts[name],)) for name, label in labels.items()]
    return Table(code, title, message, (_("Nombre"),), _with_bars(rows, lambda row: row[0] if bars else None))


def _crossed(
    code: str, title: str, labels: Mapping[str, str], rows: Mapping[str, Mapping[str, Count]]
) -> Table:
    lines = [
        (label, tuple(rows[value][name] for name in RESULTS))
        for value, label in labels.items()
        if value in rows
    ]
    columns = tuple(str(word) for word in RESULTS.values())
    return Table(code, title, "", columns, _with_bars(lines, lambda row: row[0]))


def _brakes(rows: Mapping[str, Mapping[str, Count]]) -> Table:
    labels = {"all": _("Tous les freins")} | {value: str(label) for value, label in Brake.choices}
    lines = [(label, (rows[value]["raised"], rows[value]["lifted"])) for value, label in labels.items()]
    return Table(
        "brakes",
        _("Freins rencontrés et levés"),
        "",
        (_("Rencontrés"), _("Levés")),
        _with_bars(lines, lambda row: row[0]),
    )


def _with_bars(
    rows: Sequence[tuple[str, tuple[Count, ...]]], of: Callable[[tuple[Count, ...]], Count]
) -> tuple[Line, ...]:
    most = max((of(counts) or 0 for _label, counts in rows), default=0)
    return tuple(
        Line(label, counts, None if (own := of(counts)) is None or not most else round(100 * own / most, 1))
        for label, counts in rows
    )


def _said_of_funnel(figures: Mapping[str, Any]) -> str:
    if not figures["people"] or figures["helped"] is None:
        return ""
    return _("Sur %(people)s personnes rencontrées, %(helped)s ont été aidées.") % {
        "people": figures["people"], "helped": figures["helped"]
    }  # fmt: skip


def _said_of_answers(answers: Mapping[str, Any]) -> str:
    if answers["median_days"] is None:
        return ""
    return _("La moitié des réponses viennent en %(days)s jours ouvrés ou moins.") % {
        "days": answers["median_days"]
    }
