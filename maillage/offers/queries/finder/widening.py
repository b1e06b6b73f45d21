"""What is said when nothing answered the whole question."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from maillage.offers.answer import Coordinator, Widening
from maillage.offers.queries.finder.ranking import WIDENINGS, Miss
from maillage.offers.queries.finder.sections import Found
from maillage.offers.situation import Situation, Whereabouts
from maillage.organisations.queries import coordinator_for


def widenings(found: Found) -> tuple[Widening, ...]:
    """The criteria that were let go, in the order in which they were; none when something fits them all."""
    lacked = found.lacked()
    return tuple(
        Widening(str(miss.name).lower(), _sentence(miss, found.question.situation))
        for miss in WIDENINGS
        if lacked & found.allowed & miss
    )


def coordinator(here: Whereabouts) -> Coordinator | None:
    """Who answers for the territory: the banner over it, if one is published. One query, or none without a place."""
    if not here.commune:
        return None
    found = coordinator_for((*here.zones, *(here.qpv or ())))
    return Coordinator(found.name, found.phone, found.email, found.callback) if found else None


def _sentence(miss: Miss, asked: Situation) -> str:
    if miss == Miss.RADIUS:
        km = {"km": number_format(asked.within_km or 0, use_l10n=True)}
        return _("Rien à moins de %(km)s km : nous avons cherché plus loin.") % km
    if miss == Miss.REMOTE:
        if asked.remote:
            return _("Rien à distance : nous avons cherché aussi sur place.")
        return _("Rien sur place : nous avons cherché aussi à distance.")
    return {
        Miss.PUBLIC: _("Rien pour ce public : nous avons cherché aussi pour d’autres publics."),
        Miss.NEED: _("Rien pour ce besoin précis : voici qui accompagne les projets."),
        Miss.PHASE: _("Rien à cette étape : nous avons cherché aussi aux autres étapes."),
    }[miss]
