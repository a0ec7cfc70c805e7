"""/console: the desk of the 12345 operators. `routes.router` mounts it."""
