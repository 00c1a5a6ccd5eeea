"""A blueprint on which a route without a declared access can't be written, and whose views raise domain errors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any, Protocol
from urllib.parse import unquote

from chalice import Blueprint, Response

from chalicelib.core.context import Context, live_context
from chalicelib.core.errors import AlreadyDone, Forbidden, LoginRequired, Maintenance, NotFound, PortalError, Stale
from chalicelib.core.settings import settings
from chalicelib.core.table import result_of_command
from chalicelib.core.web import csrf, headers, session
from chalicelib.core.web.request import FORM, Request, read
from chalicelib.core.web.secret import digest
from chalicelib.core.web.urls import url

MAX_PARAM = 100
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Access(Protocol):
    """Who may ask a route; the values are domain words (commun.comptes.rules)."""

    @property
    def public(self) -> bool:
        """Whether nobody needs to be logged in."""

    def allows(self, user: Any) -> bool:
        """Whether this person may ask the route; the objects are checked by the use case."""


@dataclass(frozen=True)
class Reply:
    """What a view answers: a page to render, a redirection, or a ready body."""

    template: str = ""
    status: int = 200
    values: Mapping[str, Any] = field(default_factory=dict)
    location: str | None = None
    body: str = ""
    headers: Mapping[str, Any] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()
    with_files: bool = False
    user: Any = None

    def with_cookies(self, *cookies: str) -> "Reply":
        """The same, with cookies to set."""
        return replace(self, cookies=(*self.cookies, *cookies))


@dataclass
class Site:
    """What the application gives the kernel: who a session cookie stands for, the menu, the pages of errors.

    `before`: where who asks must go before the route of this access, "" when nowhere.
    """

    load_user: Callable[[Context, session.SessionCookie], Any]
    menu: Callable[[Context], list[Any]]
    before: Callable[[Context, Any], str]
    error_reply: Callable[[Context, Exception], Reply]
    login_reply: Callable[[Context], Reply]


_site: Site | None = None


def install(site: Site) -> None:
    """Called once, by app.py."""
    global _site
    _site = site


def site() -> Site:
    """What `install` was given."""
    if _site is None:
        raise RuntimeError("core.web.pages.install was not called")
    return _site


def page(template: str, status: int = 200, *, with_files: bool = False, **values: Any) -> Reply:
    """A page; the layout's own values (ctx, menu, commande ...) are added when it is rendered."""
    return Reply(template, status, values, with_files=with_files)


def redirect(path: str) -> Reply:
    """See other: `path` is a path of the portal, or a whole presigned address of ours."""
    return Reply(status=303, location=path)


class Pages(Blueprint):
    """The blueprint of a slice's routes."""

    def page(
        self,
        path: str,
        *,
        access: Access,
        methods: tuple[str, ...] = ("GET",),
        stateless: bool = False,
        secret: bool = False,
    ) -> Callable[[Callable[..., Reply]], Callable[..., Reply]]:
        """Declare a view `(ctx, **params) -> Reply`; `access` has no default, on purpose.

        `stateless`: the answer is the same for everybody (static files); no cookie is read or set.
        `secret`: the address holds a token: no page that it answers, errors included, tells it to the next one.
        """

        def decorate(view: Callable[..., Reply]) -> Callable[..., Reply]:
            @wraps(view)
            def guarded(**params: str) -> Response:
                return _answer(read(self.current_request), Route(access, view, stateless, secret), params)

            guarded.access = access  # type: ignore[attr-defined]  # read by the tests of the rights
            name = f"{view.__module__}.{view.__name__}"
            self.route(path, methods=list(methods), content_types=[], name=name)(guarded)
            return view

        return decorate


@dataclass(frozen=True)
class Route:
    """What a view was declared with."""

    access: Access
    view: Callable[..., Reply]
    stateless: bool
    secret: bool = False


def _answer(request: Request, route: Route, params: dict[str, str]) -> Response:
    request = request.without_cookies() if route.stateless else request
    agent = request.headers.get("user-agent", "")
    ctx = live_context(request=request, source=request.source, agent=agent, route=request.pattern)
    cookie = None
    try:
        if settings().maintenance and not route.stateless:
            raise Maintenance
        seen = session.read(request.cookies.get(session.SESSION, ""))
        if seen:
            ctx = replace(ctx, user=site().load_user(ctx, seen))
            cookie = seen  # not before: a read that fails says nothing of the session
        ctx = _guard(ctx, request, route.access)
        before = site().before(ctx, route.access)
        reply = redirect(before) if before else _act_once(ctx, route.view, _known(params))
    except Exception as error:
        reply = _refused(ctx, error)
    if route.secret:
        reply = replace(reply, headers={**reply.headers, "Referrer-Policy": "no-referrer"})
    return _finish(ctx, reply, cookie)


def _refused(ctx: Context, error: Exception) -> Reply:
    """The page of an error; but a form sent twice, whose first act ended the session, is led where the first was."""
    try:
        done = _done_before(ctx) if isinstance(error, LoginRequired | Stale) and ctx.user is None else None
        if done is not None:
            return redirect(done)
        return site().login_reply(ctx) if isinstance(error, LoginRequired) else site().error_reply(ctx, error)
    except Exception as failure:
        return site().error_reply(ctx, failure)


