"""Pages of the offers."""
