from maillage.portal.cli import Command

__all__ = ["Command"]
