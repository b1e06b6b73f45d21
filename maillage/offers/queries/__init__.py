"""Reads of the offers."""
