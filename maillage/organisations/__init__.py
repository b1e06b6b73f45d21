"""Structures and who belongs to them."""
