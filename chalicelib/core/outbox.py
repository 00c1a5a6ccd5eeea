"""Mails wait here, written by the act that announces them; a worker sends each at least once (rule V1)."""

import hashlib
import zlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.core import aws, log
from chalicelib.core.context import Context, iso
from chalicelib.core.mail import Mail, RenderedMail, mime, render_mail
from chalicelib.core.table import Act, Row, fallen_due, get, meta, seconds, shard, update_if

TRIES = 8
LEASE = timedelta(seconds=60)
FIRST_LOOK = timedelta(seconds=60)
KEPT = timedelta(days=62)
A_ENVOYER, ENVOYE, MORT = "A_ENVOYER", "ENVOYE", "MORT"


class MailRow(Row):
    """One mail. Its text (`body`, compressed: each change of a row pays for its whole size) and its address are erased
    once sent; gsi2 finds it by the address's digest. The indexes `gsi2` and `due` hold keys only."""

    Meta = meta("outbox")
    etat = UnicodeAttribute()
    to = UnicodeAttribute(null=True)
    subject = UnicodeAttribute()
    body = BinaryAttribute(null=True, legacy_encoding=False)
    tries = NumberAttribute(default=0)
    lease = UnicodeAttribute(default="")
    cree_le = UnicodeAttribute()
    envoye_le = UnicodeAttribute(null=True)
    raison = UnicodeAttribute(null=True)


class AddressRow(Row):
    """An address that mails come back from, or whose owner complained: nothing more is sent to it."""

    Meta = meta("noyau")
    reason = UnicodeAttribute()


def mark_address(ctx: Context, address: str, reason: str) -> None:
    """Rule V1: a permanent bounce or a complaint marks the address; kept hashed, for as long as mails are."""
    AddressRow(_address_pk(address), "ADRESSE", reason=reason, ttl=seconds(ctx, KEPT)).save()
    log.warning("mail.address_marked", reason=reason)


def _address_pk(address: str) -> str:
    return f"ADRESSE#{hashlib.sha256(address.strip().casefold().encode()).hexdigest()}"


def add(act: Act, mail: Mail) -> str:
    """Put a mail in the transaction of the act; answers its id."""
    mail_id = act.ctx.new_id()
    act.create(_row(act.ctx, mail, mail_id), "mail")
    act.mails.append(mail_id)
    return mail_id


def feign(act: Act, mail: Mail) -> None:
    """All the work of `add` for a mail that nobody gets: the time of an answer must not tell who is known (rule T4)."""
    mail_id = act.ctx.new_id()
    _row(act.ctx, mail, mail_id)
    act.mails.append(mail_id)  # the queue is told too; its worker finds no such mail


def _row(ctx: Context, mail: Mail, mail_id: str) -> MailRow:
    rendered = render_mail(mail)
    return MailRow(
        f"MAIL#{mail_id}",
        "MAIL",
        etat=A_ENVOYER,
        cree_le=ctx.instant,
        gsi2pk=_address_pk(mail.to),
        gsi2sk=ctx.instant,
        due_pk=shard("MAIL", mail_id),
        due_at=iso(ctx.now + FIRST_LOOK),
        to=rendered.to,
        subject=rendered.subject,
        body=zlib.compress(f"{rendered.text}\0{rendered.html}".encode(), 9),
    )


def forget(act: Act, address: str) -> None:
    """Delete the mails written to an address, sent or not: its account is deleted."""
    for row in MailRow.gsi2.query(_address_pk(address), limit=50):
        act.delete(MailRow(row.pk, row.sk))


