from maillage.territories.cli import Command

__all__ = ["Command"]
