"""An answer to take away: a text of a few lines, a link that says nothing of the person."""

import re
from dataclasses import replace

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from maillage.core.phones import readable_phone
from maillage.offers import wording
from maillage.offers.answer import Answer
from maillage.offers.criteria import query_string
from maillage.offers.situation import Situation, Whereabouts

LONGEST_SMS = 320
LONGEST_LINK = 180  # beyond, a text message does without the needs
# what telephones write in seven bits, so that a message is not cut in short pieces
PLAIN = str.maketrans({"’": "'", "‘": "'", "\u00a0": " ", "\u202f": " ", "…": "...", "–": "-", "—": "-", "ê": "e", "ë": "e", "î": "i", "ï": "i", "ô": "o", "û": "u", "â": "a", "ç": "c", "œ": "oe", "Ê": "E", "È": "E", "À": "A"})  # fmt: skip


def shared(situation: Situation, here: Whereabouts) -> Situation:
    """The same question without what it says of the person: her commune stands for her position, nobody's age."""
    return replace(
        situation,
        lon=None,
        lat=None,
        commune=here.commune or situation.commune,
        publics=(),
        languages=(),
        age=None,
        status="",
    )


def share_link(answer: Answer) -> str:
    """The whole address of the same question, without personal data."""
    query = query_string(shared(answer.situation, answer.whereabouts))
    page = settings.BASE_URL.rstrip("/") + reverse("finder:finder")
    return f"{page}?{query}" if query else page


def sms_text(answer: Answer) -> str:
    """Who to call, where, when, and the link: at most LONGEST_SMS characters, the least useful left out first."""
    link = share_link(answer)
    if len(link) > LONGEST_LINK:
        link = share_link(replace(answer, situation=replace(answer.situation, needs=())))
    item = answer.first_contact
    if item is None:
        return _("Votre recherche sur Maillage : %(link)s") % {"link": link}
    doors = wording.doors(item, answer.at)
    # from the most to the least useful
    parts = [
        item.structure_marked,
        _("Tél. %(phone)s") % {"phone": readable_phone(item.phone)} if item.phone else item.email,
        item.nom,
        item.place,
        f"{doors.said} {doors.then}".strip() if doors.state == "closed" and doors.then else "",
    ]
    kept = _fitting([part for part in parts if part], LONGEST_SMS - len(link))
    ordered = [part for part in (parts[0], parts[2], parts[1], parts[3], parts[4]) if part in kept]
    return "\n".join([*(_plain(part) for part in ordered), link])


def _fitting(parts: list[str], room: int) -> list[str]:
    """The first of `parts` that hold together in `room` characters; one too long is skipped, not cut."""
    kept: list[str] = []
    for part in parts:
        if sum(len(_plain(one)) + 1 for one in [*kept, part]) <= room:
            kept.append(part)
    return kept


def _plain(text: str) -> str:
    """The text as telephones write it."""
    return " ".join(re.sub(r"«\s*|\s*»", '"', text).translate(PLAIN).split())
