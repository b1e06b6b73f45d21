"""`/accord/<token>/`: someone agrees, or not, by the link that they received; in their language."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from maillage.core.ratelimit import limited
from maillage.journeys.actions.consents import answer_request
from maillage.journeys.consent_words import LANGUAGES, WORDS
from maillage.journeys.queries.consents import FRENCH, languages, questions, request_to_answer


@login_not_required
@never_cache
@limited(times=60, per_seconds=3600)
@require_http_methods(["GET", "POST"])
def agree(request: HttpRequest, token: str) -> HttpResponse:
    """What is asked, in the words of `langue`; POST answers once. Raises RequestUnknown, RequestOver.

    The page says who asks, and nothing of the person.
    """
    now = timezone.now()
    language = reading_language(request)
    context = wording(language)
    said = request.POST.getlist("agreed") if "yes" in request.POST else []
    undecided = "yes" in request.POST and not said
    if request.method == "POST" and not undecided:
        given = answer_request(token=token, agreed=said, language=language, at=now)
        return render(request, "journeys/consents/answered.html", context | {"given": given})
    asked = request_to_answer(token, at=now)
    context |= {
        "structure": asked.organisation,
        "questions": questions([(aim, number) for aim, number in asked.aims], language),
        "undecided": undecided,
    }
    return render(request, "journeys/consents/agree.html", context, status=422 if undecided else 200)


def reading_language(request: HttpRequest) -> str:
    """The language that the texts are read in: `switch` or `langue`, of those that there are; French else."""
    wishes = [request.POST.get("switch"), request.POST.get("langue"), request.GET.get("langue")]
    known = languages()
    return next((wish for wish in wishes if wish in WORDS and wish in known), FRENCH)


def wording(language: str) -> dict[str, Any]:
    """The words around a text in `language`, its direction, and the other languages to choose from."""
    return {
        "language": language,
        "words": WORDS[language],
        "direction": "rtl" if LANGUAGES[language][1] else "ltr",
        "choices": [(code, LANGUAGES[code][0]) for code in languages() if code in LANGUAGES],
    }
