"""Brings a database's schema to the newest version."""

from pathlib import Path
from typing import cast

from alembic import command, op
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import AdaptedConnection

from database.connect import sqlalchemy_url

MIGRATIONS = Path(__file__).parent / "migrations"
FUNCTIONS = Path(__file__).parent / "functions"


def alembic_config(url: str) -> Config:
    """Alembic's settings for one database; there is no alembic.ini, so there is one way in."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", sqlalchemy_url(url).replace("%", "%%"))
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Run every migration that is missing. Safe to repeat, and to run from several processes at once (one waits)."""
    command.upgrade(alembic_config(url), revision)


def revisions() -> list[str]:
    """Every version of the schema that `upgrade` knows, the newest first."""
    return [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]


def run_file(name: str) -> None:
    """Run `functions/{name}.sql` inside a migration: many statements at once, which a prepared statement cannot.

    A file that a released migration has run is never edited: a changed function gets a new version in its name.
    """
    sql = (FUNCTIONS / f"{name}.sql").read_text()
    connection = cast("AdaptedConnection", op.get_bind().connection.dbapi_connection)
    connection.run_async(lambda driver: driver.execute(sql))
