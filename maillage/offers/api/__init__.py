"""The offers as data: one module a router."""
