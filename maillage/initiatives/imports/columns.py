"""What a file can say about initiatives, and the headers by which it is recognised."""

from django.utils.translation import gettext_lazy as _

from maillage.core.imports import Field

FIELDS: tuple[Field, ...] = (
    Field(
        "id",
        _("Identifiant dans la source"),
        ("identifiant", "ref", "reference", "uid", "uuid", "cle", "fid", "n"),
    ),
    Field(
        "slug",
        _("Adresse de la fiche"),
        (
            "fiche",
            "permalien",
        ),
    ),
    Field("version", _("Version de la fiche"), ()),
    Field(
        "title",
        _("Titre"),
        ("name", "nom", "intitule", "libelle", "nom de l’initiative", "initiative", "label"),
        True,
    ),
    Field("summary", _("Résumé"), ("resume", "chapo", "accroche", "description courte", "en bref")),
    Field(
        "body",
        _("Description"),
        ("desc", "texte", "contenu", "presentation", "details", "detail", "description longue"),
    ),
    Field(
        "themes",
        _("Thèmes"),
        ("theme", "thematique", "thematiques", "categorie", "categories", "category", "calque"),
    ),
    Field("publics", _("Publics"), ("public", "public vise", "publics vises", "beneficiaires")),
    Field("phases", _("Phases"), ("phase", "etape", "etapes")),
    Field("lat", _("Latitude"), ("lieu lat", "geo latitude", "y", "coordonnees latitude", "latitude wgs84")),
    Field(
        "lon",
        _("Longitude"),
        ("lieu lon", "lng", "long", "geo longitude", "x", "coordonnees longitude", "longitude wgs84"),
    ),
    Field(
        "position",
        _("Latitude et longitude dans la même case"),
        (
            "geo point 2d",
            "geo point",
            "coordonnees",
            "coordonnees gps",
            "gps",
            "latlon",
            "lat lon",
            "latitude longitude",
        ),
    ),
    Field(
        "scope",
        _("Lieu : précision"),
        ("precision du lieu", "lieu precision", "lieu", "precision", "portee", "echelle", "niveau"),
    ),
    Field("address", _("Adresse"), ("lieu adresse", "adresse postale", "rue", "voie")),
    Field("commune", _("Commune"), ("lieu commune nom", "ville", "nom commune", "commune nom", "city")),
    Field(
        "code_insee",
        _("Code Insee de la commune"),
        ("lieu commune code", "insee", "code commune", "commune code", "codgeo", "com"),
    ),
    Field("postal_code", _("Code postal"), ("cp", "postcode")),
    Field(
        "departement",
        _("Département"),
        ("lieu departement code", "dep", "code departement", "departement code"),
    ),
    Field("region", _("Région"), ("lieu region code", "reg", "code region", "region code")),
    Field(
        "carrier",
        _("Structure porteuse"),
        (
            "portee par nom",
            "portee par",
            "porteur",
            "porteuse",
            "structure",
            "organisme",
            "organisation",
            "association",
            "operateur",
        ),
    ),
    Field(
        "siret",
        _("SIRET de la structure porteuse"),
        ("portee par siret", "numero siret", "n siret", "porteur siret", "siret porteur"),
    ),
    Field("partners", _("Partenaires"), ("partenaire",)),
    Field("starts_on", _("Début"), ("date de debut", "date debut", "debut le", "depuis")),
    Field("ends_on", _("Fin"), ("date de fin", "date fin", "fin le")),
    Field("contact_name", _("Contact"), ("nom du contact", "contact nom", "personne a contacter")),
    Field(
        "contact_email",
        _("E-mail du contact"),
        ("contact courriel", "email", "e mail", "mail", "courriel", "contact email", "adresse e mail"),
    ),
    Field(
        "contact_phone",
        _("Téléphone du contact"),
        ("telephone", "tel", "phone", "phonenumber", "contact telephone"),
    ),
    Field(
        "links", _("Liens"), ("lien", "url", "site", "site web", "site internet", "website", "web", "page")
    ),
    Field(
        "source_name",
        _("Source"),
        (
            "source nom",
            "nom de la source",
        ),
    ),
    Field(
        "source_url",
        _("Adresse de la source"),
        ("url source", "source url", "lien source", "lien de la source"),
    ),
    Field("author_name", _("Auteur ou autrice"), ("auteur", "autrice", "redacteur", "author")),
    Field("licence", _("Licence"), ("license",)),
    Field("is_example", _("Exemple (oui ou non)"), ("exemple", "example")),
    Field(
        "confirmed_on",
        _("Confirmée le"),
        ("date de confirmation", "mise a jour", "date de mise a jour", "verifiee le"),
    ),
)
BY_NAME = {field.name: field for field in FIELDS}
PLACES = ("lat", "lon", "position", "commune", "code_insee", "departement", "region", "scope")
