"""The monthly report: what was asked and how it was answered, as one page to print."""
