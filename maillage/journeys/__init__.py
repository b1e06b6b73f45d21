"""Journeys: the people accompanied, what they agreed to, where they were sent, and what became of it.

Who may read a person's rows is the database's to say: sql/policies.sql.
"""
