"""Addresses of the offers: one module a part of the site, each with its own namespace."""
