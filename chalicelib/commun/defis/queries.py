"""What pages show of a captcha."""

from typing import Any

from chalicelib.core.context import Context
from chalicelib.core.errors import NotFound, TooMany
from chalicelib.core.web import captcha
from chalicelib.core.web.captcha_dessin import image
from chalicelib.core.web.limits import Limit, consume
from chalicelib.core.web.pages import Reply, bound_to, page, visit_of

CAPTCHAS = Limit("captchas", 60, captcha.LIFE)
RENDUS = Limit("captchas-rendus", 20, captcha.LIFE)  # of one challenge: many drawings of it would show what is noise


def page_avec_defi(ctx: Context, template: str, status: int, form: Any, connu: str = "", **values: Any) -> Reply:
    """A page with a captcha made for its form (`form.POUR`), and the cookie that a first visit needs.

    `connu`: the challenge that the page holds already; it stays as long as it may still serve.
    """
    visite, cookies = visit_of(ctx)
    code = captcha.answer(ctx, connu, visite, form.POUR) if connu else None
    if code is None or not _encore(ctx, connu):
        consume(ctx, CAPTCHAS, ctx.source)
        connu, code = captcha.new(ctx, visite, form.POUR)
        form.captcha.data, form.captcha.raw_data = "", []  # what was typed answers another image
    form.defi.data = connu
    return page(template, status, form=form, image=image(code), **values).with_cookies(*cookies)


def _encore(ctx: Context, connu: str) -> bool:
    try:
        return consume(ctx, RENDUS, connu) > 0
    except TooMany:
        return False


def page_a_reprendre(ctx: Context, template: str, form: Any, autres_erreurs: Any = (), **values: Any) -> Reply | None:
    """Rules S2, T5: the page again, when another picture is wanted or something is wrong; None when the form is good
    and its challenge solved, which spends it. A wrong captcha is said with the other errors, a right one is kept."""
    if ctx.request.form.first("action") == "autre_image":
        return page_avec_defi(ctx, template, 200, form, **values)
    valable = form.validate() and not autres_erreurs
    connu = _defi_resolu(ctx, form, valable)
    if valable and not form.errors:
        return None
    return page_avec_defi(ctx, template, 422, form, connu, autres_erreurs=autres_erreurs, **values)


def _defi_resolu(ctx: Context, form: Any, valable: bool) -> str:
    """The challenge that may still serve. `valable`: nothing else is wrong, and a right answer is spent."""
    defi = form.defi.data or ""
    if form.captcha.errors:
        return defi
    faux = captcha.spend(ctx, defi, bound_to(ctx), form.POUR, form.captcha.data, keep=not valable)
    if faux:
        form.add_error("captcha", faux)
    return "" if faux else defi


def son_du_defi(ctx: Context, connu: str) -> str:
    """Rule T5: the same code, to hear."""
    from chalicelib.core.web.captcha_dessin import son

    code = captcha.answer(ctx, connu, visit_of(ctx)[0])
    if code is None:
        raise NotFound
    consume(ctx, RENDUS, connu)
    return son(code, ctx.chance())
