"""The web pages, a process of their own: a client of the REST API that knows only `api.client` and `api.schemas`.

A page is a function in `pages/` named after its subject; what several pages need stands beside them. Every text that a
person reads goes through `words`. Nothing is loaded from another host.
"""
