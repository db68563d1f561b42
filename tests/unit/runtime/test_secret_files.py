"""Settings from files, a secret each."""

from pathlib import Path

import pytest

from dashboard.settings import DashboardSettings
from runtime.settings import Settings, SettingsError, load_settings

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a container is handed."""
    monkeypatch.setenv("TEMPOST_SECRETS_DIR", str(tmp_path))
    (tmp_path / "tempost_secrets__key").write_text(f"{KEY}\n")
    (tmp_path / "TEMPOST_DATABASE__URL").write_text("postgresql://tempost:from-a-file@postgres/tempost\n")
    (tmp_path / "tempost_dashboard__secret").write_text(KEY)
    monkeypatch.setenv("TEMPOST_TEMPORAL__ADDRESS", "temporal:7233")
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_a_setting_may_be_a_file_with_its_name_in_either_case() -> None:
    settings = Settings()
    assert settings.secrets.key.get_secret_value() == KEY
    assert settings.database.url.get_secret_value().endswith("from-a-file@postgres/tempost")
    assert DashboardSettings(api_url="http://api:8080").secret.get_secret_value() == KEY


@pytest.mark.usefixtures("folder")
def test_groups_come_together_from_environment_and_files_and_the_environment_wins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TEMPOST_DATABASE__POOL_SIZE", "7")
    assert (settings := Settings()).database.pool_size == 7
    assert "from-a-file" in settings.database.url.get_secret_value()
    monkeypatch.setenv("TEMPOST_DATABASE__URL", "postgresql://tempost:told@postgres/tempost")
    assert "told" in Settings().database.url.get_secret_value()


def test_a_faulty_file_is_named_as_its_variable_and_not_shown(folder: Path) -> None:
    (folder / "tempost_secrets__key").write_text("c2hvcnQ=")
    load_settings.cache_clear()
    with pytest.raises(SettingsError, match=r"TEMPOST_SECRETS__KEY: .*32 bytes") as raised:
        load_settings()
    assert "c2hvcnQ" not in str(raised.value)


def test_a_folder_that_is_not_there_holds_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPOST_SECRETS_DIR", str(tmp_path / "nowhere"))
    load_settings.cache_clear()
    with pytest.raises(SettingsError, match="TEMPOST_DATABASE__URL"):
        load_settings()
