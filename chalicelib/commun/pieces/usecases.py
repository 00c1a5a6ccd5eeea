"""Acts on files: announce, check, judge, release, draw, replace, sweep (rules U1 to U4)."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.commun.pieces import rules, store
from chalicelib.commun.pieces.rules import EtatPiece, Piece, Scan, Usage
from chalicelib.core import audit, aws, contenu, log
from chalicelib.core.context import Context, from_iso
from chalicelib.core.errors import Conflict
from chalicelib.core.settings import settings
from chalicelib.core.table import Act
from chalicelib.core.web.limits import Limit, consume

DEPOTS = Limit("depots", 40, timedelta(hours=24))
LARGEUR_DE_PAGE = 1000


def annoncer(act: Act, proprietaire: str, usage: Usage, rattachement: str = "") -> str:
    """The owner is about to send a file, in the transaction of the act. Answers the file's id."""
    consume(act.ctx, DEPOTS, proprietaire)
    piece_id = act.ctx.new_id()
    store.annoncer(act, proprietaire, piece_id, usage.code, rattachement)
    audit.note(act, "annoncer_un_fichier", piece_id, usage=usage.code)
    return piece_id


def controler(ctx: Context, cle: str) -> None:
    """Rule U1: the content of what just arrived is checked. Safe to run again at any time."""
    named = rules.de_la_cle(cle)
    row = store.lire(*named) if named else None
    if row is None or row.etat not in {EtatPiece.ATTENDU.value, EtatPiece.RECU.value}:
        _supprimer_objets(cle)
        return
    piece = store.piece_of(row)
    objet = _objet(cle, piece.usage.taille_max)
    if objet is None:
        return
    nom = contenu.nom_sur(_nom_declare(objet), "")
    verdict = contenu.verifier(objet["octets"], piece.usage.formats, piece.usage.taille_max, nom or None)
    if verdict.refus or verdict.format is None:
        message = contenu.message(verdict.refus, piece.usage.formats, piece.usage.taille_max) if verdict.refus else ""
        _refuser(ctx, row, message, nom)
        return
    nom = nom or f"{piece.usage.libelle}.{verdict.format.name.lower()}"
    if store.noter_le_controle(ctx, row, objet["etag"], nom, verdict.format, len(objet["octets"])):
        _liberer_si_sain(ctx, row)


def recevoir_le_verdict(ctx: Context, cle: str, etag: str, statut: str) -> None:
    """Rule U1: the scanner's verdict on what arrived; may come before the content's check, or twice."""
    named = rules.de_la_cle(cle)
    row = store.lire(*named) if named else None
    if row is None:
        return
    scan = Scan(statut)
    if scan in rules.REFUS_DU_SCAN:
        _refuser(ctx, row, rules.REFUS_DU_SCAN[scan], row.nom)
    elif scan is Scan.SAIN:
        if store.noter_le_scan(row, etag):
            _liberer_si_sain(ctx, row)
        else:  # settled by a run that may have died before it emptied the quarantine
            _supprimer_objets(cle)
    else:
        log.warning("piece.scan_failed", piece=row.sk, statut=statut)


def _refuser(ctx: Context, row: Any, message: str, nom: str) -> None:
    act = Act(ctx)
    store.refuser(act, row, message, nom)
    audit.note(act, "refuser_un_fichier", store.piece_of(row).id)
    try:
        act.commit()
    except Conflict:
        return
    _supprimer_objets(store.piece_of(row).cle_en_quarantaine)
    log.event("piece.refusee", piece=row.sk)


def _liberer_si_sain(ctx: Context, row: Any) -> None:
    """`row` was just read or updated: with both verdicts on the same object it moves out of the quarantine."""
    if not row.controle or row.controle != row.analyse or row.etat != EtatPiece.RECU.value:
        return
    piece = store.piece_of(row)
    precedentes = _disponibles_ou_recues(piece)
    if any(autre.sk > row.sk and autre.etat == EtatPiece.DISPONIBLE.value for autre in precedentes):
        _ecarter(ctx, row)
        return
    bucket = settings().bucket
    try:
        aws.client("s3").copy_object(
            Bucket=bucket,
            Key=piece.cle,
            CopySource={"Bucket": bucket, "Key": piece.cle_en_quarantaine},
            CopySourceIfMatch=row.controle,
        )
    except ClientError as error:
        if error.response["Error"]["Code"] in {"PreconditionFailed", "NoSuchKey", "404", "412"}:
            log.warning("piece.object_changed", piece=row.sk)
            return
        raise
    act = Act(ctx)
    store.liberer(act, row)
    for autre in precedentes:  # one file per use: the newer takes the place of the older, be it stuck in its check
        if autre.sk < row.sk:
            store.mettre_fin(act, autre, EtatPiece.REMPLACE)
    audit.note(act, "recevoir_un_fichier", piece.id, usage=piece.usage.code)
    try:
        act.commit()
    except Conflict:
        return
    _supprimer_objets(piece.cle_en_quarantaine)
    demander_les_pages(piece)
    log.event("piece.disponible", piece=piece.id, usage=piece.usage.code)


def _disponibles_ou_recues(piece: Piece) -> list[Any]:
    """Rows of the owner's files for the same use of the same thing, in force or being checked."""
    toutes, meme = store.toutes(piece.proprietaire), (piece.usage.code, piece.rattachement)
    etats = {EtatPiece.DISPONIBLE.value, EtatPiece.RECU.value}
    return [r for r in toutes if (r.usage, r.rattachement) == meme and r.etat in etats]


