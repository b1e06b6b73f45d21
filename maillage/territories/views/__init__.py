"""HTTP in, template or drawing out."""
