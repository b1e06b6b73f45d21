"""What is invented says so: a badge on pages, this mark where no badge can stand (data, text messages, mails)."""

from django.utils.translation import gettext as _


def marked(name: str, is_example: bool) -> str:
    """« Nom (exemple) » when what it names is invented, else the name as it is."""
    return _("%(name)s (exemple)") % {"name": name} if name and is_example else name
