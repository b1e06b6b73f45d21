"""The demo's banner, « Osez Entreprendre » for Nantes: the name is real, what it says here is made up and marked so."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from maillage.accounts.actions import grant_role
from maillage.accounts.models import Role
from maillage.accounts.queries import demo_accounts
from maillage.core.hours import after_working_days
from maillage.organisations.actions.banners import open_banner
from maillage.organisations.models import Banner, CallBack, Duty, Kind, Organisation

SLUG = "osez-entreprendre"
NANTES, NANTES_METROPOLE = "44109", "244400404"
CARRIER = "exemple-nantes-metropole"
WELCOME = """Une envie, une idée, une activité qui démarre : **un seul numéro**, et une personne qui vous écoute.

Nous travaillons ensemble, réseaux d’accompagnement, ville et métropole, pour que personne ne se perde. Le premier rendez-vous est gratuit, près de chez vous ou au téléphone.

*Texte d’exemple : ni le numéro ni l’adresse ne sont réels.*"""
LEGAL = """Cette bannière est un exemple de la démonstration de Maillage. Elle n’engage ni Nantes Métropole ni aucun de ses partenaires."""
# numbers kept by the regulator for works of fiction
PHONE = "+33261910012"
MARK = "(exemple)"
CALLS = [
    # first name, number, moments, about, waiting for how many days
    (f"Awa {MARK}", "+33639980112", ["matin"], "Food truck, je cherche par où commencer.", 4),
    (f"Mehdi {MARK}", "+33639980113", ["soir"], "", 1),
    (f"Léa {MARK}", "+33639980114", ["midi", "apres-midi"], "Un local pour un atelier de couture.", 0),
]
# a word of the name → what the structure is, and data·inclusion's code of its network
LOOKS: list[tuple[str, list[str], list[str]]] = [
    ("Fabrique à entreprendre", [Kind.ACCOMPAGNEMENT, Kind.COLLECTIVITE], []),
    ("CitésLab", [Kind.ACCOMPAGNEMENT], []),
    ("Adie", [Kind.ACCOMPAGNEMENT, Kind.FINANCEUR], ["adie"]),
    ("BGE", [Kind.ACCOMPAGNEMENT], ["reseau-bge"]),
    ("France Active", [Kind.FINANCEUR], ["france-active"]),
    ("Positive Planet", [Kind.ACCOMPAGNEMENT], ["positive-planet"]),
    ("Initiative ", [Kind.FINANCEUR], ["initiative-france"]),
    ("Réseau Entreprendre", [Kind.ACCOMPAGNEMENT, Kind.FINANCEUR], ["reseau-entreprendre"]),
    ("CCI ", [Kind.CHAMBRE], ["chambres-consulaires"]),
    ("Chambre de métiers", [Kind.CHAMBRE], ["chambres-consulaires"]),
    ("oopérative", [Kind.ACCOMPAGNEMENT, Kind.LIEU], []),
    ("Osez Entreprendre", [Kind.ACCOMPAGNEMENT], []),
    ("Accueil entreprendre", [Kind.ACCOMPAGNEMENT, Kind.COLLECTIVITE], []),
    ("Centre d’affaires", [Kind.LIEU], []),
    ("Ruche", [Kind.LIEU], []),
    ("Créative Factory", [Kind.LIEU], []),
    ("Carburateur", [Kind.LIEU, Kind.ACCOMPAGNEMENT], []),
    ("Lanceur", [Kind.LIEU], []),
    ("Entrepreneuses", [Kind.CLUB], []),
    ("Cap métier", [Kind.EMPLOI], []),
    ("Plateforme", [Kind.RELAIS], []),
    ("Crèche", [Kind.RELAIS], ["creches-avip"]),
    ("Maison", [Kind.RELAIS], []),
    ("Centre social", [Kind.RELAIS], ["fcsf"]),
    ("Centre", [Kind.RELAIS], []),
    ("France services", [Kind.RELAIS, Kind.ETAT], ["france-service"]),
    ("Point conseil", [Kind.RELAIS], ["points-conseil-budget"]),
    ("Arrivées", [Kind.RELAIS], []),
]

SAYS = {
    Kind.ACCOMPAGNEMENT: "On vous écoute, on regarde votre projet avec vous, et on avance étape par étape. *Présentation d’exemple.*",
    Kind.FINANCEUR: "Un prêt, une garantie, et quelqu’un qui vous suit après. *Présentation d’exemple.*",
    Kind.CHAMBRE: "Les formalités, les stages, et les premiers conseils de votre métier. *Présentation d’exemple.*",
    Kind.LIEU: "Un lieu pour essayer, produire et recevoir, à loyer modéré et pour un temps. *Présentation d’exemple.*",
    Kind.CLUB: "Des entrepreneuses et des entrepreneurs qui se connaissent et s’entraident. *Présentation d’exemple.*",
    Kind.EMPLOI: "Trouver un métier, une formation, ou le premier pas vers votre activité. *Présentation d’exemple.*",
    Kind.RELAIS: "Près de chez vous, pour lever ce qui bloque avant d’entreprendre. *Présentation d’exemple.*",
}


@transaction.atomic
def load_banner(*, at: datetime) -> int:
    """Open the demo's banner with its partners, its rota and a few calls, once; gives how many were made (0 or 1).

    Under Purpose.ADMINISTRATION, after the demo's structures and accounts.
    """
    _describe_structures()
    if Banner.objects.filter(slug=SLUG).exists():
        return 0
    carrier, _made = Organisation.objects.get_or_create(
        slug=CARRIER,
        defaults={
            "name": "Nantes Métropole", "kinds": [Kind.COLLECTIVITE], "commune_id": NANTES,
            "zones": [f"epci:{NANTES_METROPOLE}"], "is_example": True,
        },
    )  # fmt: skip
    partners = Organisation.objects.filter(is_example=True, commune=NANTES).exclude(pk=carrier.pk)
    banner = open_banner(
        values={
            "name": "Osez Entreprendre",
            "motto": "Entreprendre à Nantes : on vous écoute, on vous oriente",
            "welcome": WELCOME,
            "legal": LEGAL,
            "zones": [NANTES_METROPOLE],
            "telephone": PHONE,
            "courriel": "osez-entreprendre@example.org",
            "hours": "Mo-Fr 09:00-12:30,13:30-17:30; PH off",
            "canal": "#5b2a86",
            "brick": "#b3261e",
            "canal_dark": "#cbb2e8",
            "brick_dark": "#f2aaa4",
            "carrier": carrier,
            "partners": list(partners.order_by("name")[:12]),
            "is_published": True,
            "is_example": True,
        }
    )
    _load_rota(banner, timezone.localdate(at))
    _load_calls(banner, at)
    return 1


@transaction.atomic
def forget_banner() -> None:
    """Delete the demo's banner, its rota and its calls, and the structure that carries it when nothing else uses it."""
    banner = Banner.objects.filter(slug=SLUG).first()
    if banner is not None:
        CallBack.objects.filter(banner=banner, first_name__endswith=MARK).delete()
        banner.delete()
    Organisation.objects.filter(slug=CARRIER, is_example=True, memberships=None).delete()


