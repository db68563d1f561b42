"""What the API takes and gives, camelCase on the wire; one file per resource. Imports nothing but pydantic."""
