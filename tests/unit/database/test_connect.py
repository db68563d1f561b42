"""URLs of databases, as their owners write them and as the two drivers want them."""

from database.connect import asyncpg_url, sqlalchemy_url

URL = "postgresql://ann:secret@db.example/tempost?sslmode=require"


def test_a_demand_for_tls_reaches_both_drivers_by_the_name_each_knows() -> None:
    assert sqlalchemy_url(URL) == "postgresql+asyncpg://ann:secret@db.example/tempost?ssl=require"
    assert asyncpg_url(URL) == URL
