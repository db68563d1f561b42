"""The `tempost` command."""


def main() -> None:
    """Run the command line."""
