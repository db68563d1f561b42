"""Messages between workflows, activities and API; names, ids and errors.

Frozen models, no I/O. A new field has a default and says what older runs decode to. Counts and permits, never rows.
"""
