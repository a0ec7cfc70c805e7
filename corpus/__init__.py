"""The documents, their clauses, and the index over them."""
