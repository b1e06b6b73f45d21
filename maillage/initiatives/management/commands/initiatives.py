from maillage.initiatives.cli import Command

__all__ = ["Command"]
