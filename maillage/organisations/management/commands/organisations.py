from maillage.organisations.cli import Command

__all__ = ["Command"]
