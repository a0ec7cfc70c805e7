"""A document becomes clauses."""
