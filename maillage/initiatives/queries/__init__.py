"""The reads: querysets and typed rows."""
