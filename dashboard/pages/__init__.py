"""One file per subject; a page asks the API, shows, and asks again. Routes stand at the functions, links in `paths`."""
