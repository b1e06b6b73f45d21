"""The lines of a financing plan, its totals, and what an adviser would say of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

# of the needs: under it, banks find that the person brings too little
OWN_SHARE = Decimal("0.10")
# of the resources: over it, paying back weighs from the first month
LOANS_SHARE = Decimal("0.80")


@dataclass(frozen=True)
class Line:
    """One line of the sheet, before any amount."""

    code: str
    label: str | Promise
    help: str | Promise = ""
    is_own: bool = False  # the person's own money
    is_loan: bool = False


NEEDS = (
    Line("creation", lazy("Frais de création"), lazy("Formalités, assurances, honoraires.")),
    Line("materiel", lazy("Matériel et équipement"), lazy("Machines, outils, ordinateur, caisse.")),
    Line("vehicule", lazy("Véhicule")),
    Line("travaux", lazy("Travaux et aménagement"), lazy("Mise aux normes, enseigne, vitrine.")),
    Line("local", lazy("Local"), lazy("Dépôt de garantie, premiers loyers, droit au bail.")),
    Line("stock", lazy("Premier stock")),
    Line("communication", lazy("Se faire connaître"), lazy("Site, cartes, publicité.")),
    Line("tresorerie", lazy("Trésorerie de départ"), lazy("De quoi tenir avant les premières ventes, souvent trois mois.")),
)  # fmt: skip
RESOURCES = (
    Line("apport", lazy("Votre argent"), lazy("Épargne, matériel que vous possédez déjà."), is_own=True),
    Line("proches", lazy("Argent des proches, donné"), is_own=True),
    Line("arce", lazy("Allocation chômage versée en capital"), is_own=True),
    Line("honneur", lazy("Prêt d’honneur"), lazy("À taux zéro : il compte comme un apport pour la banque."), is_loan=True),
    Line("microcredit", lazy("Microcrédit"), is_loan=True),
    Line("banque", lazy("Prêt de la banque"), is_loan=True),
    Line("aides", lazy("Subventions et primes"), lazy("Seulement celles qui sont accordées.")),
    Line("participatif", lazy("Financement participatif")),
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One line with its amount in euros, cents included."""

    label: str
    amount: Decimal
    is_own: bool = False
    is_loan: bool = False


@dataclass(frozen=True)
class Note:
    """What is worth saying of a plan: a code to test and style (`level`: good, warning), and a French sentence."""

    code: str
    text: str
    level: str = "warning"


@dataclass(frozen=True)
class Plan:
    """Needs and resources of one project, without the lines left empty."""

    name: str
    needs: tuple[Entry, ...]
    resources: tuple[Entry, ...]
    has_cash: bool = False  # whether some cash is planned for the first months

    @cached_property
    def needed(self) -> Decimal:
        """What the project costs."""
        return _total(self.needs)

    @cached_property
    def found(self) -> Decimal:
        """What pays for it."""
        return _total(self.resources)

    @property
    def balance(self) -> Decimal:
        """Resources less needs: negative when money lacks."""
        return self.found - self.needed

    @property
    def own(self) -> Decimal:
        """The person's own money."""
        return sum((entry.amount for entry in self.resources if entry.is_own), Decimal(0))

    @property
    def loans(self) -> Decimal:
        """What has to be paid back."""
        return sum((entry.amount for entry in self.resources if entry.is_loan), Decimal(0))

    def notes(self) -> list[Note]:
        """What an adviser would say first, the most pressing first."""
        return list(self._notes())

    def _notes(self) -> Iterator[Note]:
        if self.balance < 0:
            yield Note("lacking", _("Il manque %(amount)s : cherchez une autre ressource, ou réduisez un besoin.") % {"amount": euros(-self.balance)})  # fmt: skip
        elif self.balance > 0:
            yield Note("over", _("Il y a %(amount)s de trop : empruntez moins, ou gardez-les en trésorerie de départ.") % {"amount": euros(self.balance)})  # fmt: skip
        else:
            yield Note("balanced", _("Le plan est équilibré."), "good")
        if self.needed and self.own < OWN_SHARE * self.needed:
            yield Note("thin", _("Votre argent couvre %(share)s %% des besoins. Les banques demandent souvent au moins 10 %% : un prêt d’honneur peut aider.") % {"share": _percent(self.own, self.needed)})  # fmt: skip
        if self.found and self.loans > LOANS_SHARE * self.found:
            yield Note("debt", _("%(share)s %% de l’argent est à rembourser : vérifiez que les premières ventes suffiront.") % {"share": _percent(self.loans, self.found)})  # fmt: skip
        if self.needs and not self.has_cash:
            yield Note("cash", _("Aucune trésorerie de départ : prévoyez de quoi tenir avant les premières ventes."))  # fmt: skip


def euros(amount: Decimal) -> str:
    """« 1 500 € », « 1 500,50 € », with spaces that do not break."""
    cents = "" if amount == amount.to_integral_value() else f",{abs(amount) % 1 * 100:02.0f}"
    whole = f"{int(abs(amount)):,}".replace(",", "\u202f")
    return f"{'−' if amount < 0 else ''}{whole}{cents}\u00a0€"


def _total(entries: tuple[Entry, ...]) -> Decimal:
    return sum((entry.amount for entry in entries), Decimal(0))


def _percent(part: Decimal, whole: Decimal) -> int:
    """Rounded down, so that what is under a limit reads under it."""
    return int(part * 100 / whole)
