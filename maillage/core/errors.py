"""The root of what the software refuses."""


class DomainError(Exception):
    """A rule said no; `str(error)` is a French sentence that says what to change."""

    status = 422


class Conflict(DomainError):
    """Somebody else changed the row since it was read."""

    status = 409
