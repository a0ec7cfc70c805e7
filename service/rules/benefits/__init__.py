"""One benefit is two files: <slug>.py (formula) and <slug>.yaml (dated values, conditions, worked examples)."""
