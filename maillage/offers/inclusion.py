"""Our structures and services in data·inclusion's v1 shape, as plain JSON values that its models accept."""

from typing import Any

from data_inclusion.schema import v1
from pydantic import ValidationError

from maillage.core.examples import marked
from maillage.offers.models import Service
from maillage.organisations.models import Organisation

OURS = "maillage"  # the producer of what is written here
SHORTEST, LONGEST_NAME, LONGEST_TEXT = 3, 150, 10_000
ROOM = 15  # for the mark of an example


def structure_id(row: Organisation) -> str:
    """data·inclusion's id of a structure: its source's, else ours."""
    return row.source_key or f"{OURS}--{row.pk}"


def service_id(row: Service) -> str:
    """data·inclusion's id of a service: its source's, else ours."""
    return row.source_key or f"{OURS}--{row.pk}"


def structure_record(row: Organisation) -> dict[str, Any]:
    """One structure (loaded with its commune) in the v1 shape; absent values are null."""
    name = row.name if len(row.name) >= SHORTEST else f"{row.name} (structure)"
    name = marked(name[: LONGEST_NAME - ROOM].rstrip(), row.is_example) if row.is_example else name
    return {
        "source": row.source or OURS,
        "id": structure_id(row),
        "nom": name[:LONGEST_NAME].rstrip(),
        "date_maj": (row.date_maj or row.updated_at.date()).isoformat(),
        "description": row.description[:LONGEST_TEXT] if len(row.description) >= 5 else None,
        "lien_source": row.lien_source or None,
        "siret": row.siret or None,
        **_place(row),
        "telephone": row.telephone or None,
        "courriel": row.courriel or None,
        "site_web": row.website or None,
        "horaires_accueil": row.horaires_accueil or None,
        "accessibilite_lieu": row.accessibilite_lieu or None,
        "reseaux_porteurs": sorted(row.reseaux_porteurs) or None,
    }


def service_record(row: Service) -> dict[str, Any]:
    """One service (loaded with its structure and commune) in the v1 shape; absent values are null."""
    return {
        "source": row.source or OURS,
        "structure_id": structure_id(row.structure),
        "id": service_id(row),
        "nom": marked(row.nom[: LONGEST_NAME - ROOM].rstrip(), row.is_example) if row.is_example else row.nom,
        "description": row.description,
        "lien_source": row.lien_source or None,
        "date_maj": row.date_maj.isoformat(),
        "type": row.type or None,
        "thematiques": row.thematiques or None,
        "frais": row.frais or None,
        "frais_precisions": row.frais_precisions or None,
        "publics": row.publics or None,
        "publics_precisions": row.publics_precisions or None,
        "conditions_acces": row.conditions_acces or None,
        **_place(row),
        "telephone": row.telephone or None,
        "courriel": row.courriel or None,
        "modes_accueil": row.modes_accueil or None,
        "zone_eligibilite": row.zone_eligibilite or None,
        "contact_nom_prenom": row.contact_nom_prenom or None,
        "lien_mobilisation": row.lien_mobilisation or None,
        "modes_mobilisation": row.modes_mobilisation or None,
        "mobilisable_par": row.mobilisable_par or None,
        "mobilisation_precisions": row.mobilisation_precisions or None,
        "volume_horaire_hebdomadaire": row.volume_horaire_hebdomadaire,
        "nombre_semaines": row.nombre_semaines,
        "horaires_accueil": row.horaires_accueil or None,
    }


def _place(row: Organisation | Service) -> dict[str, Any]:
    return {
        "commune": row.nom_commune or (row.commune.nom if row.commune else None),
        "code_postal": row.code_postal or None,
        "code_insee": row.commune_id,
        "adresse": row.adresse or None,
        "complement_adresse": row.complement_adresse or None,
        "longitude": row.point.x if row.point else None,
        "latitude": row.point.y if row.point else None,
    }


def quality_score(row: Service) -> float | None:
    """data·inclusion's own score of a service, from 0 to 1; None when the row does not fit its schema yet."""
    from data_inclusion.schema.v1.score_qualite import score  # slow import: pendulum

    try:
        return float(score(v1.Service.model_validate(service_record(row)))[0])
    except ValidationError:
        return None
