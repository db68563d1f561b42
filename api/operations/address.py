"""E-mail addresses in requests: brought to the form that is kept, or refused with their place."""

from api.problems import FieldError, InvalidError, invalid
from mail.address import AddressError, normalise


def checked(pairs: list[tuple[str, str]]) -> list[str]:
    """Normalise addresses that come with their pointers; every wrong one is named, at most a hundred."""
    good: list[str] = []
    faults: list[FieldError] = []
    for pointer, address in pairs:
        try:
            good.append(normalise(address))
        except AddressError as error:
            faults.append(FieldError(pointer, f"{address!r} is not an e-mail address: {error}"))
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise InvalidError(f"{faults[0].pointer}: {faults[0].message}{more}", faults[:100])
    return good


def checked_domain(pointer: str, domain: str) -> str:
    """Bring a domain to the form in which addresses keep it: lower case, ASCII (IDNA)."""
    try:
        return normalise(f"a@{domain.strip().rstrip('.')}").rpartition("@")[2]
    except AddressError as error:
        raise invalid(pointer, f"{domain!r} is not the domain of an e-mail address: {error}") from error


def checked_one(pointer: str, address: str) -> str:
    """Normalise one address."""
    return checked([(pointer, address)])[0]
