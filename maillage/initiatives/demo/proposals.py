"""A few proposals that wait, so that the demo's moderators have something to read. Made up, and marked « exemple »."""

from datetime import datetime, timedelta

from django.db import transaction

from maillage.initiatives.demo.load import ORIGIN
from maillage.initiatives.models import Initiative, Proposal
from maillage.initiatives.queries.values import changed, values_of
from maillage.territories.models import Commune

MESSAGE = "Proposition d’exemple de la démonstration : les faits en sont inventés."
NEW = [
    # title, summary, themes, publics, phases, commune
    (
        "Café des idées (exemple)",
        "Un samedi par mois, on vient raconter son idée d’activité autour d’un café. Fiche inventée pour la démonstration.",
        ["amorcage"],
        ["habitants"],
        ["idee"],
        "95268",
    ),
    (
        "Atelier couture partagé (exemple)",
        "Des machines et un coin vente pour essayer son activité de couture. Fiche inventée pour la démonstration.",
        ["lieux", "cooperatif"],
        ["femmes", "entrepreneurs"],
        ["amorcage", "creation"],
        "59350",
    ),
]


@transaction.atomic
def load_proposals(*, at: datetime) -> int:
    """Put the example proposals that are missing in the queue; gives how many. Expects a purpose that sees proposals."""
    if Proposal.objects.filter(message=MESSAGE).exists():
        return 0
    made = []
    halls = Commune.objects.in_bulk([commune for *_rest, commune in NEW])
    for title, summary, themes, publics, phases, commune in NEW:
        if commune in halls:
            fiche = Initiative(
                title=title, summary=summary, themes=themes, publics=publics, phases=phases,
                scope=Initiative.Scope.COMMUNE, commune=halls[commune], point=halls[commune].town_hall,
            )  # fmt: skip
            made.append(Proposal(values=values_of(fiche), themes=themes, commune_id=commune))
    known = Initiative.objects.filter(origin=ORIGIN, title="Osez Entreprendre").first()
    if known is not None:
        before = values_of(known)
        after = {**before, "summary": f"{known.summary} (Correction d’exemple.)"}
        made.append(
            Proposal(
                initiative=known,
                base_version=known.version,
                values={name: after[name] for name in changed(before, after)},
                themes=known.themes,
                commune_id=known.commune_id,
            )
        )
    for rank, proposal in enumerate(made):
        proposal.message, proposal.status = MESSAGE, Proposal.Status.WAITING
        proposal.proven_at = at - timedelta(days=rank)
    Proposal.objects.bulk_create(made)
    return len(made)


def forget_proposals() -> None:
    """Delete the example proposals, answered or not."""
    Proposal.objects.filter(message=MESSAGE).delete()
