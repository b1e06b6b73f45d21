"""An answer of the finder, sent to oneself."""

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from maillage.core.acting import Purpose, for_purpose
from maillage.offers.answer import Answer
from maillage.offers.finder_page import thread
from maillage.offers.take_away import share_link


def send_answer(answer: Answer, to: str) -> None:
    """Write the answer in the outbox for `to`, which is kept nowhere else; nothing in it says who asked, or why."""
    context = {
        "answer": answer,
        "first": answer.first_contact,
        "now": answer.at,
        "thread": thread(answer),
        "link": share_link(answer),
    }
    text = render_to_string("offers/mails/answer.txt", context)
    with for_purpose(Purpose.MAIL):
        EmailMessage(_("Votre premier contact"), text.strip() + "\n", to=[to]).send()
