"""What pages show of files."""

from collections.abc import Iterator
from typing import Any

from chalicelib.commun.pieces import store
from chalicelib.commun.pieces.rules import EtatPiece, Piece, Usage
from chalicelib.core import aws
from chalicelib.core.contenu import content_disposition
from chalicelib.core.context import Context
from chalicelib.core.errors import NotFound
from chalicelib.core.settings import settings
from chalicelib.core.web.urls import lien

DUREE_DU_FORMULAIRE = 3600
DUREE_DU_LIEN = 60
DUREE_DES_PAGES = 900  # as long as staff may look at a page without acting (rule T1, ADR 14)
# Over the limit of any use: a file too big gets our page, from the content's check, and not the store's (ADR 7).
ENVOI_MAX = 20 * 1024 * 1024


def piece(proprietaire: str, piece_id: str) -> Piece | None:
    """One file of an owner."""
    row = store.lire(proprietaire, piece_id)
    return store.piece_of(row) if row else None


def a_deposer(ctx: Context, piece_id: str, usage: Usage, suite: str) -> dict[str, Any]:
    """Rules U1, U2: what the page shows that sends a file, then sees it checked. `suite`: its address."""
    vue = piece(ctx.user.id, piece_id)
    if vue is None or vue.usage != usage or vue.etat in {EtatPiece.ABANDONNE, EtatPiece.REMPLACE}:
        raise NotFound
    recu = bool(ctx.request.query.first("key")) or ctx.request.query.first("envoye") == "oui"
    envoi = formulaire_de_depot(vue, suite) if vue.etat is EtatPiece.ATTENDU and not recu else None
    return {"piece": vue, "envoi": envoi, "suite": suite, "recu": recu}


def sienne(ctx: Context, piece_id: str, usage: Usage, *, a_retirer: bool = False) -> Piece:
    """The person's own file, in force; else NotFound. `a_retirer`: one that is still being checked may go too."""
    vue = piece(ctx.user.id, piece_id)
    if vue is None or vue.usage != usage:
        raise NotFound
    if vue.etat is not EtatPiece.DISPONIBLE and not (a_retirer and vue.en_cours):
        raise NotFound
    return vue


def pieces(proprietaire: str) -> list[Piece]:
    """All files of an owner, oldest first."""
    return [store.piece_of(row) for row in store.toutes(proprietaire)]


def arrive_a_l_instant(toutes: list[Piece]) -> bool:
    """Whether a file announced is in the bucket already, and not checked yet: its owner believes it handed in."""
    attendus = {p.cle_en_quarantaine for p in toutes if p.etat is EtatPiece.ATTENDU}
    if not attendus:
        return False
    prefixe = f"quarantaine/{toutes[0].proprietaire}/"
    arrives = aws.client("s3").list_objects_v2(Bucket=settings().bucket, Prefix=prefixe)
    return any(objet["Key"] in attendus for objet in arrives.get("Contents", ()))


def formulaire_de_depot(piece: Piece, suite: str) -> dict[str, Any]:
    """Rule U1: the form by which the browser sends the file straight to the bucket: type and key are fixed, its size
    is bounded.

    `champs` come back to the portal by a redirection; `champs_script` do not (a script may not follow it).
    """
    action, champs_script = _politique(piece, {})
    return {
        "action": action,
        "champs": _politique(piece, {"success_action_redirect": lien(suite)})[1],
        "champs_script": champs_script,
    }


def _politique(piece: Piece, en_plus: dict[str, str]) -> tuple[str, dict[str, str]]:
    fixes = {"Content-Type": "application/octet-stream", **en_plus}
    conditions: list[Any] = [
        ["content-length-range", 0, ENVOI_MAX],
        ["starts-with", "$x-amz-meta-nom", ""],
        *({name: value} for name, value in fixes.items()),
    ]
    post = aws.client("s3").generate_presigned_post(
        settings().bucket, piece.cle_en_quarantaine, fixes, conditions, ExpiresIn=DUREE_DU_FORMULAIRE
    )
    return post["url"], post["fields"]


def lien_de_l_original(piece: Piece) -> str:
    """Rule U3: the original, by a short-lived link, always as an attachment."""
    params = {
        "Bucket": settings().bucket,
        "Key": piece.cle,
        "ResponseContentDisposition": content_disposition(piece.nom),
        "ResponseContentType": "application/octet-stream",
    }
    return str(aws.client("s3").generate_presigned_url("get_object", Params=params, ExpiresIn=DUREE_DU_LIEN))


def liens_des_pages(piece: Piece) -> list[str]:
    """Rule U3: the page images, by short-lived links."""
    s3, bucket = aws.client("s3"), settings().bucket
    return [
        s3.generate_presigned_url(
            "get_object", Params={"Bucket": bucket, "Key": piece.cle_de_page(n)}, ExpiresIn=DUREE_DES_PAGES
        )
        for n in range(1, (piece.pages or 0) + 1)
    ]


def echues(ctx: Context) -> Iterator[Any]:
    """What the sweep looks at."""
    return store.echues(ctx.instant)
