"""Addresses of the journeys: one module a subject, all in one namespace."""
