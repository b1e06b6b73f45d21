"""The shapes of the API, as its documentation shows them."""

from datetime import date, datetime

from ninja import Field, Schema


class Filters(Schema):
    """The search of `/initiatives/`: values of one facet are joined by OR, parameters by AND."""

    q: str = Field("", max_length=200, description="Mots cherchés ; le dernier peut être inachevé")
    commune: str = Field("", description="Code Insee", examples=["95268"])
    epci: str = Field("", description="SIREN de l’EPCI")
    departement: str = Field("", description="Code du département", examples=["95"])
    region: str = Field("", description="Code de la région", examples=["11"])
    qpv: str = Field("", description="Code du quartier prioritaire")
    lon: float | None = Field(None, ge=-180, le=180, description="Longitude en degrés, avec lat")
    lat: float | None = Field(None, ge=-90, le=90, description="Latitude en degrés, avec lon")
    rayon: float | None = Field(None, gt=0, le=300, description="Rayon en kilomètres autour de lon, lat")
    zone: str = Field("", description="Polygone en WKT ou GeoJSON, longitude d’abord")
    bbox: str = Field("", description="ouest,sud,est,nord en degrés")
    theme: list[str] = Field([], description="Code de thème, répété pour plusieurs")
    public: list[str] = Field([], description="Code de public, répété pour plusieurs")
    phase: list[str] = Field([], description="Code de phase, répété pour plusieurs")


class Named(Schema):
    """A territory by its official code."""

    code: str
    nom: str


class QpvNamed(Named):
    """A QPV in one generation of contours."""

    generation: int


class Carrier(Schema):
    """Who carries the initiative."""

    nom: str
    siret: str
    site: str


class Place(Schema):
    """Where it is; `precision` says what the point stands for (address, qpv, commune) or which territory it covers."""

    precision: str
    lon: float | None
    lat: float | None
    adresse: str
    commune: Named | None
    qpv: QpvNamed | None
    departement: Named | None
    region: Named | None


class Contact(Schema):
    """How to reach them, as published."""

    nom: str
    courriel: str
    telephone: str


class Link(Schema):
    """An address and its words."""

    url: str
    libelle: str


class Source(Schema):
    """Where the facts come from."""

    nom: str
    url: str


class Record(Schema):
    """One initiative. `description` is Markdown; `etat` is `published` or `to-confirm`."""

    id: int
    slug: str
    url: str
    titre: str
    resume: str
    description: str
    themes: list[str]
    publics: list[str]
    phases: list[str]
    portee_par: Carrier | None
    partenaires: list[str]
    lieu: Place
    debut: date | None
    fin: date | None
    contact: Contact
    liens: list[Link]
    source: Source
    auteur: str
    licence: str
    exemple: bool
    etat: str
    confirmee_le: date | None
    publiee_le: datetime | None
    modifiee_le: datetime
    version: int


class Position(Schema):
    """Where it is: `lon` and `lat` together (degrees, WGS 84), or the `commune` alone; `adresse` goes with either."""

    lon: float | None = None
    lat: float | None = None
    commune: str = Field("", description="Code Insee", examples=["95268"])
    adresse: str = ""


class CarrierNamed(Schema):
    """Who carries the initiative: an organisation known by its name or its SIRET, or a new one."""

    nom: str = ""
    siret: str = ""


class LinkGiven(Schema):
    """An address and, perhaps, its words."""

    url: str
    libelle: str = ""


class Change(Schema):
    """What to change; what is left out stays. `version` is the one that was read: another in the base is a conflict (409)."""

    version: int
    titre: str | None = None
    resume: str | None = None
    description: str | None = None
    themes: list[str] | None = None
    publics: list[str] | None = None
    phases: list[str] | None = None
    portee_par: CarrierNamed | None = None
    partenaires: list[str] | None = None
    lieu: Position | None = None
    debut: date | None = None
    fin: date | None = None
    contact: Contact | None = None
    liens: list[LinkGiven] | None = None
    source: Source | None = None
    auteur: str | None = None
    licence: str | None = None


class Records(Schema):
    """A slice of the selection, oldest change first; `next_cursor` is null at the end.

    To follow changes, ask later with `updated_since` = the `settled_until` of the first slice.
    """

    items: list[Record]
    total: int
    next_cursor: str | None
    settled_until: datetime


class WithdrawnItem(Schema):
    """An initiative that left public view."""

    id: int
    withdrawn_at: datetime
    merged_into: int | None


class WithdrawnList(Schema):
    """Oldest first; when `more`, ask again with `since` = the last `withdrawn_at`, else later with `settled_until`."""

    items: list[WithdrawnItem]
    more: bool
    settled_until: datetime


class Problem(Schema):
    """RFC 9457, application/problem+json."""

    type: str
    title: str
    status: int
    detail: str


class FieldProblem(Schema):
    """What is wrong with one field, in French."""

    field: str
    reason: str


class Refused(Problem):
    """A problem, field by field."""

    errors: list[FieldProblem] = []


class FieldConflict(Schema):
    """One field: what both versions started from, what was sent, what is there now."""

    field: str
    label: str
    base: str
    yours: str
    theirs: str


class Conflicting(Problem):
    """Somebody saved since `version` was read: `version` is the present one, `differences` what changed meanwhile."""

    version: int
    differences: list[FieldConflict]
