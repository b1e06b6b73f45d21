"""What follows its source from one import to the next, unless it was changed here; and the addresses of what comes."""

import re

from django.utils.text import slugify

# fields of a structure that follow its source, unless they are among its local_fields: column, value of the row (r)
FOLLOWED_STRUCTURE = {
    "name": ("name", "r.nom"),
    "website": ("website", "r.site_web"),
    "commune": ("commune_id", "r.commune_found"),
    "point": ("point", "r.point_found"),
} | {
    name: (name, f"r.{name}")
    for name in (
        "siret", "description", "nom_commune", "code_postal", "adresse", "complement_adresse", "telephone", "courriel",
        "horaires_accueil", "accessibilite_lieu", "reseaux_porteurs", "lien_source", "date_maj",
    )
}  # fmt: skip
# the same of a service
FOLLOWED = {
    name: (name, f"r.{name}")
    for name in (
        "nom", "description", "lien_source", "date_maj", "type", "thematiques", "frais", "frais_precisions", "publics",
        "publics_precisions", "conditions_acces", "nom_commune", "code_postal", "adresse", "complement_adresse",
        "telephone", "courriel", "contact_nom_prenom", "modes_accueil", "zone_eligibilite", "lien_mobilisation",
        "modes_mobilisation", "mobilisable_par", "mobilisation_precisions", "volume_horaire_hebdomadaire",
        "nombre_semaines", "horaires_accueil",
    )
} | {
    "commune": ("commune_id", "r.commune_found"),
    "point": ("point", "r.point_found"),
}  # fmt: skip


def slug_of(name: str, otherwise: str) -> str:
    """The address that a name asks for; another may have it already."""
    return re.sub(r"-+", "-", slugify(name))[:90].strip("-") or otherwise
