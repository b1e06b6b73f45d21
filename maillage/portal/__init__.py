"""The front door: composes the other apps and owns no table."""