def _done_before(ctx: Context) -> str | None:
    ended = session.read(ctx.request.cookies.get(session.SESSION, ""))
    if ended is None or ctx.request.method not in UNSAFE:
        return None
    try:
        command = csrf.check(ctx.request, ctx, digest(ended.token))  # signed for the session, by the hash of its token
        return result_of_command(replace(ctx, command=command))
    except PortalError:
        return None


def _known(params: dict[str, str]) -> dict[str, str]:
    """The path's parameters, decoded (API Gateway leaves them encoded); none of ours is longer than an id."""
    decoded = {name: unquote(value) for name, value in params.items()}
    if any(len(value) > MAX_PARAM for value in decoded.values()):
        raise NotFound
    return decoded


def _act_once(ctx: Context, view: Callable[..., Reply], params: dict[str, str]) -> Reply:
    """The view's reply; when it refuses what the same command had done before, what it answered then."""
    try:
        reply = view(ctx, **params)
    except AlreadyDone as done:
        return redirect(done.result)
    except PortalError:
        result = result_of_command(ctx)
        if result is None:
            raise
        return redirect(result)
    result = result_of_command(ctx) if reply.status >= 400 else None
    return reply if result is None else redirect(result)


def _guard(ctx: Context, request: Request, access: Access) -> Context:
    unsafe = request.method in UNSAFE
    # First who sent the form: another site's must not reach the page that gives back what a form held.
    ours = _sent_by_a_page_of_ours(request) if unsafe else True
    if not access.public:
        if ctx.user is None:
            raise LoginRequired if ours else Forbidden
        if not access.allows(ctx.user):
            raise NotFound
    return replace(ctx, command=csrf.check(request, ctx, bound_to(ctx))) if unsafe else ctx


def sent_by_a_page_of_ours(request: Request) -> bool:
    """Whether the browser proves that one of our forms was sent: what it holds may be given back."""
    try:
        return request.method in UNSAFE and _sent_by_a_page_of_ours(request)
    except Forbidden:
        return False


def _sent_by_a_page_of_ours(request: Request) -> bool:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise Forbidden
    return csrf.check_origin(request)


def bound_to(ctx: Context) -> str:
    """What forms are signed for: the session, or the visit of who is not logged in."""
    if ctx.user is not None:
        return str(ctx.user.session)
    return str(ctx.request.cookies.get(session.VISIT, ""))


class _Command:
    """The hidden field of a form, made when a template writes it, so that pages without forms set no cookie."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.visit = ""

    def __str__(self) -> str:
        bound = bound_to(self.ctx) or self.visit
        if not bound:
            bound = self.visit = self.ctx.new_id()
        return csrf.new_command(self.ctx, bound)


def visit_of(ctx: Context) -> tuple[str, tuple[str, ...]]:
    """The visit of who is not logged in, with the cookie that starts it when it is new."""
    known = bound_to(ctx)
    if known:
        return known, ()
    fresh = ctx.new_id()
    return fresh, (session.write_visit(fresh),)


def _finish(ctx: Context, reply: Reply, cookie: session.SessionCookie | None) -> Response:
    if reply.user is not None:
        ctx = replace(ctx, user=reply.user)
    cookies, body = list(reply.cookies), reply.body
    if reply.template:
        reply, body, visit = _render_or_fail(ctx, reply)
        cookies += [session.write_visit(visit)] if visit else []
    if cookie and not any(c.startswith(session.SESSION + "=") for c in cookies):
        cookies += _session_cookie(ctx, cookie)
    out: dict[str, Any] = {"Content-Type": "text/html; charset=utf-8"}
    if reply.location is not None:
        out["Location"] = url(reply.location) if reply.location.startswith("/") else reply.location
    if cookies:
        out["Set-Cookie"] = [_one_line(c) for c in cookies]
    final = headers.secure(out | dict(reply.headers), reply.with_files)
    return Response(body, {k: v if isinstance(v, list) else _one_line(str(v)) for k, v in final.items()}, reply.status)


def _render_or_fail(ctx: Context, reply: Reply) -> tuple[Reply, str, str]:
    """The rendered page and the visit that its forms began; the error page when rendering fails."""
    try:
        return reply, *_render(ctx, reply)
    except Exception as error:
        failed = site().error_reply(ctx, error)
    try:
        return failed, *_render(ctx, failed)
    except Exception as error:  # not even what signs forms could be read: a page that holds none
        bare = replace(ctx, user=None, request=replace(ctx.request, method="GET"))
        failed = site().error_reply(bare, error)
        return failed, *_render(bare, failed)


def _session_cookie(ctx: Context, cookie: session.SessionCookie) -> list[str]:
    if ctx.user is None:
        return [session.forget()]
    if ctx.request.wants_fragment:  # what a script asks by itself does not keep a session alive
        return []
    return [session.write(cookie.owner, cookie.token, ctx.now)]


def _render(ctx: Context, reply: Reply) -> tuple[str, str]:
    from chalicelib.core.render import render

    command = _Command(ctx)
    known = session.VISIT + "="
    visit = next((c[len(known) :].partition(";")[0] for c in reply.cookies if c.startswith(known)), "")
    command.visit = visit
    values = {
        "ctx": ctx,
        "menu": site().menu(ctx),
        "fil": [],
        "commande": command,
        "session_fin": getattr(ctx.user, "secondes_de_session", None),
    }
    text = render(reply.template, **(values | dict(reply.values)))
    return text, "" if visit else command.visit


def _one_line(value: str) -> str:
    return value.replace("\r", "").replace("\n", "")
