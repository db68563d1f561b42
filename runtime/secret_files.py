"""Settings from files, a secret each: how containers are handed what no environment should show.

A file in `/run/secrets` is named after its variable, in either case: `tempost_database__url`. The environment wins over
files. `TEMPOST_SECRETS_DIR` names another folder.
"""

import base64
import binascii
import os
from typing import Annotated

from pydantic import AfterValidator, SecretStr
from pydantic_settings import BaseSettings, NestedSecretsSettingsSource, PydanticBaseSettingsSource


def _is_32_bytes(value: SecretStr) -> SecretStr:
    try:
        decoded = base64.urlsafe_b64decode(value.get_secret_value())
    except binascii.Error as error:
        raise ValueError("is not URL-safe base64") from error
    if len(decoded) != 32:
        raise ValueError("must be 32 bytes in URL-safe base64; make one with: tempost keys secret")
    return value


SealingKey = Annotated[SecretStr, AfterValidator(_is_32_bytes)]
"""What a process seals with."""

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
