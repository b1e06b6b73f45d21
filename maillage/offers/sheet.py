"""An answer of the finder as one A4 page (PDF): who to call, what comes after, and a QR code to find it again."""

from collections.abc import Iterator

from django.template.loader import render_to_string

from maillage.offers.answer import Answer
from maillage.offers.finder_page import thread
from maillage.offers.queries.summaries import summary_of
from maillage.offers.take_away import share_link
from maillage.ui.paper import one_page_of, qr_code

# lines of each part tried in turn until the sheet holds on one page: contacts a phase and a brake, financing
LENGTHS = ((3, 6), (2, 5), (1, 4), (1, 2), (1, 0), (0, 0))


def sheet_of(answer: Answer) -> bytes:
    """The PDF; the path, the brakes and the money are shortened until all of it holds on one page."""
    link = share_link(answer)
    context = {
        "answer": answer,
        "first": answer.first_contact,
        "now": answer.at,
        "summary": summary_of(answer.first_contact.id) if answer.first_contact else "",
        "thread": thread(answer),
        "qr": qr_code(link),
        "link": link.split("//", 1)[1],
    }

    def drafts() -> Iterator[str]:
        for contacts, aids in LENGTHS:
            limits = {"contacts": f":{contacts}", "aids": f":{aids}"}
            yield render_to_string("offers/sheet.html", context | limits)

    return one_page_of(drafts())
