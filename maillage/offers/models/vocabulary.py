"""The words of the offers: ours for entrepreneurship, data·inclusion's for the rest."""

from typing import Any

from data_inclusion.schema import v1
from data_inclusion.schema.base import EnhancedEnum
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Phase(models.TextChoices):
    IDEE = "idee", _("Idée")
    AMORCAGE = "amorcage", _("Émergence et amorçage")
    CREATION = "creation", _("Création")
    DEVELOPPEMENT = "developpement", _("Développement")


class Kind(models.TextChoices):
    """What one gets, in the words of those who create a business."""

    ACCUEIL = "accueil", _("Accueil et orientation")
    DIAGNOSTIC = "diagnostic", _("Diagnostic du projet")
    ACCOMPAGNEMENT = "accompagnement", _("Accompagnement individuel")
    GROUPE = "groupe", _("Groupe ou promotion")
    FORMATION = "formation", _("Formation")
    FINANCEMENT = "financement", _("Financement")
    HEBERGEMENT = "hebergement", _("Hébergement d’entreprise")
    TEST = "test", _("Test d’activité")


class Brake(models.TextChoices):
    """A social brake (« frein ») that stands before the project."""

    MOBILITE = "mobilite", _("Mobilité")
    GARDE_ENFANT = "garde-enfant", _("Garde d’enfant")
    LOGEMENT = "logement", _("Logement")
    SANTE = "sante", _("Santé")
    LANGUE = "langue", _("Langue française")
    NUMERIQUE = "numerique", _("Numérique")
    ADMINISTRATIF = "administratif", _("Démarches administratives")
    FINANCIER = "financier", _("Difficultés financières")


class Language(models.TextChoices):
    """A language in which people are received (ISO 639)."""

    FR = "fr", _("français")
    EN = "en", _("anglais")
    AR = "ar", _("arabe")
    BM = "bm", _("bambara")
    BER = "ber", _("berbère")
    ES = "es", _("espagnol")
    FF = "ff", _("peul")
    FSL = "fsl", _("langue des signes française")
    KU = "ku", _("kurde")
    LN = "ln", _("lingala")
    PT = "pt", _("portugais")
    RO = "ro", _("roumain")
    RU = "ru", _("russe")
    SNK = "snk", _("soninké")
    TA = "ta", _("tamoul")
    TR = "tr", _("turc")
    UK = "uk", _("ukrainien")
    WO = "wo", _("wolof")
    ZH = "zh", _("chinois")


class Accessibility(models.TextChoices):
    FAUTEUIL = "fauteuil", _("Accessible en fauteuil roulant")
    BOUCLE = "boucle-magnetique", _("Boucle magnétique")
    LSF = "lsf", _("Accueil en langue des signes")
    FALC = "falc", _("Documents faciles à lire et à comprendre")
    BRAILLE = "braille", _("Documents en braille ou en gros caractères")
    CALME = "calme", _("Espace calme")


PHASES, KINDS, BRAKES = Phase.values, Kind.values, Brake.values
TYPES = [term.value for term in v1.TypeService]
THEMATIQUES = [term.value for term in v1.Thematique]
CATEGORIES = [term.value for term in v1.Categorie]
PUBLICS = [term.value for term in v1.Public]
FRAIS = [term.value for term in v1.Frais]
MODES_ACCUEIL = [term.value for term in v1.ModeAccueil]
MODES_MOBILISATION = [term.value for term in v1.ModeMobilisation]
PERSONNES = [term.value for term in v1.PersonneMobilisatrice]
LABELS: dict[str, str] = {
    term.value: term.label
    for vocabulary in (
        v1.TypeService, v1.Thematique, v1.Categorie, v1.Public, v1.Frais, v1.ModeAccueil, v1.ModeMobilisation,
        v1.PersonneMobilisatrice,
    )
    for term in vocabulary
}  # fmt: skip


def choices(vocabulary: type[EnhancedEnum]) -> list[tuple[str, str]]:
    """A vocabulary of data·inclusion as choices of a form: (code, label)."""
    return [(term.value, term.label) for term in vocabulary]


def codes_field(*args: Any, **kwargs: Any) -> ArrayField:
    """A column of codes, empty when nothing is said."""
    return ArrayField(models.CharField(max_length=100), *args, default=list, blank=True, **kwargs)


def known(name: str, field: str, vocabulary: list[str]) -> models.CheckConstraint:
    """The constraint that every code of the array `field` is of the vocabulary."""
    return models.CheckConstraint(condition=models.Q(**{f"{field}__contained_by": vocabulary}), name=name)
