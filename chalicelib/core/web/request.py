"""A request as views see it: parsed once, bounded, UTF-8 or refused."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl

from chalicelib.core.errors import Malformed, TooLarge

FORM = "application/x-www-form-urlencoded"
MAX_BODY = 120_000  # as JSON, whose escapes may take three times as much, it stays below an item's 400 KB
MAX_FIELDS = 600


class MultiDict(dict[str, list[str]]):
    """Repeated fields kept, as WTForms reads them."""

    def getlist(self, name: str) -> list[str]:
        """Every value of a field, in order."""
        return self.get(name, [])

    def first(self, name: str, default: str = "") -> str:
        """The first value of a field."""
        values = self.get(name)
        return values[0] if values else default


@dataclass(frozen=True)
class Request:
    """What came in. `pattern` is the declared route, `path` what the person asked, without BASE_PATH."""

    method: str
    pattern: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    raw_query: dict[str, list[str]]
    raw_body: Callable[[], bytes] = bytes
    source: str = ""
    extra: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def query(self) -> MultiDict:
        """The query's fields."""
        return MultiDict({name: [clean(v) for v in values] for name, values in self.raw_query.items()})

    @cached_property
    def body(self) -> bytes:
        """The body's bytes. Raises Malformed when it is no text."""
        try:
            return self.raw_body()
        except ValueError as error:
            raise Malformed from error

    @cached_property
    def form(self) -> MultiDict:
        """The form's fields. Raises TooLarge or Malformed."""
        if len(self.body) > MAX_BODY:
            raise TooLarge
        try:
            pairs = parse_qsl(
                self.body.decode("utf-8"),
                keep_blank_values=True,
                max_num_fields=MAX_FIELDS,
                errors="strict",
            )
        except ValueError as error:
            raise Malformed from error
        fields = MultiDict()
        for name, value in pairs:
            fields.setdefault(name, []).append(clean(value))
        return fields

    @cached_property
    def cookies(self) -> dict[str, str]:
        """The cookies; none when the header is not one."""
        try:
            parsed = SimpleCookie(self.headers.get("cookie", ""))
        except CookieError:
            return {}
        return {name: morsel.value for name, morsel in parsed.items()}

    def without_cookies(self) -> "Request":
        """The same request, of nobody."""
        return replace(self, headers={name: v for name, v in self.headers.items() if name != "cookie"})

    @property
    def wants_fragment(self) -> bool:
        """Whether htmx asks for a part of a page."""
        return self.headers.get("hx-request") == "true"


def clean(text: str) -> str:
    """Typed text without what no keyboard types: NUL and other controls, lone surrogates; line ends as \\n; NFC."""
    import unicodedata

    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})
    return unicodedata.normalize("NFC", kept)


def read(chalice_request: Any) -> Request:
    """Chalice's request -> ours. The body is read when asked for, so that a bad one fails inside the guarded view."""
    event = chalice_request.to_original_event()
    path = event["path"] if event.get("path") else chalice_request.path
    return Request(
        method=chalice_request.method,
        pattern=chalice_request.path,
        path=path,
        params=dict(chalice_request.uri_params or {}),
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        raw_query=event.get("multiValueQueryStringParameters") or {},
        raw_body=lambda: bytes(chalice_request.raw_body or b""),
        source=chalice_request.context.get("identity", {}).get("sourceIp", ""),
    )
