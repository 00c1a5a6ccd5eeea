"""Texts, files and errors that every portal shows."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from chalicelib.commun.comptes import public as comptes
from chalicelib.commun.contenus.rules import DOCUMENTS
from chalicelib.core import aws, errors, log
from chalicelib.core.context import Context
from chalicelib.core.dates import duree
from chalicelib.core.web import urls
from chalicelib.core.web.pages import Reply, page, sent_by_a_page_of_ours

COOKIE = "__Host-documents"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_NOM = re.compile(r"([0-9a-f]{12})-([a-z0-9.]+(?:--[a-z0-9.]+)*)")
_STATUTS: dict[type[Exception], int] = {
    errors.NotFound: 404,
    errors.Forbidden: 403,
    errors.Malformed: 400,
    errors.TooLarge: 413,
    errors.Maintenance: 503,
    errors.Conflict: 409,
    errors.Refused: 409,
}


def versions() -> dict[str, str]:
    """Name -> version of each document: what somebody accepts who signs up now (rule A5)."""
    return {nom: document.version for nom, document in DOCUMENTS.items()}


def ouverts(ctx: Context) -> set[str]:
    """Rule B1: names of the documents whose present version this visitor opened."""
    vus = ctx.request.cookies.get(COOKIE, "").split(".")
    return {nom for nom, version in versions().items() if f"{nom}:{version}" in vus}


def cookie_des_ouverts(ctx: Context, nom: str) -> str:
    """The cookie that remembers that a document was opened."""
    noms = sorted(ouverts(ctx) | {nom})
    vus = ".".join(f"{n}:{versions()[n]}" for n in noms)
    return f"{COOKIE}={vus}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=86400"


def fichier_statique(nom: str) -> Reply:
    """A static file; kept for ever by browsers under the name of its present content, not at all under an older one."""
    match = _NOM.fullmatch(nom)
    chemin = match.group(2).replace("--", "/") if match else ""
    type_mime = TYPES.get(Path(chemin).suffix)
    if not match or not type_mime or not (urls.STATIC / chemin).is_file():
        raise errors.NotFound
    present = urls.empreinte(chemin) == match.group(1)
    cache = "public, max-age=31536000, immutable" if present else "no-cache"
    return Reply(
        body=(urls.STATIC / chemin).read_text(encoding="utf-8"),
        headers={"Content-Type": f"{type_mime}; charset=utf-8", "Cache-Control": cache},
    )


def page_d_erreur(ctx: Context, error: Exception) -> Reply:
    """Rule S6: every error is a French page; an unexpected one carries a reference that is in the log."""
    if isinstance(error, errors.Stale):
        return comptes.reponse_a_renvoyer(ctx, 403, _PERIMEE)
    if isinstance(error, errors.TooMany):
        return _trop_de_demandes(ctx, error)
    envoye = sent_by_a_page_of_ours(ctx.request)
    if isinstance(error, errors.Maintenance) and envoye:
        return comptes.reponse_a_renvoyer(ctx, 503, _MAINTENANCE, meme_commande=True)
    statut = next((s for kind, s in _STATUTS.items() if isinstance(error, kind)), None)
    if statut is None:
        return _panne(ctx, error)
    saisie = comptes.saisie_a_copier(ctx.request) if envoye else ""
    if isinstance(error, errors.Refused):
        return page(_ERREUR, statut, statut=statut, message=error.reason.value, refus=True, saisie=saisie)
    return page(_ERREUR, statut, statut=statut, saisie=saisie)


def _trop_de_demandes(ctx: Context, error: errors.TooMany) -> Reply:
    reply = page(_ERREUR, 429, statut=429, delai=error.delay)
    if ctx.command:
        attente = duree(error.delay)
        reply = comptes.reponse_a_renvoyer(ctx, 429, _TROP.format(attente), attente=attente)
    return replace(reply, headers={"Retry-After": str(error.delay)})


def _panne(ctx: Context, error: Exception) -> Reply:
    """Something broke: what was typed can be sent again under the same command, so that it acts once."""
    reference = ctx.new_id()[-8:].upper()
    log.failure("request.failed", reference=reference, route=ctx.route)
    statut = 503 if aws.is_outage(error) else 500
    if sent_by_a_page_of_ours(ctx.request):
        return comptes.reponse_a_renvoyer(ctx, statut, _PANNE, meme_commande=True, reference=reference)
    message: dict[str, Any] = {"message": _INDISPONIBLE} if statut == 503 else {}
    return page(_ERREUR, statut, statut=statut, reference=reference, **message)


_ERREUR = "core/templates/erreur.html"
_PERIMEE = (
    "Cette page était ouverte depuis longtemps, ou votre session a changé entre-temps. Rien n’a été enregistré, mais "
    "votre saisie est conservée ici : envoyez-la de nouveau."
)
_MAINTENANCE = (
    "Une opération de maintenance est en cours. Ce qui était déjà enregistré est conservé, et votre saisie l’est sur "
    "cette page : envoyez-la de nouveau dans quelques minutes. Elle ne sera prise en compte qu’une fois."
)
_TROP = (
    "Trop de demandes en peu de temps : par sécurité, leur nombre est limité. Votre saisie est conservée ici : "
    "attendez {}, puis envoyez-la de nouveau."
)
_PANNE = (
    "Le service n’a pas répondu à temps. Ce qui était déjà enregistré est conservé, et votre saisie l’est sur cette "
    "page : envoyez-la de nouveau dans un instant. Elle ne sera prise en compte qu’une fois."
)
_INDISPONIBLE = "Le service ne répond pas pour le moment. Ce que vous avez déjà enregistré est conservé."
