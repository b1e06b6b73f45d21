"""The demo's people: invented, each marked as an example; two cities, referrals in every state, groups, a resident.

The structures are those of the demo's offers; the accounts those of the sign-in page: a relay, an adviser, the
coordinator of the banner, a funder who follows nobody. Whoever opens « Mon parcours » gives RESIDENT_EMAIL.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from maillage.accounts.models import DEMO_DOMAIN, User
from maillage.accounts.queries import demo_accounts
from maillage.core.acting import Purpose, for_purpose
from maillage.core.hours import after_working_days
from maillage.journeys.actions.moves import due, save
from maillage.journeys.models import (
    CLOSED,
    Aim,
    Appointment,
    Attendance,
    Consent,
    ConsentText,
    Frein,
    Group,
    GroupMeeting,
    GroupMember,
    Note,
    Person,
    Referral,
    State,
    Step,
    Terms,
    Via,
)
from maillage.organisations.models import Banner, Duty, Membership, Organisation
from maillage.territories.models import Qpv

RESIDENT_EMAIL = f"parcours@{DEMO_DOMAIN}"
BANNER = "osez-entreprendre"
GARGES, NANTES = "95268", "44109"
# city → its commune, the relay that meets people, the network that accompanies them
CITIES = {
    "Garges": (GARGES, "Centre social Garges", "CitésLab Garges"),
    "Nantes": (NANTES, "Centre social Nantes", "CitésLab Nantes"),
}
FUNDER = "France Active Loire-Atlantique"
# how one comes to each state
WAYS = {
    State.BROUILLON: (),
    State.ENVOYEE: (State.ENVOYEE,),
    State.RECUE: (State.ENVOYEE, State.RECUE),
    State.SANS_REPONSE: (State.ENVOYEE, State.SANS_REPONSE),
    State.REFUSEE: (State.ENVOYEE, State.RECUE, State.REFUSEE),
    State.REORIENTEE: (State.ENVOYEE, State.RECUE, State.REORIENTEE),
    State.ANNULEE: (State.ENVOYEE, State.ANNULEE),
    State.ACCEPTEE: (State.ENVOYEE, State.ACCEPTEE),
    State.ABSENT: (State.ENVOYEE, State.ACCEPTEE, State.ABSENT),
    State.EXCUSE: (State.ENVOYEE, State.ACCEPTEE, State.EXCUSE),
    State.RDV_FAIT: (State.ENVOYEE, State.ACCEPTEE, State.RDV_FAIT),
    State.AIDE: (State.ENVOYEE, State.ACCEPTEE, State.RDV_FAIT, State.AIDE),
    State.PAS_D_AIDE: (State.ENVOYEE, State.ACCEPTEE, State.RDV_FAIT, State.PAS_D_AIDE),
    State.INJOIGNABLE: (State.ENVOYEE, State.RECUE, State.INJOIGNABLE),
    State.PAS_POUR_NOUS: (State.ENVOYEE, State.ACCEPTEE, State.RDV_FAIT, State.PAS_POUR_NOUS),
}


@dataclass(frozen=True)
class Life:
    """One person of the demo: who, where, what they look for, and how far their referral has come since `days` ago."""

    city: str
    first_name: str
    last_name: str
    year: int
    gender: str
    situation: str
    phase: str
    reason: str
    state: State
    days: int
    freins: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    urgency: str = "normale"


LIVES = [
    Life("Garges", "Mariam", "Koné", 1989, "femme", "demandeur-emploi", "amorcage", "Un camion de cuisine ivoirienne : elle cherche par où commencer, et une place de marché.", State.RDV_FAIT, 24, ("garde-enfant",), ("diagnostic", "atelier")),
    Life("Garges", "Yanis", "Belkacem", 1998, "homme", "salarie", "idee", "Réparer des téléphones au quartier, le soir après son travail.", State.RECUE, 3),
    Life("Garges", "Fatou", "Sarr", 1976, "femme", "foyer", "idee", "Coudre et vendre des tenues de fête ; n’a jamais tenu de comptes.", State.ENVOYEE, 1, ("numerique",), (), "rapide"),
    Life("Garges", "Dilan", "Aydin", 1993, "femme", "demandeur-emploi", "creation", "Immatriculation dans le mois, hésite entre micro-entreprise et société.", State.ACCEPTEE, 8, (), ("diagnostic", "business-plan", "statut")),
    Life("Garges", "Moussa", "Traoré", 1985, "homme", "rsa", "amorcage", "Transport de colis : il lui manque une capacité de transport.", State.REFUSEE, 9, ("administratif",)),
    Life("Garges", "Inès", "Da Silva", 2001, "femme", "etudiant", "idee", "Des bijoux en wax, vendus en ligne.", State.BROUILLON, 0),
    Life("Garges", "Karim", "Haddad", 1982, "homme", "demandeur-emploi", "creation", "Une entreprise de nettoyage, deux salariés d’emblée.", State.AIDE, 160, ("financier",), ("diagnostic", "business-plan", "financement-demande", "financement-obtenu", "immatriculation", "premier-client", "emplois")),
    Life("Garges", "Rokia", "Diarra", 1990, "femme", "rsa", "idee", "Traiteur, elle n’est pas sûre de pouvoir cuisiner chez elle.", State.ABSENT, 15, ("langue",), ("diagnostic",)),
    Life("Garges", "Steve", "Mavoungou", 1995, "homme", "independant", "developpement", "Coiffeur depuis deux ans, cherche un local à lui.", State.REORIENTEE, 20),
    Life("Garges", "Lina", "Cherif", 1999, "femme", "salarie", "idee", "Application pour les aidants ; a changé d’avis.", State.ANNULEE, 30),
    Life("Nantes", "Awa", "Ndiaye", 1987, "femme", "demandeur-emploi", "amorcage", "Épicerie en vrac dans le quartier : étude de marché faite, cherche un financement.", State.RDV_FAIT, 18, ("financier",), ("diagnostic", "business-plan")),
    Life("Nantes", "Léo", "Marchand", 1994, "homme", "demandeur-emploi", "creation", "Réparation de vélos à domicile.", State.SANS_REPONSE, 12, (), (), "urgente"),
    Life("Nantes", "Zahra", "Amiri", 1991, "femme", "foyer", "idee", "Garde d’enfants en horaires décalés ; prévoir un interprète au premier rendez-vous.", State.SANS_REPONSE, 9, ("langue", "mobilite")),
    Life("Nantes", "Thomas", "Guérin", 1979, "homme", "salarie", "creation", "Reprendre la boulangerie où il travaille.", State.EXCUSE, 10),
    Life("Nantes", "Aïcha", "Benali", 1996, "femme", "rsa", "idee", "Onglerie ; veut savoir ce qu’elle garde comme aides.", State.ENVOYEE, 4),
    Life("Nantes", "Paul", "Lefeuvre", 1968, "homme", "demandeur-emploi", "amorcage", "Menuisier licencié, veut s’installer à son compte.", State.PAS_D_AIDE, 45, ("mobilite",), ("diagnostic",)),
    Life("Nantes", "Maya", "Rojas", 2000, "femme", "etudiant", "idee", "Cours de cuisine latino-américaine.", State.INJOIGNABLE, 25),
    Life("Nantes", "Ibrahim", "Sow", 1983, "homme", "independant", "developpement", "Peintre en bâtiment, trop de devis et pas assez de temps.", State.PAS_POUR_NOUS, 33),
    Life("Nantes", "Nadia", "Ferhat", 1992, "femme", "demandeur-emploi", "creation", "Crèche parentale avec deux voisines.", State.ACCEPTEE, 6, ("garde-enfant", "logement"), ("diagnostic",)),
    Life("Nantes", "Hugo", "Petit", 1997, "homme", "rsa", "idee", "Studio photo mobile.", State.RECUE, 2),
]  # fmt: skip
REFUSED = "complet"
NOTES = {
    "Mariam": (
        "Très motivée. Elle cuisine déjà pour les fêtes du quartier ; apporter la liste de ses clientes.",
        False,
    ),
    "Awa": (
        "Travaille au marché le matin : l’appeler après 14 h. Revoir avec elle le prix des bocaux.",
        True,
    ),
}


@transaction.atomic
def load_journeys(*, at: datetime) -> int:
    """Write the demo's people with all that happened to them, once; gives how many people were made.

    Under Purpose.ADMINISTRATION, after the demo's structures, accounts and banner.
    """
    with for_purpose(Purpose.CONSENT):
        if Person.objects.filter(email=RESIDENT_EMAIL).exists():
            return 0
    people = {account.kind: account.user for account in demo_accounts()}
    _hire(people, at)
    banner = Banner.objects.filter(slug=BANNER).first()
    made = [_Told(life, number, people, banner, at).person for number, life in enumerate(LIVES)]
    _gather([one for one in made if one.commune_id == GARGES], at)
    return len(made)


@transaction.atomic
def forget_journeys() -> int:
    """Delete the demo's people, their groups, and the demo's accounts' places in structures; gives how many people."""
    with for_purpose(Purpose.RETENTION):
        found = Person.objects.filter(is_example=True)
        count = found.count()
        Referral.objects.filter(is_example=True).delete()
        found.delete()
        Group.objects.filter(is_example=True).delete()
    with for_purpose(Purpose.ADMINISTRATION):
        accounts = [account.user for account in demo_accounts() if account.kind in PLACES]
        Membership.objects.filter(user__in=accounts).delete()
        Duty.objects.filter(user__in=accounts).delete()
    return count


