"""Rows of « Parcours », in the partition of its person: one for the page, one for each line of its tables.

Each change of a line counts on (`revision`), so that two acts on lines never cross: the number of lines, and that a
file's line exists, are held by the table.
"""

import json
from collections.abc import Mapping
from typing import Any

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.core.table import Act, Readers, Row, meta, partition
from chalicelib.intervenants.parcours.rules import Ligne, Parcours
from chalicelib.intervenants.profil import public as profil
from chalicelib.intervenants.profil.public import Profil


class ParcoursRow(Row):
    """The page's own answers, as typed."""

    Meta = meta("intervenants")
    reponses: Any = JSONAttribute(default=dict)
    version = NumberAttribute(default=0)
    revision = NumberAttribute(default=0)
    enregistre_le = UnicodeAttribute(default="")


class LigneRow(Row):
    """A line of a table."""

    Meta = meta("intervenants")
    saisie: Any = JSONAttribute(default=dict)
    version = NumberAttribute(default=0)


def _ligne(item: dict[str, Any]) -> Ligne:
    """A raw item, without a row between: a full profile has 240, which cost more than all else on a page."""
    _, bloc, ligne_id = item["sk"]["S"].split("#")
    return Ligne(ligne_id, bloc, json.loads(item["saisie"]["S"]), int(item["version"]["N"]))


RANGEES: Readers = {"PARCOURS": ParcoursRow.from_raw_data, "LIGNE#": _ligne}
"""What a read of a partition finds of the page (table.partition)."""


def _cle(parcours: Parcours, ligne: Ligne | None = None) -> Any:
    pk = profil.partition_de(parcours.compte)
    return LigneRow(pk, f"LIGNE#{ligne.bloc}#{ligne.id}") if ligne else ParcoursRow(pk, "PARCOURS")


def lire(compte_id: str) -> tuple[Profil | None, Parcours]:
    """The profile and its page « Parcours », in one call; None before the account was activated."""
    lues = partition(ParcoursRow, profil.partition_de(compte_id), {**profil.RANGEES, **RANGEES})
    return profil.profil_des_lignes(lues), parcours_des_lignes(compte_id, lues)


def parcours_des_lignes(compte_id: str, lues: Mapping[str, list[Any]]) -> Parcours:
    """The page as the rules see it, of what `table.partition` found."""
    lignes = tuple(lues["LIGNE#"])
    for row in lues["PARCOURS"]:
        versions = int(row.version), int(row.revision)
        return Parcours(compte_id, dict(row.reponses or {}), *versions, row.enregistre_le, lignes)
    return Parcours(compte_id, lignes=lignes)


def enregistrer(act: Act, parcours: Parcours, reponses: dict[str, Any]) -> None:
    """Rule C8: what was typed, if nobody saved the page since `parcours` was read: Conflict("version") else."""
    actions = [
        ParcoursRow.reponses.set(reponses),
        ParcoursRow.version.set(parcours.version + 1),
        ParcoursRow.enregistre_le.set(act.ctx.instant),
        ParcoursRow.revision.add(1),
    ]
    act.upsert(_cle(parcours), actions, _est(ParcoursRow.version, parcours.version), "version")


def compter(act: Act, parcours: Parcours) -> None:
    """A line changes: Conflict("revision") when anything did since `parcours` was read."""
    act.upsert(_cle(parcours), [ParcoursRow.revision.add(1)], _est(ParcoursRow.revision, parcours.revision), "revision")


def exiger_inchange(act: Act, parcours: Parcours) -> None:
    """Conflict("parcours") when anything on the page changed since it was read (rule E1)."""
    row = _cle(parcours)
    act.check(ParcoursRow, row.pk, row.sk, _est(ParcoursRow.revision, parcours.revision), "parcours")


def _est(attribut: Any, valeur: int) -> Any:
    return attribut == valeur if valeur else attribut.does_not_exist()


def ajouter(act: Act, parcours: Parcours, ligne: Ligne) -> None:
    """A new line."""
    row = _cle(parcours, ligne)
    row.saisie, row.version = ligne.saisie, 1
    act.create(row, "ligne")


def modifier(act: Act, parcours: Parcours, ligne: Ligne, saisie: dict[str, Any]) -> None:
    """A line, if it is still as it was read: Conflict("ligne") else."""
    actions = [LigneRow.saisie.set(saisie), LigneRow.version.set(ligne.version + 1)]
    act.update(_cle(parcours, ligne), actions, LigneRow.version == ligne.version, "ligne")


def supprimer(act: Act, parcours: Parcours, ligne: Ligne) -> None:
    """The line goes, if it is there."""
    act.delete(_cle(parcours, ligne), LigneRow.pk.exists(), "ligne")
