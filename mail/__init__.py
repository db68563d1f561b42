"""SMTP connections, MIME, and what servers answer. Knows nothing of tasks, tables or Temporal."""
