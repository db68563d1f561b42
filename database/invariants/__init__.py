"""What must hold in the ledger at every moment, a statement for each; `database.queries.check` asks them."""
