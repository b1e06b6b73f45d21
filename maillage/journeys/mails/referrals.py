"""What the sender of a referral is told: initials and a state, never a name."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from maillage.accounts.models import User
from maillage.core.acting import Purpose, for_purpose
from maillage.journeys.models import Referral


def tell_sender(row: Referral, *, by: int | None) -> None:
    """Tell whoever sent a referral what became of it, unless it is their own doing."""
    if row.from_user_id is None or row.from_user_id == by:
        return
    link = f"{settings.BASE_URL.rstrip('/')}/espace/orientations/{row.pk}/"
    text = render_to_string("journeys/mails/answered.txt", {"referral": row, "link": link})
    with for_purpose(Purpose.MAIL):
        to = User.objects.filter(pk=row.from_user_id, is_active=True).values_list("email", flat=True).first()
        if to:
            send_mail(_("Du nouveau pour une de vos orientations"), text.strip() + "\n", None, [to])
