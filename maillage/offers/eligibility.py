"""Whether a way to pay for a project fits a person, and why: pure rules, one a criterion, no query.

What a person did not say is never counted against her nor promised to her: it is « à vérifier ».
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from django.utils import formats
from django.utils.translation import gettext as _

from maillage.offers.answer import Reason
from maillage.offers.models import Financing, PersonStatus, Phase, QpvRule, Sector
from maillage.offers.models.vocabulary import LABELS
from maillage.offers.situation import Situation, Whereabouts

# what may be true together with the one situation that a person gives
MAY_ALSO_BE = {
    PersonStatus.MINIMA: {PersonStatus.DEMANDEUR_EMPLOI, PersonStatus.SANS_ACTIVITE},
    PersonStatus.DEMANDEUR_EMPLOI: {PersonStatus.MINIMA, PersonStatus.SANS_ACTIVITE},
    PersonStatus.SANS_ACTIVITE: {PersonStatus.DEMANDEUR_EMPLOI, PersonStatus.MINIMA},
    PersonStatus.SALARIE: {PersonStatus.INDEPENDANT, PersonStatus.ETUDIANT, PersonStatus.MINIMA},
    PersonStatus.INDEPENDANT: {PersonStatus.SALARIE, PersonStatus.MINIMA},
    PersonStatus.ETUDIANT: {PersonStatus.SALARIE, PersonStatus.INDEPENDANT},
    PersonStatus.RETRAITE: {PersonStatus.INDEPENDANT, PersonStatus.SALARIE},
}


class Outcome(IntEnum):
    """What one criterion says, the best first."""

    MET = 0
    TO_CHECK = 1  # not said
    MISSING = 2  # not yet, and within the person's reach
    REFUSED = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """What one criterion of a financing says of a person, and the sentence that says it."""

    outcome: Outcome
    reason: Reason


@dataclass(frozen=True, slots=True)
class Verdict:
    """One financing before one person: what each of its criteria says, in a fixed order.

    Every criterion must hold: the worst of them decides. Amounts and other conditions stay to be discussed.
    """

    financing: Financing
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> str:
        """« likely » (everything asked is met), « missing » (something lacks or is to be checked) or « no »."""
        worst = max((finding.outcome for finding in self.findings), default=Outcome.MET)
        return {Outcome.MET: "likely", Outcome.REFUSED: "no"}.get(worst, "missing")

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """What is met; for a financing that asks nothing, that it asks nothing."""
        if not self.findings:
            return (Reason("ouvert", _("elle est ouverte à tout le monde")),)
        return self._said(Outcome.MET)

    @property
    def missing(self) -> tuple[Reason, ...]:
        """What lacks, then what is to be checked; each says which."""
        lacking = [
            Reason(reason.code, _("il manque : %(what)s") % {"what": reason.text})
            for reason in self._said(Outcome.MISSING)
        ]
        unknown = [
            Reason(reason.code, _("à vérifier : %(what)s") % {"what": reason.text})
            for reason in self._said(Outcome.TO_CHECK)
        ]
        return (*lacking, *unknown)

    @property
    def refusals(self) -> tuple[Reason, ...]:
        """Why not."""
        return self._said(Outcome.REFUSED)

    def sentences(self) -> list[str]:
        """The verdict in French, one sentence a part: « Vous y avez sans doute droit, parce que … »."""
        if self.verdict == "no":
            why = _listed(self.refusals)
            plain, elided = _("Non, parce que %(why)s."), _("Non, parce qu’%(why)s.")
            return [(elided if _elides(why) else plain) % {"why": why}]
        told = []
        if self.verdict == "likely":
            why = _listed(self.reasons)
            plain = _("Vous y avez sans doute droit, parce que %(why)s.")
            elided = _("Vous y avez sans doute droit, parce qu’%(why)s.")
            told.append((elided if _elides(why) else plain) % {"why": why})
        elif self.reasons:
            told.append(_("Ce qui va : %(why)s.") % {"why": _listed(self.reasons)})
        if lacking := self._said(Outcome.MISSING):
            told.append(_("Il manque : %(what)s.") % {"what": _listed(lacking)})
        if unknown := self._said(Outcome.TO_CHECK):
            told.append(_("À vérifier : %(what)s.") % {"what": _listed(unknown)})
        return told

    def order(self) -> tuple[object, ...]:
        """A total order: the likeliest, then the fewest things left to do, the most fitted, the name."""
        found = [finding.outcome for finding in self.findings]
        return (
            ("likely", "missing", "no").index(self.verdict),
            found.count(Outcome.REFUSED),
            found.count(Outcome.MISSING),
            found.count(Outcome.TO_CHECK),
            -found.count(Outcome.MET),
            self.financing.nom,
            self.financing.pk or 0,
        )

    def _said(self, outcome: Outcome) -> tuple[Reason, ...]:
        return tuple(finding.reason for finding in self.findings if finding.outcome == outcome)


def judge(financing: Financing, situation: Situation, here: Whereabouts, on: date) -> Verdict:
    """What `financing` says to a person in this situation, living `here`, on this day. An empty criterion asks nothing."""
    return verdict(financing, findings(financing, situation, here, on), situation, here, on)


def findings(financing: Financing, situation: Situation, here: Whereabouts, on: date) -> tuple[Finding, ...]:
    """What every rule but that of the territory finds: of the place, they only look at whether it is in a QPV."""
    found = (rule(financing, situation, here, on) for rule in RULES)
    return tuple(finding for finding in found if finding is not None)


def verdict(
    financing: Financing, found: tuple[Finding, ...], situation: Situation, here: Whereabouts, on: date
) -> Verdict:
    """The verdict of these findings and of the territory, which people read first."""
    zone = _zone(financing, situation, here, on)
    return Verdict(financing, (zone, *found) if zone else found)


def may_be_given(financing: Financing, here: Whereabouts) -> bool:
    """Whether the territory alone does not refuse it: it is given here, or everywhere, or nobody said where."""
    return not financing.zones or not here.commune or not set(here.zones).isdisjoint(financing.zones)


def requirements(financing: Financing, on: date) -> list[Reason]:
    """What `financing` asks of anyone, besides its territories: what would be checked of a person of whom nothing is known."""
    verdict = judge(financing, Situation(), Whereabouts(), on)
    return [finding.reason for finding in verdict.findings if finding.reason.code != "zone"]


def _dates(aid: Financing, _situation: Situation, _here: Whereabouts, on: date) -> Finding | None:
    if aid.ends_on and on > aid.ends_on:
        return _finding(
            Outcome.REFUSED, "dates", _("elle s’est terminée le %(day)s") % {"day": _day(aid.ends_on)}
        )
    if aid.starts_on and on < aid.starts_on:
        return _finding(
            Outcome.MISSING, "dates", _("attendre son ouverture, le %(day)s") % {"day": _day(aid.starts_on)}
        )
    if aid.ends_on:
        return _finding(
            Outcome.MET, "dates", _("elle est ouverte jusqu’au %(day)s") % {"day": _day(aid.ends_on)}
        )
    return None


def _zone(aid: Financing, _situation: Situation, here: Whereabouts, _on: date) -> Finding | None:
    if not aid.zones:
        return None
    if set(aid.zones) & set(here.zones):
        place = here.nom or _("toute la France")
        return _finding(Outcome.MET, "zone", _("elle vaut là où vous êtes (%(place)s)") % {"place": place})
    if not here.commune:
        return _finding(
            Outcome.TO_CHECK, "zone", _("votre commune, car l’aide ne vaut que sur certains territoires")
        )
    return _finding(
        Outcome.REFUSED, "zone", _("elle ne vaut pas là où vous êtes (%(place)s)") % {"place": here.nom}
    )


def _status(aid: Financing, situation: Situation, _here: Whereabouts, _on: date) -> Finding | None:
    if not aid.statuses:
        return None
    wanted = _either(str(PersonStatus(code).label) for code in aid.statuses)
    if not situation.status:
        return _finding(Outcome.TO_CHECK, "statut", _("être %(wanted)s") % {"wanted": wanted})
    said = PersonStatus(situation.status)
    if said in aid.statuses:
        return _finding(Outcome.MET, "statut", _("vous êtes %(said)s") % {"said": said.label})
    if MAY_ALSO_BE[said] & set(aid.statuses):
        return _finding(Outcome.TO_CHECK, "statut", _("être aussi %(wanted)s") % {"wanted": wanted})
    return _finding(Outcome.REFUSED, "statut", _("il faut être %(wanted)s") % {"wanted": wanted})


def _age(aid: Financing, situation: Situation, _here: Whereabouts, _on: date) -> Finding | None:
    if aid.age_min is None and aid.age_max is None:
        return None
    between = _ages(aid.age_min, aid.age_max)
    if situation.age is None:
        return _finding(Outcome.TO_CHECK, "age", _("avoir %(ages)s") % {"ages": between})
    if (aid.age_min or 0) <= situation.age <= (aid.age_max or situation.age):
        return _finding(Outcome.MET, "age", _("vous avez %(age)s ans") % {"age": situation.age})
    return _finding(Outcome.REFUSED, "age", _("il faut avoir %(ages)s") % {"ages": between})


def _qpv(aid: Financing, _situation: Situation, here: Whereabouts, _on: date) -> Finding | None:
    if not aid.qpv:
        return None
    lives_there = _finding(Outcome.MET, "qpv", _("vous habitez un quartier prioritaire"))
    to_check = _finding(
        Outcome.TO_CHECK, "qpv", _("habiter un quartier prioritaire : donnez votre adresse pour le savoir")
    )
    if aid.qpv == QpvRule.SETTLE:
        return _finding(Outcome.MISSING, "qpv", _("installer l’activité dans un quartier prioritaire"))
    if here.qpv:
        return lives_there
    if here.qpv is None:
        return to_check
    if aid.qpv == QpvRule.EITHER:
        return _finding(Outcome.MISSING, "qpv", _("installer l’activité dans un quartier prioritaire"))
    return _finding(Outcome.REFUSED, "qpv", _("votre adresse n’est pas dans un quartier prioritaire"))


def _phase(aid: Financing, situation: Situation, _here: Whereabouts, _on: date) -> Finding | None:
    if not aid.phases:
        return None
    wanted = _either(_("«\u00a0%(phase)s\u00a0»") % {"phase": Phase(code).label} for code in aid.phases)
    if not situation.phase:
        return _finding(Outcome.TO_CHECK, "phase", _("en être à l’étape %(wanted)s") % {"wanted": wanted})
    if situation.phase in aid.phases:
        return _finding(
            Outcome.MET,
            "phase",
            _("votre projet en est à la bonne étape (%(phase)s)") % {"phase": Phase(situation.phase).label},
        )
    rank = Phase.values.index(situation.phase)
    if any(Phase.values.index(code) > rank for code in aid.phases):
        return _finding(Outcome.MISSING, "phase", _("en être à l’étape %(wanted)s") % {"wanted": wanted})
    return _finding(Outcome.REFUSED, "phase", _("il faut en être à l’étape %(wanted)s") % {"wanted": wanted})


def _public(aid: Financing, situation: Situation, _here: Whereabouts, _on: date) -> Finding | None:
    """A public that was not named may still be the person's: it is to be checked, never refused."""
    wanted = [code for code in aid.publics if code != "tous-publics"]
    if not wanted or len(wanted) < len(aid.publics):
        return None
    mine = [code for code in wanted if code in situation.publics]
    names = _either(LABELS[code].lower() for code in mine or wanted)
    if mine:
        return _finding(Outcome.MET, "public", _("elle s’adresse à vous (%(public)s)") % {"public": names})
    return _finding(
        Outcome.TO_CHECK, "public", _("faire partie du public visé (%(public)s)") % {"public": names}
    )


