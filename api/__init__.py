"""The REST API: the only door for people and programs.

Routes are typed input, one call, typed output. `api.client` is the client that the command line uses.
"""
