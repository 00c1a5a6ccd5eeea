"""The row of a profile, in the partition of its person."""

from collections.abc import Mapping
from typing import Any

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.core.table import Act, Readers, Row, get, meta
from chalicelib.intervenants.profil.rules import Mode, Profil


class ProfilRow(Row):
    """What a trainer typed, as typed."""

    Meta = meta("intervenants")
    identification: Any = JSONAttribute(default=dict)
    version = NumberAttribute(default=0)
    mode = UnicodeAttribute(default=Mode.LIBRE.value)
    enregistre_le = UnicodeAttribute(default="")


def pk(compte_id: str) -> str:
    """The partition of a trainer."""
    return f"INTERVENANT#{compte_id}"


RANGEES: Readers = {"PROFIL": ProfilRow.from_raw_data}
"""What a read of a partition finds of the profile (table.partition)."""


def ref(compte_id: str) -> tuple[type[Row], str, str]:
    """Where a profile is, for a read with others (table.get_many)."""
    return ProfilRow, pk(compte_id), "PROFIL"


def lire(compte_id: str) -> Profil | None:
    """The profile; None before the account was activated."""
    row = get(*ref(compte_id))
    return profil_of(row) if row else None


def profil_of(row: Any) -> Profil:
    """The row as the rules see it."""
    compte_id = row.pk.removeprefix("INTERVENANT#")
    return Profil(compte_id, dict(row.identification or {}), int(row.version), Mode[row.mode], row.enregistre_le)


def profil_des_lignes(lues: Mapping[str, list[Any]]) -> Profil | None:
    """The profile, of what `table.partition` found; None before the account was activated."""
    return profil_of(lues["PROFIL"][0]) if lues["PROFIL"] else None


def creer(act: Act, compte_id: str, identification: dict[str, Any]) -> None:
    """A fresh profile."""
    act.create(ProfilRow(pk(compte_id), "PROFIL", identification=identification, version=1), "profil")


def enregistrer(act: Act, profil: Profil, identification: dict[str, Any]) -> None:
    """Rule C8: what was typed, if nobody saved since `profil` was read: Conflict("version") else."""
    actions = [
        ProfilRow.identification.set(identification),
        ProfilRow.version.set(profil.version + 1),
        ProfilRow.enregistre_le.set(act.ctx.instant),
    ]
    act.update(ProfilRow(pk(profil.compte), "PROFIL"), actions, _inchange(profil), "version")


def exiger_le_mode(act: Act, profil: Profil) -> None:
    """Conflict("mode") if the profile was locked or opened since it was read."""
    act.check(ProfilRow, pk(profil.compte), "PROFIL", ProfilRow.mode == profil.mode.value, "mode")


def changer_le_mode(act: Act, profil: Profil, mode: Mode) -> None:
    """Rules E1, E5: lock or open, if the profile is still the one that was read."""
    actions = [ProfilRow.mode.set(mode.value), ProfilRow.version.set(profil.version + 1)]
    act.update(ProfilRow(pk(profil.compte), "PROFIL"), actions, _inchange(profil), "version")


def _inchange(profil: Profil) -> Any:
    return (ProfilRow.version == profil.version) & (ProfilRow.mode == profil.mode.value)
