"""Rows of applications, in the partition of their person; the work lists read the first index."""

from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib.core.table import Act, Row, get, meta
from chalicelib.intervenants.inscription.rules import Demande, Etat


class DemandeRow(Row):
    """An application. In a work list (gsi1) while it waits for staff."""

    Meta = meta("intervenants")
    etat = UnicodeAttribute()
    structure = UnicodeAttribute()
    reference = UnicodeAttribute()
    nom = UnicodeAttribute()
    transmise_le = UnicodeAttribute()
    decidee_le = UnicodeAttribute(default="")
    decidee_par = UnicodeAttribute(default="")
    cv = UnicodeAttribute(default="")


class DecisionRow(Row):
    """Rule E2: a decision, kept with its author and time."""

    Meta = meta("intervenants")
    decision = UnicodeAttribute()
    auteur = UnicodeAttribute()
    nom_auteur = UnicodeAttribute()
    le = UnicodeAttribute()


def _pk(compte_id: str) -> str:
    return f"INTERVENANT#{compte_id}"


def liste(structure: str) -> str:
    """The key of a structure's work list."""
    return f"DEMANDES#{structure}"


def ref(compte_id: str) -> tuple[type[Row], str, str]:
    """Where an application is, for a read with others (table.get_many)."""
    return DemandeRow, _pk(compte_id), "DEMANDE"


def lire(compte_id: str) -> Demande | None:
    """The application of an account; None before it was transmitted."""
    row = get(*ref(compte_id))
    return demande_of(row) if row else None


def demande_of(row: Any) -> Demande:
    """The row as the rules see it."""
    return Demande(
        compte=row.pk.removeprefix("INTERVENANT#"),
        etat=Etat[row.etat],
        structure=row.structure,
        reference=row.reference,
        nom=row.nom,
        transmise_le=row.transmise_le,
        decidee_le=row.decidee_le,
        decidee_par=row.decidee_par,
        cv=row.cv,
    )


def transmettre(act: Act, demande: Demande) -> None:
    """The application enters its structure's work list."""
    row = DemandeRow(
        _pk(demande.compte),
        "DEMANDE",
        gsi1pk=liste(demande.structure),
        gsi1sk=demande.transmise_le,
        etat=Etat.TRANSMISE.name,
        structure=demande.structure,
        reference=demande.reference,
        nom=demande.nom,
        transmise_le=demande.transmise_le,
        cv=demande.cv,
    )
    act.create(row, "demande")


def decider(act: Act, demande: Demande, etat: Etat) -> None:
    """Rule E2: a decision, once: Conflict("etat") for the second of two."""
    ctx = act.ctx
    actions: list[Any] = [
        DemandeRow.etat.set(etat.name),
        DemandeRow.decidee_le.set(ctx.instant),
        DemandeRow.decidee_par.set(ctx.user.nom_affiche),
        DemandeRow.gsi1pk.remove(),
        DemandeRow.gsi1sk.remove(),
    ]
    condition = (DemandeRow.etat == demande.etat.name) & (DemandeRow.transmise_le == demande.transmise_le)
    act.update(DemandeRow(_pk(demande.compte), "DEMANDE"), actions, condition, "etat")
    row = DecisionRow(_pk(demande.compte), f"DECISION#{ctx.instant}")
    row.decision, row.auteur, row.nom_auteur, row.le = etat.name, ctx.user.id, ctx.user.nom_affiche, ctx.instant
    act.create(row, "decision")


def en_attente(structure: str, limite: int, apres: str = "", recentes: bool = False) -> list[Demande]:
    """Rule E2: what waits in a structure, oldest first (or last), beyond the instant `apres`."""
    beyond = DemandeRow.gsi1sk < apres if recentes else DemandeRow.gsi1sk > apres
    rows = _index().query(liste(structure), beyond if apres else None, limit=limite, scan_index_forward=not recentes)
    return [demande_of(row) for row in rows]


def _index() -> Any:
    return DemandeRow.gsi1
