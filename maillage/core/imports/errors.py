from maillage.core.errors import DomainError


class BadFile(DomainError):
    """The whole file cannot be read: the message says what is wrong with it and what to give instead."""
