from maillage.offers.cli import Command

__all__ = ["Command"]
