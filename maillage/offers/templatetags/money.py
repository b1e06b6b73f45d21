"""How money and verdicts are written."""

from decimal import Decimal

from django import template
from django.utils.translation import gettext as _

from maillage.offers.models import Financing, FinancingKind
from maillage.offers.plan.balance import euros as plan_euros

register = template.Library()

ICONS = {
    FinancingKind.MICROCREDIT: "hand-coins",
    FinancingKind.PRET_HONNEUR: "handshake",
    FinancingKind.GARANTIE: "shield-check",
    FinancingKind.SUBVENTION: "landmark",
    FinancingKind.PRIME: "gift",
    FinancingKind.PARTICIPATIF: "users",
    FinancingKind.EXONERATION: "badge-percent",
    FinancingKind.ALLOCATION: "wallet",
}


@register.filter
def euros(amount: int) -> str:
    """« 12 000 € », with spaces that do not break."""
    return plan_euros(Decimal(amount))


@register.filter
def gap(amount: Decimal | str) -> str:
    """An amount of a plan, without its sign: « 1 500 € », « 0,50 € »; "" when there is none."""
    return plan_euros(abs(amount)) if isinstance(amount, Decimal) else ""


@register.filter
def amount_of(aid: Financing) -> str:
    """« de 500 € à 12 000 € », « jusqu’à 3 000 € », or "" when no amount is known."""
    if aid.amount_min and aid.amount_max:
        return _("de %(least)s à %(most)s") % {"least": euros(aid.amount_min), "most": euros(aid.amount_max)}
    if aid.amount_max:
        return _("jusqu’à %(most)s") % {"most": euros(aid.amount_max)}
    return _("à partir de %(least)s") % {"least": euros(aid.amount_min)} if aid.amount_min else ""


@register.filter
def icon_of(aid: Financing) -> str:
    """The name of the icon of its kind."""
    return ICONS[FinancingKind(aid.kind)]
