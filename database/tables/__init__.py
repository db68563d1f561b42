"""SQLModel tables, one file per subject."""
