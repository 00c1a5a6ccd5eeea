"""A browser without a network: it sends API Gateway events to the application, keeps cookies, and checks every page."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from infra.local.passerelle import Routes

ORIGIN = "https://guichet.test"
_VIDES = {"input", "meta", "link", "br", "img", "hr"}
_TEXTES = {"text", "search", "email", "tel", "url", "number", "date", "password"}


class Page(HTMLParser):
    """What a page shows: title, headings, text, links, forms. Of a form: `fields`, what it would send; `names`, of all
    its controls; `texts`, of those where one types."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html, self.title, self.h1, self.ids, self.links = html, "", [], [], []
        self.forms: list[dict[str, Any]] = []
        self.errors_inline: list[str] = []
        self._in: list[str] = []
        self._text: list[str] = []
        self._area: list[str] | None = None
        self.feed(html)
        self.text = " ".join("".join(self._text).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag not in _VIDES:
            self._in.append(tag)
        if known.get("id"):
            self.ids.append(known["id"])
        if any(name.startswith("on") for name in known) or "style" in known or (tag == "script" and "src" not in known):
            self.errors_inline.append(f"{tag} {known}")
        if tag == "h1":
            self.h1.append("")
        if tag == "a":
            self.links.append(known.get("href") or "")
        self._form(tag, known)

    def _form(self, tag: str, known: dict[str, str | None]) -> None:
        if tag == "form":
            self.forms.append(
                {"action": known.get("action"), "method": known.get("method"), "fields": {}, "buttons": [],
                 "names": set(), "texts": []}
            )  # fmt: skip
        if not self.forms:
            return
        if tag == "button" and known.get("type") == "submit":
            self.forms[-1]["buttons"].append((known.get("name"), known.get("value")))
        self.forms[-1]["names"] |= {known["name"]} if known.get("name") else set()
        if known.get("name") and tag in {"input", "select", "textarea"}:
            self._field(tag, known)
        if tag == "option" and "selected" in known:
            self.forms[-1]["fields"][self._select] = [known.get("value") or ""]

    def _field(self, tag: str, known: dict[str, str | None]) -> None:
        fields, name = self.forms[-1]["fields"], known["name"] or ""
        if tag == "textarea" or (tag == "input" and known.get("type", "text") in _TEXTES):
            self.forms[-1]["texts"].append(name)
        if tag == "select":
            self._select = name
        if tag == "textarea":
            self._area = fields.setdefault(name, [])
            self._area.append("")
            return
        if known.get("type") in {"radio", "checkbox"} and "checked" not in known:
            return
        if tag != "select" and known.get("type") != "file":
            fields.setdefault(name, []).append(known.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            self._area[-1] = self._area[-1].removeprefix("\n")  # as browsers do
            self._area = None
        while self._in and self._in.pop() != tag:
            continue

    def handle_data(self, data: str) -> None:
        if self._area:
            self._area[-1] += data
            return
        if "title" in self._in and not self.title:
            self.title = data.strip()
        if "h1" in self._in:
            self.h1[-1] += data
        if not {"script", "style", "head"} & set(self._in):
            self._text.append(data)

    def form(self, action: str) -> dict[str, Any]:
        """The form that posts to `action`."""
        return next(f for f in self.forms if f["action"] == action)


@dataclass
class Answer:
    """What the application answered."""

    status: int
    headers: dict[str, str]
    cookies: list[str]
    body: str
    path: str

    @cached_property
    def page(self) -> Page:
        """The page, parsed."""
        return Page(self.body)

    @property
    def location(self) -> str:
        """Where a redirection leads."""
        return self.headers["location"]


@dataclass
class Client:
    """One person's browser."""

    app: Any
    source: str = "192.0.2.1"
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answer:
        """A page asked, with its query."""
        return self.send("GET", path, None, headers)

    def follow(self, answer: Answer) -> Answer:
        """Go where redirections lead."""
        while answer.status == 303:
            answer = self.get(answer.location)
        return answer

    def submit(self, answer: Answer, action: str, **typed: Any) -> Answer:
        """Fill the form of a page that posts to `action`, and send it."""
        fields = {**answer.page.form(action)["fields"]}
        for name, value in typed.items():
            fields[name] = value if isinstance(value, list) else [value]
        return self.post(action, [(n, v) for n, values in fields.items() for v in values])

    def post(self, path: str, fields: list[tuple[str, str]], **headers: str) -> Answer:
        """A form sent by a page of ours."""
        sent = {"content-type": "application/x-www-form-urlencoded", "origin": ORIGIN, "sec-fetch-site": "same-origin"}
        return self.send("POST", path, urlencode(fields), sent | headers)

    def send(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        """One request through the gateway's event."""
        parts = urlsplit(path)
        found = Routes({r: list(m) for r, m in self.app.routes.items()}).trouver(method, parts.path)
        if found is None:
            return Answer(404, {}, [], "", path)
        event = self._event(method, parts, found, body, headers)
        result = self.app(event, None)
        answer = Answer(
            result["statusCode"],
            {k.lower(): v for k, v in (result.get("headers") or {}).items()}
            | {k.lower(): v[-1] for k, v in (result.get("multiValueHeaders") or {}).items()},
            (result.get("multiValueHeaders") or {}).get("Set-Cookie", []),
            (result.get("body") or "").replace("\u00a0", " "),  # no-break spaces: tests.unit.core proves them
            path,
        )
        self._keep(answer)
        check(answer)
        return answer

    def _event(self, method: str, parts: Any, found: Any, body: str | None, headers: dict[str, str]) -> dict[str, Any]:
        cookies = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        sent = {"host": "guichet.test"} | ({"cookie": cookies} if cookies else {}) | headers
        query = parse_qs(parts.query, keep_blank_values=True)
        return {
            "resource": found[0],
            "path": parts.path,
            "httpMethod": method,
            "headers": sent,
            "multiValueHeaders": {k: [v] for k, v in sent.items()},
            "queryStringParameters": {k: v[-1] for k, v in query.items()} or None,
            "multiValueQueryStringParameters": query or None,
            "pathParameters": found[1] or None,
            "stageVariables": None,
            "body": body,
            "isBase64Encoded": False,
            "requestContext": {
                "resourcePath": found[0],
                "path": parts.path,
                "httpMethod": method,
                "stage": "api",
                "requestId": "test",
                "identity": {"sourceIp": self.source},
            },
        }

    def _keep(self, answer: Answer) -> None:
        for cookie in answer.cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            if "Max-Age=0" in cookie:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value


def check(answer: Answer) -> None:
    """What every answer must be: headers, and for a whole page its title, its one h1, its ids, its typography."""
    csp = answer.headers["content-security-policy"]
    assert "default-src 'none'" in csp and "unsafe" not in csp
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["strict-transport-security"].startswith("max-age=63072000; includeSubDomains")
    assert answer.headers["referrer-policy"] in {"same-origin", "no-referrer"}
    assert answer.headers["cache-control"] == "no-store" or answer.path.startswith("/statique/")
    assert "access-control-allow-origin" not in answer.headers
    assert "charset=utf-8" in answer.headers["content-type"]
    for cookie in answer.cookies:
        assert cookie.startswith("__Host-") and "Secure; HttpOnly; SameSite=Lax" in cookie and "Path=/" in cookie
    if not answer.body.lstrip().startswith("<!doctype html>"):
        return
    page = answer.page
    assert len(page.h1) == 1, f"{answer.path}: {page.h1}"
    assert page.title, answer.path
    assert len(page.ids) == len(set(page.ids)), [i for i in page.ids if page.ids.count(i) > 1]
    assert not page.errors_inline, page.errors_inline
    assert not re.search(r"{{(?!7\*7}})|{%", page.text)  # what people type to try us is shown as they typed it
    assert not re.search(r"\w'\w", page.text), re.findall(r"\S*\w'\w\S*", page.text)
