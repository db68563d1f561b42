"""One note for a whole page: that what stands there is old, since when, and what to do."""

from collections.abc import Hashable
from datetime import UTC, datetime

from api.client_errors import ApiError, ApiUnreachableError
from dashboard.element import element
from dashboard.problem import tell
from dashboard.words import Words
from dashboard.written import moment


class Late:
    """Stands above the parts of a page; empty while all of them are answered. A screen reader hears it once."""

    def __init__(self, say: Words, here: str) -> None:
        self.say = say
        self._here = here
        self._failing: set[Hashable] = set()
        self._told = ""
        self._note = element("div", classes="stale", role="status")

    def failed(self, part: Hashable, error: ApiError | ApiUnreachableError) -> None:
        """A part could not be asked anew."""
        self._failing.add(part)
        if self._told == str(error):
            return
        self._told = str(error)
        self._note.clear()
        with self._note:
            tell(error, self.say, self._here)
            element("p", self.say("What stands here is of {at}.", at=moment(datetime.now(UTC))))

    def answered(self, part: Hashable) -> None:
        """A part is as it is now."""
        self._failing.discard(part)
        if not self._failing and self._told:
            self._told = ""
            self._note.clear()
