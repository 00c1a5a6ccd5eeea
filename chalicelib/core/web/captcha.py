"""The captcha: digits to read or to hear; a challenge serves once, for half an hour (rule T5)."""

import hashlib
from datetime import timedelta

from pynamodb.attributes import UnicodeAttribute

from chalicelib.core.context import Context, iso
from chalicelib.core.table import Row, get, meta, seconds, update_if
from chalicelib.core.web.captcha_dessin import CHIFFRES

LENGTH = 6
LIFE = timedelta(minutes=30)
WRONG = "Les chiffres ne correspondent pas : recopiez ceux de la nouvelle image, ou écoutez-les."
EXPIRED = "L’image précédente ne sert plus : recopiez les chiffres de la nouvelle, ou écoutez-les."


class CaptchaRow(Row):
    """A challenge and its answer."""

    Meta = meta("noyau")
    reponse = UnicodeAttribute()
    cree_le = UnicodeAttribute()
    expire_le = UnicodeAttribute()
    lie_a = UnicodeAttribute()
    pour = UnicodeAttribute(default="")
    servi = UnicodeAttribute(null=True)
    servi_a = UnicodeAttribute(null=True)


def new(ctx: Context, bound_to: str, purpose: str) -> tuple[str, str]:
    """Make a challenge for the visit `bound_to` and one form (`purpose`); answers its id and its code."""
    challenge, code = ctx.new_id(), ctx.digits(CHIFFRES, LENGTH)
    CaptchaRow(
        f"CAPTCHA#{challenge}",
        "CAPTCHA",
        reponse=code,
        cree_le=ctx.instant,
        expire_le=iso(ctx.now + LIFE),
        lie_a=bound_to,
        pour=purpose,
        ttl=seconds(ctx, LIFE * 2),
    ).save()
    return challenge, code


def answer(ctx: Context, challenge: str, bound_to: str, purpose: str = "") -> str | None:
    """The code to draw or to say, as long as the challenge may still serve; `purpose`: only for that form."""
    row = _row(challenge)
    if row is None or row.servi is not None or row.lie_a != bound_to or row.expire_le <= ctx.instant:
        return None
    return row.reponse if purpose in {"", row.pour} else None


def spend(ctx: Context, challenge: str, bound_to: str, purpose: str, typed: str, keep: bool = False) -> str | None:
    """None when `typed` is the answer, else what to say. Right or wrong, the challenge is spent: only the very same
    form, sent again (a double click), is still right. `keep`: the form comes back for another reason; a right answer
    may serve once more, a wrong one never does (no challenge is guessed at twice)."""
    row = _row(challenge)
    if row is None or (row.lie_a, row.pour) != (bound_to, purpose) or row.expire_le <= ctx.instant:
        return EXPIRED
    actions, free = [CaptchaRow.servi.set(ctx.instant)], CaptchaRow.servi.does_not_exist()
    right = "".join(typed.split()) == row.reponse
    if keep and right and row.servi is None:
        return None
    if right:
        form = hashlib.sha256(ctx.request.body).hexdigest()  # its command and all that was typed
        actions.append(CaptchaRow.servi_a.set(form))
        free = free | (CaptchaRow.servi_a == form)
    return None if update_if(row, actions, free) and right else WRONG


def _row(challenge: str) -> CaptchaRow | None:
    if not (challenge.isascii() and challenge.isalnum() and len(challenge) == 26):
        return None
    return get(CaptchaRow, f"CAPTCHA#{challenge}", "CAPTCHA")
