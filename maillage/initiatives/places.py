"""Where an initiative is, in words."""

from django.utils.translation import gettext as _

from maillage.initiatives.models import Initiative


def place_name(initiative: Initiative) -> str:
    """Commune and neighbourhood, or the territory it covers. Reads loaded relations: select them with the row."""
    if initiative.scope == Initiative.Scope.NATIONAL:
        return _("Partout en France")
    if initiative.scope == Initiative.Scope.REGION:
        return initiative.region.nom if initiative.region else _("Régionale")
    if initiative.scope == Initiative.Scope.DEPARTEMENT:
        return initiative.departement.nom if initiative.departement else _("Départementale")
    if initiative.commune is None:
        return ""
    if initiative.qpv:
        return _("%(commune)s, %(quartier)s") % {
            "commune": initiative.commune.nom,
            "quartier": initiative.qpv.nom,
        }
    return initiative.commune.nom
