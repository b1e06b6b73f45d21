"""Writes of the offers."""
