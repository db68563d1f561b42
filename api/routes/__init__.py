"""One file per resource; a route is at most 15 lines."""