def _ecarter(ctx: Context, row: Any) -> None:
    """A newer file was let through first: this one is replaced before it was ever seen."""
    act = Act(ctx)
    store.mettre_fin(act, row, EtatPiece.REMPLACE)
    with suppress(Conflict):
        act.commit()


def demander_les_pages(piece: Piece) -> None:
    """Ask for the page images; what is not asked here is found by the sweep."""
    import json

    message = json.dumps({"proprietaire": piece.proprietaire, "piece": piece.id})
    aws.client("sqs").send_message(QueueUrl=aws.queue_url(settings().queue("images")), MessageBody=message)


def dessiner(proprietaire: str, piece_id: str) -> int:
    """Rule U3: what staff look at on screen are page images, made once. Answers how many."""
    row = store.lire(proprietaire, piece_id)
    if row is None or row.etat != EtatPiece.DISPONIBLE.value or row.pages is not None:
        return 0
    piece = store.piece_of(row)
    objet = _objet(piece.cle, piece.taille)
    if objet is None or piece.format is None:
        return 0
    numero = 0
    for numero, image in enumerate(contenu.pages_images(objet["octets"], piece.format, LARGEUR_DE_PAGE), start=1):
        aws.client("s3").put_object(
            Bucket=settings().bucket,
            Key=piece.cle_de_page(numero),
            Body=image,
            ContentType="image/png" if image.startswith(b"\x89PNG") else "image/jpeg",
        )
    store.noter_les_pages(row, numero)
    return numero


def abandonner_les_attendus(act: Act, pieces: list[Piece]) -> None:
    """Files announced that never came: what arrives for them later is thrown away."""
    for piece in pieces:
        if piece.etat is EtatPiece.ATTENDU:
            _abandonner(act, piece)


def mettre_fin(act: Act, pieces: list[Piece], rattachement: str) -> None:
    """What these files belong to goes: they go with it, whatever their state."""
    for piece in pieces:
        if piece.rattachement == rattachement and piece.etat not in {EtatPiece.REMPLACE, EtatPiece.ABANDONNE}:
            _abandonner(act, piece)


def _abandonner(act: Act, piece: Piece) -> None:
    row = store.cle(piece.proprietaire, piece.id)
    row.etat = piece.etat.value
    store.mettre_fin(act, row, EtatPiece.ABANDONNE)


def supprimer(act: Act, piece: Piece) -> None:
    """The owner deletes a file (rules D7, D10), in the transaction of the act; its objects follow within a day."""
    _abandonner(act, piece)
    audit.note(act, "supprimer_un_fichier", piece.id)


def exiger_disponible(act: Act, piece: Piece) -> None:
    """The act counts on this file: Conflict("piece") if it is deleted or replaced meanwhile."""
    store.exiger_disponible(act, piece)


def echoir(ctx: Context, row: Any) -> bool:
    """One file fallen due (rules U4, W1): orphans and replaced versions go, stuck ones are looked at again."""
    piece = store.piece_of(row)
    if piece.etat is EtatPiece.RECU:
        log.warning("piece.stuck", piece=piece.id)
        store.relancer(row, ctx, rules.RELANCE)
        controler(ctx, piece.cle_en_quarantaine)
        return True
    if piece.etat is EtatPiece.DISPONIBLE:
        _supprimer_objets(piece.cle_en_quarantaine)
        return _redemander_les_pages(ctx, row, piece)
    drawn = piece.pages if piece.pages is not None else contenu.PAGES_MAX if piece.format else 0  # it ended meanwhile
    pages = [piece.cle_de_page(n) for n in range(1, drawn + 1)]
    _supprimer_objets(piece.cle_en_quarantaine, piece.cle, *pages)
    store.effacer(row)
    return True


def _redemander_les_pages(ctx: Context, row: Any, piece: Piece) -> bool:
    """Rule U3: the queue was not told, or drawing fails: asked again for a day, then the file is only downloaded."""
    if piece.pages is not None:
        return False
    if from_iso(piece.depose_le) + rules.ORPHELIN <= ctx.now:
        log.warning("piece.pages_given_up", piece=piece.id)
        store.noter_les_pages(row, 0)
        return True
    store.relancer(row, ctx, rules.RELANCE)
    demander_les_pages(piece)
    return True


def _objet(cle: str, taille_max: int) -> dict[str, Any] | None:
    """What the bucket holds: no more than one byte over the limit is read, which is enough to be refused."""
    try:
        found = aws.client("s3").get_object(Bucket=settings().bucket, Key=cle)
    except ClientError as error:
        if error.response["Error"]["Code"] in {"NoSuchKey", "404"}:
            return None
        raise
    return {
        "octets": found["Body"].read(taille_max + 1),
        "etag": found["ETag"].strip('"'),
        "metadata": found["Metadata"],
    }


def _nom_declare(objet: dict[str, Any]) -> str:
    from urllib.parse import unquote

    return unquote(objet["metadata"].get("nom", ""))


def _supprimer_objets(*cles: str) -> None:
    """All of them, or RuntimeError: S3 tells in an answer of success which ones it kept."""
    objets = [{"Key": cle} for cle in cles]
    reponse = aws.client("s3").delete_objects(Bucket=settings().bucket, Delete={"Objects": objets, "Quiet": True})
    if reponse.get("Errors"):
        raise RuntimeError(f"{len(reponse['Errors'])} objects not deleted")
