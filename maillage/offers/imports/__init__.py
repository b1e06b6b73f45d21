"""Files of data·inclusion v1: read row by row, checked against the national schema."""
