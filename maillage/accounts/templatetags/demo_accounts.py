from django import template
from django.conf import settings

from maillage.accounts import queries

register = template.Library()


@register.simple_tag
def demo_accounts() -> list[queries.DemoAccount]:
    """The accounts that the sign-in page of a demo offers; none elsewhere."""
    return queries.demo_accounts() if settings.DEMO else []
