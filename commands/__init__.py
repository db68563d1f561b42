"""What the `tempost` command does, a module per group; `cli.py` names the commands.

Clients of the REST API, except `local`, which works on this machine alone.
"""