def _load_rota(banner: Banner, today: date) -> None:
    """The demo's animator runs the banner, and shares four weeks with the contributor."""
    people = {account.kind: account.user for account in demo_accounts()}
    monday = today - timedelta(days=today.weekday())
    for week in range(4):
        ends = (monday + timedelta(weeks=week), monday + timedelta(weeks=week + 1))
        kinds = (Role.Kind.ANIMATOR, Role.Kind.CONTRIBUTOR)
        for rank, kind in enumerate(kinds if week % 2 == 0 else reversed(kinds), 1):
            Duty.objects.create(banner=banner, user=people[kind], period=ends, rank=rank)
    grant_role(
        user=people[Role.Kind.ANIMATOR],
        kind=Role.Kind.ANIMATOR,
        territory_kind="epci",
        territory_code=NANTES_METROPOLE,
    )


def _load_calls(banner: Banner, at: datetime) -> None:
    for first_name, phone, moments, about, days in CALLS:
        asked = at - timedelta(days=days)
        row = CallBack.objects.create(
            banner=banner, first_name=first_name, phone=phone, moments=moments, about=about,
            commune_id=NANTES, due_at=after_working_days(asked, 2),
        )  # fmt: skip
        CallBack.objects.filter(pk=row.pk).update(created_at=asked)


def _describe_structures() -> None:
    """Say what the demo's structures are, and where they work, when nothing says it yet."""
    rows = (
        Organisation.objects.filter(is_example=True, kinds=[])
        .select_related("commune")
        .defer("commune__contour")
    )
    for row in rows:
        found = next((look for look in LOOKS if look[0] in row.name), None)
        row.kinds, row.reseaux_porteurs = (list(found[1]), found[2]) if found else ([Kind.ACCOMPAGNEMENT], [])
        row.description = row.description or SAYS[row.kinds[0]]
        row.telephone, row.courriel = row.telephone or PHONE, row.courriel or "accueil@example.org"
        place = row.commune
        row.zones = (
            [f"epci:{place.epci_id}" if place.epci_id else f"commune:{place.pk}"] if place else ["france"]
        )
    Organisation.objects.bulk_update(
        rows, ["kinds", "reseaux_porteurs", "zones", "description", "telephone", "courriel"]
    )
