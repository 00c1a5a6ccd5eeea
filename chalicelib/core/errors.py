"""What can go wrong, in words that pages and logs share. Pure."""

from enum import Enum


class PortalError(Exception):
    """An expected end of a request; `core.web.pages` answers it with a page."""


class NotFound(PortalError):
    """No such object for this person: unknown, or somebody else's (rule T6: the two look the same)."""


class LoginRequired(PortalError):
    """The page needs somebody logged in."""


class Forbidden(PortalError):
    """The request did not come from a page of ours (rule T4, S6)."""


class Stale(Forbidden):
    """A form of ours, sent by a page of ours, but too old or of another session: what it holds can be sent again."""


class Maintenance(PortalError):
    """Operators closed the portal for a while (setting MAINTENANCE)."""


class Malformed(PortalError):
    """The request is not one that a page of ours sends: bytes that are no UTF-8, too many fields."""


class TooLarge(PortalError):
    """The form weighs more than a form of ours can."""


class TooMany(PortalError):
    """A limit is reached (rule T4). `delay`: seconds to wait."""

    def __init__(self, delay: int) -> None:
        super().__init__(f"wait {delay} s")
        self.delay = delay


class Refused(PortalError):
    """A rule says no; `reason.value` is the French sentence that the person reads."""

    def __init__(self, reason: Enum) -> None:
        super().__init__(reason.name)
        self.reason = reason


class Conflict(PortalError):
    """Somebody else, or another tab, changed the same thing first. `label`: which condition did not hold."""

    def __init__(self, label: str = "") -> None:
        super().__init__(label)
        self.label = label


class AlreadyDone(PortalError):
    """The command was carried out before; `result` is what it answered then."""

    def __init__(self, result: str) -> None:
        super().__init__("command already carried out")
        self.result = result
