"""Forms of the offers."""
