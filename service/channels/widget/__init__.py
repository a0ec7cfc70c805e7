"""The citizens' window: a button for other sites, the conversation behind it, and a page for every answer."""
