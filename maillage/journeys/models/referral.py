from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillage.core.keys import Keyed
from maillage.offers.models import Brake, Phase


class State(models.TextChoices):
    """Where a referral is. What may follow what: the table `journeys_transition`."""

    BROUILLON = "brouillon", _("Brouillon")
    ENVOYEE = "envoyee", _("Envoyée")
    RECUE = "recue", _("Reçue")
    ACCEPTEE = "acceptee", _("Acceptée")
    REFUSEE = "refusee", _("Refusée")
    SANS_REPONSE = "sans_reponse", _("Sans réponse")
    RDV_FAIT = "rdv_fait", _("Premier rendez-vous fait")
    ABSENT = "absent", _("Absent ou absente au rendez-vous")
    EXCUSE = "excuse", _("Excusé ou excusée au rendez-vous")
    REORIENTEE = "reorientee", _("Réorientée")
    ANNULEE = "annulee", _("Annulée")
    AIDE = "aide", _("Aidé ou aidée")
    PAS_D_AIDE = "pas_d_aide", _("Pas d’aide possible")
    INJOIGNABLE = "injoignable", _("Injoignable")
    PAS_POUR_NOUS = "pas_pour_nous", _("Pas pour nous")


CLOSED = ("reorientee", "annulee", "aide", "pas_d_aide", "injoignable", "pas_pour_nous")
OPEN = tuple(state for state in State.values if state not in CLOSED)


class NextAction(models.TextChoices):
    """What comes next, for the person in charge."""

    COMPLETER = "completer", _("Terminer et envoyer")
    REPONDRE = "repondre", _("Répondre")
    RELANCER = "relancer", _("Relancer la structure")
    APPELER = "appeler", _("Appeler la structure")
    PROPOSER_SUITE = "proposer_suite", _("Proposer une autre structure")
    PREVENIR_PERSONNE = "prevenir_personne", _("Prévenir la personne")
    FIXER_RDV = "fixer_rdv", _("Fixer un rendez-vous")
    NOTER_ISSUE = "noter_issue", _("Dire ce que cela a donné")


class Urgency(models.TextChoices):
    NORMALE = "normale", _("Dans les délais habituels")
    RAPIDE = "rapide", _("Cette semaine si possible")
    URGENTE = "urgente", _("Une date proche est en jeu")


class RefusalReason(models.TextChoices):
    COMPLET = "complet", _("Nous sommes complets en ce moment")
    HORS_ZONE = "hors-zone", _("La personne habite hors de notre zone")
    HORS_PUBLIC = "hors-public", _("Nous n’aidons pas ce public")
    TROP_TOT = "trop-tot", _("Le projet n’est pas encore assez avancé")
    TROP_TARD = "trop-tard", _("Le projet est déjà plus avancé que notre aide")
    AUTRE_BESOIN = "autre-besoin", _("Ce n’est pas notre métier")
    DEJA_SUIVI = "deja-suivi", _("La personne est déjà suivie ailleurs pour cela")
    AUTRE = "autre", _("Autre raison")


class Via(models.TextChoices):
    """By which door a referral last moved."""

    WEB = "web", _("sur le site")
    LINK = "link", _("par un lien reçu par mail")
    PERSON = "person", _("par la personne")
    JOB = "job", _("à l’échéance prévue")


class Terms(models.Model):
    """How one structure receives referrals: the delay that it promises, and the address where they are announced."""

    organisation = models.OneToOneField(
        "organisations.Organisation", on_delete=models.CASCADE, related_name="referral_terms"
    )
    promised_days = models.PositiveSmallIntegerField(_("réponse promise en (jours ouvrés)"), default=5)
    courriel = models.EmailField(_("adresse où prévenir"), blank=True)  # else the organisation's own
    is_open = models.BooleanField(_("reçoit des orientations"), default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(promised_days__range=(1, 30)), name="terms_promised_days")
        ]

    def __str__(self) -> str:
        return str(self.organisation_id)


