"""Writes of organisations."""

from maillage.organisations.actions.structures import (
    InvitationOver,
    LastManager,
    SiretTaken,
    WrongSiret,
    change_organisation,
    checked_siret,
    ensure_organisation,
    invitation,
    join_organisation,
    read_invitation,
    remove_member,
)

__all__ = [
    "InvitationOver",
    "LastManager",
    "SiretTaken",
    "WrongSiret",
    "change_organisation",
    "checked_siret",
    "ensure_organisation",
    "invitation",
    "join_organisation",
    "read_invitation",
    "remove_member",
]
