"""Words for what structures are."""

from collections.abc import Iterable

from django import template

from maillage.organisations.models import Kind

register = template.Library()


@register.filter
def kind_words(codes: Iterable[str]) -> str:
    """« Réseau · Financeur » for the codes of a structure's kinds."""
    words = dict(Kind.choices)
    return " · ".join(str(words[code]) for code in codes)
