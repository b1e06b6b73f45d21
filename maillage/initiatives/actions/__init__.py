"""The writes: one use case a function, keyword-only, all or nothing."""