def _sector(aid: Financing, situation: Situation, _here: Whereabouts, _on: date) -> Finding | None:
    if not aid.sectors and not aid.excluded_sectors:
        return None
    wanted = _either(str(Sector(code).label) for code in aid.sectors)
    if not situation.sector:
        if aid.sectors:
            return _finding(
                Outcome.TO_CHECK, "secteur", _("votre activité (%(wanted)s)") % {"wanted": wanted}
            )
        barred = _either(str(Sector(code).label) for code in aid.excluded_sectors)
        return _finding(
            Outcome.TO_CHECK, "secteur", _("votre activité (pas en %(barred)s)") % {"barred": barred}
        )
    mine = Sector(situation.sector).label
    if situation.sector in aid.excluded_sectors or (aid.sectors and situation.sector not in aid.sectors):
        return _finding(
            Outcome.REFUSED,
            "secteur",
            _("votre activité (%(sector)s) n’en fait pas partie") % {"sector": mine},
        )
    return _finding(
        Outcome.MET, "secteur", _("votre activité en fait partie (%(sector)s)") % {"sector": mine}
    )


Rule = Callable[[Financing, Situation, Whereabouts, date], Finding | None]
# in the order in which a person reads them, after the territory
RULES: tuple[Rule, ...] = (_qpv, _status, _age, _public, _phase, _sector, _dates)


def _finding(outcome: Outcome, code: str, text: str) -> Finding:
    return Finding(outcome, Reason(code, text))


def _ages(least: int | None, most: int | None) -> str:
    if least is None:
        return _("%(most)s ans au plus") % {"most": most}
    if most is None:
        return _("%(least)s ans au moins") % {"least": least}
    return _("de %(least)s à %(most)s ans") % {"least": least, "most": most}


def _either(words: Iterator[str]) -> str:
    *first, last = list(words) or [""]
    return _("%(first)s ou %(last)s") % {"first": ", ".join(first), "last": last} if first else last


def _listed(reasons: tuple[Reason, ...]) -> str:
    return " ; ".join(reason.text for reason in reasons)


def _elides(text: str) -> bool:
    return text[:1].lower() in "aeiouéè"


def _day(day: date) -> str:
    return formats.date_format(day, "j F Y")
