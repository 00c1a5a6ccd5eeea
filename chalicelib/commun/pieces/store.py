"""Rows of files: one partition per owner. Both verdicts name the ETag they judged: another object under the same key,
sent after it was checked, is not let through."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.commun.pieces.rules import ORPHELIN, RELANCE, USAGES, EtatPiece, Piece
from chalicelib.core.contenu import Format
from chalicelib.core.context import Context, iso
from chalicelib.core.table import Act, Row, fallen_due, get, meta, shard, update_if


class PieceRow(Row):
    """A file."""

    Meta = meta("pieces")
    usage = UnicodeAttribute()
    rattachement = UnicodeAttribute(default="")
    etat = UnicodeAttribute()
    nom = UnicodeAttribute(default="")
    format = UnicodeAttribute(null=True)
    taille = NumberAttribute(default=0)
    refus = UnicodeAttribute(default="")
    pages = NumberAttribute(null=True)
    cree_le = UnicodeAttribute()
    depose_le = UnicodeAttribute(default="")
    controle = UnicodeAttribute(default="")
    analyse = UnicodeAttribute(default="")


def _pk(proprietaire: str) -> str:
    return f"PROPRIETAIRE#{proprietaire}"


def cle(proprietaire: str, piece_id: str) -> PieceRow:
    """A row that names its key only, for updates."""
    return PieceRow(_pk(proprietaire), f"PIECE#{piece_id}")


def piece_of(row: PieceRow) -> Piece:
    """The row as the rules see it."""
    return Piece(
        id=row.sk.removeprefix("PIECE#"),
        proprietaire=row.pk.removeprefix("PROPRIETAIRE#"),
        usage=USAGES[row.usage],
        etat=EtatPiece[row.etat],
        nom=row.nom,
        format=Format[row.format] if row.format else None,
        taille=int(row.taille),
        refus=row.refus,
        pages=None if row.pages is None else int(row.pages),
        cree_le=row.cree_le,
        depose_le=row.depose_le,
        rattachement=row.rattachement,
    )


def lire(proprietaire: str, piece_id: str) -> PieceRow | None:
    """One file."""
    return get(PieceRow, _pk(proprietaire), f"PIECE#{piece_id}")


def toutes(proprietaire: str) -> list[PieceRow]:
    """All files of an owner, oldest first."""
    return list(PieceRow.query(_pk(proprietaire), PieceRow.sk.startswith("PIECE#"), consistent_read=True))


def _echeance(piece_id: str, instant: str) -> list[Any]:
    return [PieceRow.due_pk.set(shard("PIECE", piece_id)), PieceRow.due_at.set(instant)]


def _sans_echeance() -> list[Any]:
    return [PieceRow.due_pk.remove(), PieceRow.due_at.remove()]


def annoncer(act: Act, proprietaire: str, piece_id: str, usage: str, rattachement: str) -> None:
    """A file that the owner is about to send; swept after 24 h if it never comes (rule U4)."""
    row = cle(proprietaire, piece_id)
    row.usage, row.rattachement, row.etat, row.cree_le = usage, rattachement, EtatPiece.ATTENDU.value, act.ctx.instant
    row.due_pk, row.due_at = shard("PIECE", piece_id), iso(act.ctx.now + ORPHELIN)
    act.create(row, "piece")


def noter_le_controle(ctx: Context, row: PieceRow, etag: str, nom: str, format: Format, taille: int) -> bool:
    """The content is what it should be; False when the file is no longer in quarantine."""
    return update_if(
        row,
        [
            PieceRow.etat.set(EtatPiece.RECU.value),
            PieceRow.controle.set(etag),
            PieceRow.nom.set(nom),
            PieceRow.format.set(format.name),
            PieceRow.taille.set(taille),
            PieceRow.depose_le.set(ctx.instant),
            *_echeance(row.sk, iso(ctx.now + RELANCE)),
        ],
        _en_quarantaine(),
    )


def noter_le_scan(row: PieceRow, etag: str) -> bool:
    """The scan is clean; False when the file is no longer in quarantine."""
    return update_if(row, [PieceRow.analyse.set(etag)], _en_quarantaine())


def _en_quarantaine() -> Any:
    return PieceRow.etat.is_in(EtatPiece.ATTENDU.value, EtatPiece.RECU.value)


def refuser(act: Act, row: PieceRow, message: str, nom: str = "") -> None:
    """The file is refused; the row stays a day to tell why."""
    actions = [PieceRow.etat.set(EtatPiece.REFUSE.value), PieceRow.refus.set(message), PieceRow.nom.set(nom)]
    actions += _echeance(row.sk, iso(act.ctx.now + ORPHELIN))
    act.update(_key(row), actions, _en_quarantaine(), "etat")


def liberer(act: Act, row: PieceRow) -> None:
    """Checked and scanned: available. Nothing falls due any more, but the page images if they are not drawn."""
    actions = [PieceRow.etat.set(EtatPiece.DISPONIBLE.value)]
    if row.format in {"PDF", "JPG", "PNG"}:
        actions += _echeance(row.sk, iso(act.ctx.now + RELANCE))
    else:
        actions += [PieceRow.pages.set(0), *_sans_echeance()]
    same = (PieceRow.controle == row.controle) & (PieceRow.analyse == row.analyse)
    act.update(_key(row), actions, (PieceRow.etat == EtatPiece.RECU.value) & same, "etat")


def exiger_disponible(act: Act, piece: Piece) -> None:
    """Conflict("piece") unless the file is available when the act is written."""
    disponible = PieceRow.etat == EtatPiece.DISPONIBLE.value
    act.check(PieceRow, _pk(piece.proprietaire), f"PIECE#{piece.id}", disponible, "piece")


def mettre_fin(act: Act, row: PieceRow, etat: EtatPiece) -> None:
    """A file replaced, deleted or given up: nobody sees it any more; the sweep erases it a day later."""
    actions = [PieceRow.etat.set(etat.value), *_echeance(row.sk, iso(act.ctx.now + ORPHELIN))]
    act.update(_key(row), actions, PieceRow.etat == row.etat, "etat")


def _key(row: PieceRow) -> PieceRow:
    return PieceRow(row.pk, row.sk)


def noter_les_pages(row: PieceRow, pages: int) -> None:
    """The page images are drawn (0: there are none to show)."""
    update_if(row, [PieceRow.pages.set(pages), *_sans_echeance()], PieceRow.etat == EtatPiece.DISPONIBLE.value)


def relancer(row: PieceRow, ctx: Context, delai: timedelta) -> None:
    """Look at it again later."""
    update_if(row, _echeance(row.sk, iso(ctx.now + delai)), PieceRow.due_at == row.due_at)


def effacer(row: PieceRow) -> None:
    """The row goes, once its objects are gone."""
    row.delete(condition=PieceRow.etat == row.etat)


def echues(instant: str) -> Iterator[PieceRow]:
    """Files due at `instant`."""
    return fallen_due(PieceRow, "PIECE", instant)
