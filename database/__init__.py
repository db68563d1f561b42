"""The only place that speaks SQL: tables, queries, ledger functions, migrations.

A query takes the session or connection first and never commits; locks are taken in key order.
"""