# which account of the demo works where: (structure, as its manager)
PLACES: dict[str, tuple[tuple[str, bool], ...]] = {
    "relay": tuple((relay, False) for _commune, relay, _network in CITIES.values()),
    "adviser": tuple((network, True) for _commune, _relay, network in CITIES.values()),
    "coordinator": (),
    "funder": ((FUNDER, True),),
}


def _hire(people: dict[str, User], at: datetime) -> None:
    """Give the demo's accounts their structures, and the coordinator their place on the rota."""
    for kind, places in PLACES.items():
        for name, manages in places:
            Membership.objects.get_or_create(
                user=people[kind],
                organisation=_structure(name),
                defaults={"kind": Membership.Kind.MANAGER if manages else Membership.Kind.MEMBER},
            )
    for _commune, _relay, network in CITIES.values():
        Terms.objects.get_or_create(
            organisation=_structure(network), defaults={"promised_days": 5, "courriel": "accueil@example.org"}
        )
    banner = Banner.objects.filter(slug=BANNER).first()
    today = timezone.localdate(at)
    period = DateRange(today - timedelta(days=7), today + timedelta(days=28))
    if banner and not Duty.objects.filter(banner=banner, rank=3, period__overlap=period).exists():
        Duty.objects.create(banner=banner, user=people["coordinator"], period=period, rank=3)


