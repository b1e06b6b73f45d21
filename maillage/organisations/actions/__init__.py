"""Writes of organisations."""

from maillage.organisations.actions.structures import (
    Closures,
    InvitationOver,
    LastManager,
    NetworkInUse,
    OrganisationConflict,
    SiretTaken,
    WrongSiret,
    change_logo,
    change_organisation,
    checked_siret,
    ensure_organisation,
    invitation,
    join_organisation,
    note_closures,
    read_invitation,
    remove_member,
)

__all__ = [
    "Closures",
    "InvitationOver",
    "LastManager",
    "NetworkInUse",
    "OrganisationConflict",
    "SiretTaken",
    "WrongSiret",
    "change_logo",
    "change_organisation",
    "checked_siret",
    "ensure_organisation",
    "invitation",
    "join_organisation",
    "note_closures",
    "read_invitation",
    "remove_member",
]
