"""Checks of what people send."""
