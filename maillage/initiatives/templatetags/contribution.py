"""What a signed-in person may do with the fiche shown."""

from typing import Any

from django import template
from django.template import Context

from maillage.initiatives.access import may_edit, may_moderate

register = template.Library()


@register.inclusion_tag("initiatives/_fiche_actions.html", takes_context=True)
def fiche_actions(context: Context) -> dict[str, Any]:
    """The buttons of who may change or moderate `initiative`; nothing, and no query, for a visitor."""
    user, initiative = context["request"].user, context["initiative"]
    known = user.is_authenticated
    return {
        "initiative": initiative,
        "edits": known and may_edit(user, initiative),
        "moderates": known and may_moderate(user, initiative),
        "csrf_token": context.get("csrf_token"),
    }
