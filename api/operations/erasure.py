"""A person erased, and kept away afterwards."""

from collections.abc import Callable, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from api.operations.address import checked_one
from api.operations.api_key import KeyHolder
from api.problems import ConflictError, FieldError, InvalidError, NotFoundError
from api.schemas.contact import ContactIn, ErasureIn, ErasureOut
from database.connect import transaction
from database.queries import erasure
from database.queries.erasure import StillNeededError
from mail.address import AddressError, address_key, normalise
from runtime.resources import Resources
from runtime.secrets import ErasureHash

WHY = {
    "claimed": "being sent just now: try again in a minute",
    "transmitting": "being sent just now: try again in a minute",
    "unknown": "of unknown outcome: decide them first (`tempost tasks unknown`), for their address is still needed",
}


async def erase(resources: Resources, caller: KeyHolder, order: ErasureIn) -> ErasureOut:
    """Take a person out of all that is the caller's; twice is harmless."""
    key = address_key(checked_one("#/email", order.email))
    async with transaction(resources.engine) as connection:
        try:
            erased = await erasure.erase(connection, caller.user_id, key)
        except StillNeededError as error:
            text = f"{error.mails} mails to this address are {WHY[error.status]}."
            raise ConflictError(text) from error
        await erasure.note(connection, caller.user_id, hashes(resources).of(caller.user_id, key), caller.key_id, erased)
    return ErasureOut.model_validate(erased)


async def readmit(resources: Resources, caller: KeyHolder, email: str) -> None:
    """Let someone who was erased, and came back by themselves, be added again."""
    key = address_key(checked_one("path/email", email))
    async with transaction(resources.engine) as connection:
        if not await erasure.readmit(connection, caller.user_id, hashes(resources).of(caller.user_id, key)):
            raise NotFoundError(f"{key} was not erased.")


async def refuse_erased(
    connection: AsyncConnection, resources: Resources, caller: KeyHolder, pointer: str, people: Sequence[ContactIn]
) -> None:
    """Refuse to add people who were erased; wrong addresses are for others to judge."""
    hashed = {place: _hash(resources, caller, person.email) for place, person in enumerate(people)}
    found = await erasure.known(connection, caller.user_id, [each for each in hashed.values() if each])
    faults = [
        FieldError(f"{pointer}/{place}/email", "is the address of a person who was erased")
        for place, each in hashed.items()
        if each in found
    ]
    if faults:
        raise InvalidError(f"{faults[0].pointer}: {faults[0].message}. See docs/contacts.md.", faults[:100])


async def erased_among(resources: Resources, caller: KeyHolder) -> Callable[[str], bool] | None:
    """Tell whether an address, in lower case, was erased; nothing where nobody was, as almost always."""
    async with transaction(resources.engine) as connection:
        known = await erasure.all_hashes(connection, caller.user_id)
    made = hashes(resources)
    return (lambda key: made.of(caller.user_id, key) in known) if known else None


def hashes(resources: Resources) -> ErasureHash:
    """Hash addresses under the installation's secret."""
    return ErasureHash(resources.settings.secrets.key.get_secret_value())


def _hash(resources: Resources, caller: KeyHolder, email: str) -> bytes | None:
    try:
        return hashes(resources).of(caller.user_id, address_key(normalise(email)))
    except AddressError:
        return None
