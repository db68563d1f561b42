"""Settings from files, a secret each: how containers are handed what no environment should show.

A file in `/run/secrets` is named after its variable, in either case: `tempost_database__url`. The environment wins over
files. `TEMPOST_SECRETS_DIR` names another folder.
"""

import os

from pydantic_settings import BaseSettings, NestedSecretsSettingsSource, PydanticBaseSettingsSource

FOLDER = "/run/secrets"
"""Where Docker and Kubernetes put them."""


class FileSettings(BaseSettings):
    """Settings from the environment, and from secret files for what it does not say."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Ask the environment, then the files. A folder that is not there holds none."""
        folder = os.environ.get("TEMPOST_SECRETS_DIR") or FOLDER
        files = NestedSecretsSettingsSource(file_secret_settings, secrets_dir=folder, secrets_dir_missing="ok")
        return init_settings, env_settings, files
