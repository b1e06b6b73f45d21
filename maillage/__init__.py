"""Maillage: one door for entrepreneurship in the priority neighbourhoods of a territory."""

__version__ = "0.1.0"
