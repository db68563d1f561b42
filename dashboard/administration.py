"""What only administrators are told."""

from api.client_errors import ApiError
from api.schemas.base import Page
from api.schemas.user import UserOut
from dashboard.frame import Visit

FORBIDDEN = 403
LIMIT = "200"


async def users(visit: Visit) -> Page[UserOut] | None:
    """All users, the first of them; None: the person may not administrate."""
    try:
        return await visit.api.page(UserOut, "/api/users", {"limit": LIMIT})
    except ApiError as error:
        if error.status != FORBIDDEN:
            raise
        return None
