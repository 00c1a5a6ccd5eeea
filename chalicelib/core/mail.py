"""A mail is a value: whom, which template, with what. Rendered when the act writes it, sent later by a worker."""

import re
from dataclasses import dataclass
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any

from chalicelib.core.context import Context
from chalicelib.core.settings import settings

_BREAKS = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")


@dataclass(frozen=True)
class Mail:
    """`to`: one address. `template`: folder that holds subject.txt, body.txt and body.html."""

    to: str
    template: str
    values: dict[str, Any]


@dataclass(frozen=True)
class RenderedMail:
    """What the outbox keeps: nothing in it depends on the moment when it is sent."""

    to: str
    subject: str
    text: str
    html: str


def render_mail(mail: Mail) -> RenderedMail:
    """Rule V1: text and HTML. Rule V2: what a person typed adds no header, no link, no tag."""
    from chalicelib.core.render import render

    values = {**mail.values, "to": mail.to}
    subject = _BREAKS.sub(" ", render(f"{mail.template}/subject.txt", **values)).strip()
    return RenderedMail(
        to=mail.to,
        subject=subject,
        text=render(f"{mail.template}/body.txt", **values),
        html=render(f"{mail.template}/body.html", **values),
    )


def mime(ctx: Context, mail: RenderedMail, mail_id: str) -> bytes:
    """The raw message; its Message-ID derives from the outbox id, so that a second sending can be told."""
    name, address = parseaddr(settings().mail_from)
    message = EmailMessage()
    message["From"] = Address(display_name=name, addr_spec=address)
    to = Address(addr_spec=mail.to)
    message["To"] = Address(username=to.username, domain=to.domain.encode("idna").decode())
    # « =? » begins an encoded word: typed text must not be decoded into a header.
    message["Subject"] = mail.subject.replace("=?", "= ?")
    message["Date"] = format_datetime(ctx.now)
    message["Message-ID"] = f"<{mail_id}@{address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    # Quoted-printable: no line over the 998 characters that SMTP allows (RFC 5321 4.5.3.1.6).
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return message.as_bytes(policy=policy.SMTP)
