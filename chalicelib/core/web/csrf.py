"""Each form carries a command: an id signed for the session that got the page. It stops forged requests and makes
the act that it asks happen once (a double click, a page sent again)."""

from datetime import timedelta

from chalicelib.core.context import Context
from chalicelib.core.errors import Forbidden, Stale
from chalicelib.core.settings import settings
from chalicelib.core.web.request import Request
from chalicelib.core.web.secret import sign, signed

FIELD = "commande"
LIFE = timedelta(hours=24)


def new_command(ctx: Context, bound_to: str) -> str:
    """A fresh command for a page shown to the session or visit `bound_to`."""
    command = ctx.new_id()
    stamp = str(int(ctx.now.timestamp()))
    return f"{command}.{stamp}.{sign('csrf', command, stamp, bound_to)}"


def check(request: Request, ctx: Context, bound_to: str) -> str:
    """The id of the command that the form carries.

    Raises Forbidden for a request that no page of ours sent, Stale for a page too old or of another session.
    """
    proved = check_origin(request)
    parts = request.form.first(FIELD).split(".")
    good = len(parts) == 3 and bound_to and signed("csrf", parts[2], parts[0], parts[1], bound_to)
    if not good or int(parts[1]) + LIFE.total_seconds() < ctx.now.timestamp():
        raise Stale if proved else Forbidden
    return parts[0]


def check_origin(request: Request) -> bool:
    """Whether the browser says that a page of ours sent the request. Raises Forbidden when it says another did."""
    site = request.headers.get("sec-fetch-site", "")
    origin = request.headers.get("origin", "")
    if site not in {"same-origin", "none", ""}:
        raise Forbidden
    # A page that sends no referrer (those with a token in their address) posts with the origin « null ».
    if origin not in {"", _own_origin()} and not (origin == "null" and site == "same-origin"):
        raise Forbidden
    return site == "same-origin" or origin == _own_origin()


def _own_origin() -> str:
    scheme, _, rest = settings().base_url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"
