"""Benchmarks, a module each: `figures()` yields what was measured beside its target (docs/performance.md)."""
