from maillage.journeys.cli import Command

__all__ = ["Command"]
