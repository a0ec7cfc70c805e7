"""Where questions come in: a channel parses, asks and renders; it decides nothing."""
