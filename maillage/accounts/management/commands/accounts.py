from maillage.accounts.cli import Command

__all__ = ["Command"]
