"""How the page of a service tells the days and the hours of its permanences."""

from django import template
from django.utils.timezone import localtime

from maillage.core.hours import Opening
from maillage.core.hours_in_words import day_in_words, span_in_words

register = template.Library()
register.filter("day_words", day_in_words)


@register.filter
def when(opening: Opening) -> str:
    """« jeudi 26 novembre, 10 h à 12 h »."""
    start, end = localtime(opening.start), localtime(opening.end)
    return f"{day_in_words(start.date())}, {span_in_words(start.time(), end.time())}"