def send(ctx: Context, mail_id: str) -> bool:
    """Send one mail if it still waits and nobody else is at it; answers whether it went out now."""
    row = get(MailRow, f"MAIL#{mail_id}", "MAIL")
    if row is None or row.etat != A_ENVOYER or not _claim(ctx, row):
        return False
    marked = get(AddressRow, _address_pk(row.to), "ADRESSE")
    if marked is not None:
        update_if(row, _give_up(ctx, marked.reason), _WAITS)
        log.warning("mail.dead", mail=mail_id, reason=marked.reason)
        return False
    try:
        text, _, html = zlib.decompress(row.body).decode().partition("\0")
        raw = mime(ctx, RenderedMail(row.to, row.subject, text, html), mail_id)
        aws.client("sesv2").send_email(
            Content={"Raw": {"Data": raw}}, Destination={"ToAddresses": [row.to]}, FromEmailAddress=_sender()
        )
    except Exception:
        log.failure("mail.failed", mail=mail_id, tries=int(row.tries) + 1)
        _postpone(ctx, row, mail_id)
        return False
    sent = [
        MailRow.etat.set(ENVOYE),
        MailRow.envoye_le.set(ctx.instant),
        MailRow.ttl.set(seconds(ctx, KEPT)),
        MailRow.to.remove(),
        MailRow.body.remove(),
        MailRow.due_pk.remove(),
        MailRow.due_at.remove(),
    ]
    update_if(row, sent, _WAITS)  # unless its account was deleted meanwhile, and its mails with it
    log.event("mail.sent", mail=mail_id)
    return True


def waiting(ctx: Context) -> Iterator[str]:
    """Ids of the mails that should have left by now: never told to the queue, or tried and postponed."""
    for row in fallen_due(MailRow, "MAIL", ctx.instant):
        yield row.pk.removeprefix("MAIL#")


def dead(most: int) -> list[MailRow]:
    """The newest mails given up after TRIES tries, `most` of them (rule V1: visible and replayable)."""
    return list(MailRow.gsi1.query("MAILS#MORTS", scan_index_forward=False, limit=most))


def replay(act: Act, mail_id: str) -> bool:
    """Give a dead mail all its tries again, and its address another chance, in the transaction of the act.

    False when it is not dead (any more).
    """
    row = get(MailRow, f"MAIL#{mail_id}", "MAIL")
    if row is None or row.etat != MORT:
        return False
    act.delete(AddressRow(_address_pk(row.to), "ADRESSE"))
    actions = [
        MailRow.etat.set(A_ENVOYER),
        MailRow.tries.set(0),
        MailRow.lease.set(""),
        MailRow.due_pk.set(shard("MAIL", mail_id)),
        MailRow.due_at.set(act.ctx.instant),
        MailRow.raison.remove(),
        MailRow.gsi1pk.remove(),
        MailRow.gsi1sk.remove(),
        MailRow.ttl.remove(),
    ]
    act.update(MailRow(row.pk, row.sk), actions, MailRow.etat == MORT, "mail")
    act.mails.append(mail_id)
    return True


_WAITS = MailRow.etat == A_ENVOYER


def _sender() -> str:
    from email.utils import parseaddr

    from chalicelib.core.settings import settings

    return parseaddr(settings().mail_from)[1]


def _claim(ctx: Context, row: MailRow) -> bool:
    """Lease the mail. It stays due: moving its entry of the index costs as much as the lease, and who is told of it
    meanwhile finds it leased."""
    free = (MailRow.etat == A_ENVOYER) & (MailRow.lease < ctx.instant)
    return update_if(row, [MailRow.lease.set(iso(ctx.now + LEASE))], free)


def _give_up(ctx: Context, reason: str) -> list[Any]:
    return [
        MailRow.etat.set(MORT),
        MailRow.raison.set(reason),
        MailRow.gsi1pk.set("MAILS#MORTS"),
        MailRow.gsi1sk.set(ctx.instant),
        MailRow.ttl.set(seconds(ctx, KEPT)),
        MailRow.due_pk.remove(),
        MailRow.due_at.remove(),
    ]


def _postpone(ctx: Context, row: MailRow, mail_id: str) -> None:
    tries = int(row.tries) + 1
    actions: list[Any] = [MailRow.tries.set(tries), MailRow.lease.set("")]
    if tries >= TRIES:
        actions += _give_up(ctx, "ESSAIS")
        log.warning("mail.dead", mail=mail_id)
    else:
        delay = timedelta(minutes=min(2**tries, 60), seconds=ctx.chance().uniform(0, 30))
        actions.append(MailRow.due_at.set(iso(ctx.now + delay)))
    update_if(row, actions, _WAITS)