def _structure(name: str) -> Organisation:
    return Organisation.objects.filter(name__startswith=name, is_example=True).order_by("pk")[0]


class _Told:
    """One life written down: the person, their agreements, their referral, what followed."""

    def __init__(
        self, life: Life, number: int, people: dict[str, User], banner: Banner | None, at: datetime
    ) -> None:
        self.life, self.people, self.at = life, people, at
        self.met_at = at - timedelta(days=life.days, hours=1)
        self.commune, relay, network = CITIES[life.city]
        self.relay, self.network = _structure(relay), _structure(network)
        self.banner = banner if life.city == "Nantes" else None
        self.person = self._write_person(number)
        self._agree(Aim.SUIVI, self.relay)
        self._refer()

    def _write_person(self, number: int) -> Person:
        life = self.life
        qpv = Qpv.objects.filter(commune=self.commune).order_by("-generation", "code").first()
        with for_purpose(Purpose.CONSENT):
            return Person.objects.create(
                first_name=life.first_name, last_name=life.last_name,
                phone=f"+3363998{200 + number:04}", email=RESIDENT_EMAIL if number == 0 else "",
                commune_id=self.commune, qpv_code=qpv.code if qpv and number % 3 else "",
                qpv_generation=qpv.generation if qpv and number % 3 else None, banner=self.banner,
                birth_year=life.year, gender=life.gender, situation=life.situation, languages=["fr"], phase=life.phase,
                created_by_organisation=self.relay, created_at=self.met_at, last_activity_at=self.met_at, is_example=True,
            )  # fmt: skip

    def _agree(self, aim: Aim, organisation: Organisation | None) -> None:
        with for_purpose(Purpose.CONSENT):
            text = ConsentText.objects.filter(aim=aim, language="fr").first()
            if text is None:
                text = ConsentText.objects.create(
                    aim=aim, language="fr", number=1, body="J’accepte (exemple)."
                )
            Consent.objects.create(
                person=self.person, aim=aim, organisation=organisation, text=text, how=Consent.How.SCREEN,
                given_at=self.met_at, recorded_by=self.people["relay"], recorded_by_organisation=self.relay,
            )  # fmt: skip

    def _refer(self) -> None:
        """The referral, brought to its state step by step, as the database asks; what an acceptance leads to is written
        while the structure follows the person."""
        life, relay = self.life, self.people["relay"]
        row = Referral(
            person=self.person, initials=f"{life.first_name[0]}. {life.last_name[0]}.", from_organisation=self.relay,
            from_user=relay, to_organisation=self.network, banner=self.banner, reason=life.reason, phase=life.phase,
            freins=list(life.freins), urgency=life.urgency, appointment_wish="Le matin, en semaine",
            created_at=self.met_at, moved_at=self.met_at, is_example=True,
        )  # fmt: skip
        due(row, at=self.met_at, in_charge=relay.pk)
        save(row)
        if life.state != State.BROUILLON:
            self._agree(Aim.ORIENTATION, self.network)
        for step, state in enumerate(WAYS[life.state]):
            self._bring(row, state, self.met_at + timedelta(days=min(life.days, 2 * step), minutes=10 * step))
            if state == State.ACCEPTEE:
                self._accompany(row)

    def _bring(self, row: Referral, state: State, at: datetime) -> None:
        row.state, row.moved_at, row.moved_via = state, at, Via.WEB
        if state == State.ENVOYEE:
            row.sent_at = at
        elif state in {State.ACCEPTEE, State.REFUSEE, State.REORIENTEE}:
            row.answered_at = at
        if state == State.REFUSEE:
            row.refusal_reason = REFUSED
        if state in CLOSED:
            row.next_action, row.next_action_at, row.in_charge_id, row.closed_at = "", None, None, at
        else:
            holder = {State.REFUSEE: "relay", State.SANS_REPONSE: "coordinator"}.get(state, "adviser")
            row.coordinated, row.reminders = (
                state == State.SANS_REPONSE,
                2 if state == State.SANS_REPONSE else 0,
            )
            due(row, at=at, in_charge=self.people[holder].pk)
        save(row)

    def _accompany(self, row: Referral) -> None:
        """What the network does with whom it accepted: steps, brakes, an appointment, a note."""
        life, adviser = self.life, self.people["adviser"]
        of = {"person": self.person, "organisation": self.network, "author": adviser}
        begun = self.met_at + timedelta(days=min(life.days, 3))
        _act_as(adviser)
        gap = max(1, (life.days - 3) // (len(life.steps) + 1))
        for number, kind in enumerate(life.steps, 1):
            on = begun + timedelta(days=gap * number)
            Step.objects.create(
                kind=kind, on=timezone.localdate(on), created_at=on, amount=8000 if kind.startswith("financement") else None,
                jobs=3 if kind == "emplois" else None, siret="00000000000018" if kind == "immatriculation" else "", **of,
            )  # fmt: skip
        for brake in life.freins:
            lifted = timezone.localdate(begun) + timedelta(days=20) if life.state == State.AIDE else None
            Frein.objects.create(
                brake=brake, raised_on=timezone.localdate(begun), lifted_on=lifted, created_at=begun, **of
            )
        self._meet(row, of, begun)
        if life.first_name in NOTES:
            body, private = NOTES[life.first_name]
            Note.objects.create(body=body, is_private=private, created_at=begun, **of)
        _act_as(None)
        if life.first_name == "Mariam":
            self._agree(Aim.PARTAGE, None)

    def _meet(self, row: Referral, of: Mapping[str, object], begun: datetime) -> None:
        status = {
            State.ABSENT: Appointment.Status.ABSENT, State.EXCUSE: Appointment.Status.EXCUSE, State.ACCEPTEE: Appointment.Status.PREVU,
        }.get(self.life.state, Appointment.Status.FAIT)  # fmt: skip
        day = after_working_days(self.at, 2) if status == Appointment.Status.PREVU else begun
        starts = timezone.localtime(day).replace(hour=10, minute=0, second=0, microsecond=0)
        Appointment.objects.create(
            referral=row, starts_at=starts, ends_at=starts + timedelta(hours=1), status=status,
            place="À l’accueil de la structure (exemple)", received_by=self.people["adviser"], created_at=begun, **of,
        )  # fmt: skip


def _act_as(user: User | None) -> None:
    """Rows of a journey are written by a structure's own people: no purpose stands in for them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('maillage.user_id', %s, true)", [str(user.pk) if user else ""])


def _gather(people: list[Person], at: datetime) -> None:
    """A workshop of the relay in Garges, three meetings, who came."""
    relay = _structure(CITIES["Garges"][1])
    account = next(one.user for one in demo_accounts() if one.kind == "relay")
    begins = timezone.localdate(at) - timedelta(days=14)
    group = Group.objects.create(
        organisation=relay, kind=Group.Kind.ATELIER, name="De l’idée au projet (exemple)", place="Centre social (exemple)",
        starts_on=begins, ends_on=begins + timedelta(days=28), is_example=True,
    )  # fmt: skip
    _act_as(account)
    members = people[:6]
    GroupMember.objects.bulk_create(GroupMember(group=group, person=one, joined_on=begins) for one in members)
    for week, title in enumerate(("Mon idée en une phrase", "À qui je vends", "Combien ça coûte")):
        starts = timezone.localtime(at).replace(hour=14, minute=0, second=0, microsecond=0) + timedelta(
            days=7 * week - 14
        )
        meeting = GroupMeeting.objects.create(
            group=group, starts_at=starts, ends_at=starts + timedelta(hours=2), title=title
        )
        if week < 2:
            Attendance.objects.bulk_create(
                Attendance(meeting=meeting, person=one, status="absent" if (n + week) % 4 == 3 else "present")
                for n, one in enumerate(members)
            )
    _act_as(None)
