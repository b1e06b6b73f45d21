"""`/api/v1/offers/search`: the finder as data, with the parameters of its page."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.timezone import now
from ninja import Query, Router, Schema

from maillage.core.paging import conditional
from maillage.offers import criteria
from maillage.offers.queries import finder

router = Router(tags=["offres"])


class Problem(Schema):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str


class Parameters(Schema):
    """The finder's question, as an address says it; an empty parameter asks nothing."""

    lon: str = Query("", max_length=40, description="Longitude en degrés (WGS 84), avec lat")
    lat: str = Query("", max_length=40, description="Latitude en degrés (WGS 84), avec lon")
    commune: str = Query("", max_length=10, description="Code Insee, quand il n’y a pas de point")
    phase: str = Query("", max_length=40, description="idee, amorcage, creation ou developpement")
    besoin: list[str] = Query(
        [], description="Nature de service, frein, catégorie ou thématique de data·inclusion"
    )
    public: list[str] = Query([], description="Publics de data·inclusion")
    langue: list[str] = Query([], description="Langues parlées (ISO 639)")
    rayon: str = Query("", max_length=20, description="Jusqu’où la personne se déplace, en kilomètres")
    distance: str = Query("", max_length=20, description="a-distance ou en-presence")
    age: str = Query("", max_length=9, description="En années")
    statut: str = Query("", max_length=40, description="Situation au regard de l’emploi")
    secteur: str = Query("", max_length=40, description="Secteur d’activité")
    page: str = Query("", max_length=9, description="À partir de 1")
    taille: str = Query("", max_length=9, description="Services par page, 20 sans rien dire, au plus 100")


class Line(Schema):
    """One service, or one way to pay, with the reasons why it is here."""

    id: int
    nom: str
    structure: str
    distance_m: int | None
    reasons: list[str]
    open_now: bool | None
    phone: str


class LeftOut(Line):
    """One service left out of the answer, and what it would take."""

    missing: list[str]


class Step(Schema):
    """One phase of the path."""

    phase: str
    items: list[Line]


class BrakeHelp(Schema):
    """Who lifts one of the brakes that were named."""

    frein: str
    items: list[Line]


class Widening(Schema):
    """One criterion let go because nothing answered."""

    code: str
    text: str


class Coordinator(Schema):
    """Who answers for the whole territory."""

    nom: str
    phone: str
    email: str
    link: str


class Found(Schema):
    """The finder's answer; `items` is one page of the `total` services that fit, the best first.

    `facets`: how many services choosing one code alone would leave: `phase`, `public`, and among `besoin` the kinds of
    service. Brakes, categories and themes are not in it: what they would bring is only read once they are asked.
    """

    first_contact: Line | None
    steps: list[Step]
    freins: list[BrakeHelp]
    financing: list[Line]
    query: dict[str, object]
    items: list[Line]
    total: int
    page: int
    taille: int
    facets: dict[str, dict[str, int]]
    near_misses: list[LeftOut]
    widened: list[Widening]
    coordinator: Coordinator | None


@router.get("/search", response={200: Found, 422: Problem}, summary="Trouver le bon contact")
def search(request: HttpRequest, asked: Query[Parameters]) -> HttpResponse:
    """Un premier contact à appeler, puis le parcours étape par étape, qui lève les freins, les financements ; chaque
    ligne dit pourquoi elle est là. L’ordre est le même d’un appel à l’autre, aux portes qui s’ouvrent ou se ferment
    près ; des contacts équivalents passent à tour de rôle d’un jour à l’autre, et le disent."""
    situation = criteria.read(request.GET)
    page, size = criteria.pages(request.GET)
    answer = JsonResponse(
        finder.find(situation, at=now(), page=page, size=size).as_page(),
        json_dumps_params={"ensure_ascii": False, "separators": (",", ":")},
    )
    return conditional(request, (answer.content,), lambda: answer)