class Referral(models.Model):
    """One person sent to one structure, until what it gave is known.

    An open referral always has a next action, its date, and someone in charge; none leaves its draft without the person's
    agreement; both are the database's rules. `receiver_until` and `sender_until` follow the `Follow` of each.
    """

    person = models.ForeignKey("journeys.Person", on_delete=models.CASCADE, related_name="referrals")
    initials = models.CharField(max_length=8, blank=True)  # all that a link alone shows of the person
    from_organisation = models.ForeignKey(
        "organisations.Organisation", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )  # null: the person asks by themselves
    from_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    to_organisation = models.ForeignKey(
        "organisations.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    service = models.ForeignKey(
        "offers.Service", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    banner = models.ForeignKey(
        "organisations.Banner", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )  # whose coordinator takes over
    previous = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="following"
    )

    reason = models.CharField(_("ce que la personne cherche"), max_length=1000, blank=True)
    phase = models.CharField(max_length=15, choices=Phase, blank=True)
    freins = ArrayField(models.CharField(max_length=20, choices=Brake), default=list, blank=True)
    urgency = models.CharField(max_length=10, choices=Urgency, default=Urgency.NORMALE)
    appointment_wish = models.CharField(_("quand la personne est libre"), max_length=200, blank=True)

    state = models.CharField(max_length=15, choices=State, default=State.BROUILLON)
    next_action = models.CharField(max_length=20, choices=NextAction, blank=True)
    next_action_at = models.DateTimeField(null=True, blank=True)
    # a trigger gives it to someone else when the account goes (migrations/0013), whoever may see the row
    in_charge = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, null=True, blank=True, related_name="+"
    )
    coordinated = models.BooleanField(default=False)  # the banner's coordinator has taken over
    promised_days = models.PositiveSmallIntegerField(default=5)  # working days
    reminders = models.PositiveSmallIntegerField(default=0)
    mails = models.PositiveSmallIntegerField(default=0)  # sent to the structure, the first notice included
    refusal_reason = models.CharField(max_length=15, choices=RefusalReason, blank=True)
    answer_note = models.CharField(max_length=1000, blank=True)

    # a draft, by itself, as soon as the person agrees by the link that they were sent
    leaves_when_agreed = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    person_told_at = models.DateTimeField(null=True, blank=True)  # of a refusal
    closed_at = models.DateTimeField(null=True, blank=True)
    moved_at = models.DateTimeField(default=timezone.now)  # when, and by which door, the state last changed
    moved_via = models.CharField(max_length=10, choices=Via, default=Via.WEB)
    receiver_until = models.DateTimeField(null=True, blank=True, editable=False)
    sender_until = models.DateTimeField(null=True, blank=True, editable=False)
    is_example = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)  # raised by a trigger

    HANDLED_BY = frozenset({"from_user", "in_charge"})

    class Meta:
        db_table_comment = "personal: whom a person was sent to, and why"
        indexes = [
            models.Index(
                fields=["to_organisation", "next_action_at", "id"],
                condition=~Q(state__in=CLOSED),
                name="referral_inbox",
            ),
            models.Index(
                fields=["from_organisation", "next_action_at", "id"],
                condition=~Q(state__in=CLOSED),
                name="referral_sent",
            ),
            models.Index(
                fields=["in_charge", "next_action_at", "id"],
                condition=~Q(state__in=CLOSED),
                name="referral_in_charge",
            ),
            models.Index(
                fields=["to_organisation", "-closed_at", "-id"],
                condition=Q(state__in=CLOSED),
                name="referral_received_ended",
            ),
            models.Index(
                fields=["from_organisation", "-closed_at", "-id"],
                condition=Q(state__in=CLOSED),
                name="referral_sent_ended",
            ),
            models.Index(
                fields=["next_action_at", "id"], condition=~Q(state__in=CLOSED), name="referral_due"
            ),
            models.Index(
                fields=["banner", "next_action_at", "id"],
                condition=Q(coordinated=True) & ~Q(state__in=CLOSED),
                name="referral_coordinated",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=OPEN, next_action_at__isnull=False, in_charge__isnull=False, closed_at=None
                )
                & Q(next_action__in=NextAction.values)
                | Q(
                    state__in=CLOSED,
                    next_action="",
                    next_action_at=None,
                    in_charge=None,
                    closed_at__isnull=False,
                ),
                name="referral_has_a_next_action",
            ),
            models.CheckConstraint(
                condition=Q(state="brouillon") | Q(state="annulee") | Q(sent_at__isnull=False),
                name="referral_sent",
            ),
            models.CheckConstraint(condition=Q(reminders__lte=2), name="referral_two_reminders"),
            models.CheckConstraint(condition=Q(mails__lte=3), name="referral_three_mails"),
            models.CheckConstraint(
                condition=~Q(state="refusee") | ~Q(refusal_reason=""), name="referral_refused_for_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(freins__contained_by=Brake.values), name="referral_freins_known"
            ),
            # « duplicates are merged, never lost »: one referral under way of a person to a structure; a draft is a
            # sender's own, which nobody else knows of
            models.UniqueConstraint(
                fields=["person", "to_organisation"],
                condition=~Q(state__in=["brouillon", *CLOSED]),
                name="referral_open_once",
            ),
            models.UniqueConstraint(
                fields=["person", "to_organisation", "from_organisation"],
                condition=Q(state="brouillon"),
                nulls_distinct=False,
                name="referral_draft_once",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ReferralEvent(models.Model):
    """One move of a referral: who, when, from, to. Written by a trigger, never changed; without a word of anybody's."""

    referral_number = models.BigIntegerField(db_index=True)
    user_number = models.BigIntegerField(null=True)
    via = models.CharField(max_length=10, choices=Via)
    at = models.DateTimeField()
    from_state = models.CharField(max_length=15, blank=True)
    to_state = models.CharField(max_length=15)

    class Meta:
        db_table_comment = "personal: what became of a referral, and by whom"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class AnswerLink(Keyed):
    """A link mailed to a structure: answers one referral without an account, once, within 72 hours."""

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="links")
    sent_to = models.EmailField()  # the structure's own address: the code goes there too
    code_hash = models.CharField(max_length=128, blank=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    code_sent_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table_comment = "personal: to let a structure answer by mail"

    def __str__(self) -> str:
        return str(self.pk)


class LinkOpeningEvent(models.Model):
    """One use of an answer link: opened, code asked, code given, answered."""

    link_number = models.BigIntegerField(db_index=True)
    what = models.CharField(max_length=20)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table_comment = "personal: when a structure opened a referral"

    def __str__(self) -> str:
        return f"{self.link_number} {self.what}"
