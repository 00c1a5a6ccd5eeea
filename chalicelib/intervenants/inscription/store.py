"""Rows of applications, in the partition of their person; the work lists read the first index."""

from collections.abc import Iterable, Iterator
from typing import Any

from pynamodb.attributes import BooleanAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.commun.referentiels.rules import cle_de_tri
from chalicelib.core.context import from_iso, iso
from chalicelib.core.table import Act, Gsi2, Readers, Row, fallen_due, get, get_many, meta, partition, shard
from chalicelib.intervenants.inscription import rules
from chalicelib.intervenants.inscription.rules import Decision, Demande, Ensemble, Etat, Mois, Remise
from chalicelib.intervenants.parcours import public as parcours
from chalicelib.intervenants.profil import public as profil

ATTENTES_MAX = 2000  # beyond, statistics count no further


class DemandeRow(Row):
    """An application. In a work list (gsi1) of its structure; found there by its person's name (gsi2)."""

    Meta = meta("intervenants")
    etat = UnicodeAttribute()
    structure = UnicodeAttribute()
    reference = UnicodeAttribute()
    nom = UnicodeAttribute()
    transmise_le = UnicodeAttribute()
    decidee_le = UnicodeAttribute(default="")
    decidee_par = UnicodeAttribute(default="")
    cv = UnicodeAttribute(default="")
    premiere_etude_le = UnicodeAttribute(default="")
    message = UnicodeAttribute(default="")
    echeance = UnicodeAttribute(default="")
    rappelee = BooleanAttribute(default=False)


class ReferenceRow(Row):
    """Finds an application (gsi2) by its reference."""

    Meta = meta("intervenants")


class RemiseRow(Row):
    """What the last transmission handed in: digests, apart from the row that work lists carry."""

    Meta = meta("intervenants")
    empreintes: Any = JSONAttribute()
    modifies: Any = JSONAttribute(null=True)


class MoisRow(Row):
    """What a structure decided in a month: counters, which name nobody."""

    Meta = meta("intervenants")
    t0 = NumberAttribute(default=0)
    t1 = NumberAttribute(default=0)
    t2 = NumberAttribute(default=0)
    t3 = NumberAttribute(default=0)
    jours = NumberAttribute(default=0)
    validee = NumberAttribute(default=0)
    complement = NumberAttribute(default=0)
    rejetee = NumberAttribute(default=0)


class DecisionRow(Row):
    """Rule E2: a decision, kept with its author and time."""

    Meta = meta("intervenants")
    decision = UnicodeAttribute()
    auteur = UnicodeAttribute()
    nom_auteur = UnicodeAttribute()
    le = UnicodeAttribute()
    message = UnicodeAttribute(default="")


def _pk(compte_id: str) -> str:
    return f"INTERVENANT#{compte_id}"


LISTES = {Etat.TRANSMISE: "DEMANDES", Etat.COMPLEMENT: "COMPLEMENTS"}


def liste(structure: str, etat: Etat = Etat.TRANSMISE) -> str:
    """The key of a structure's work list: of what waits for staff, or for the person; all else is treated."""
    return f"{LISTES.get(etat, 'TRAITEES')}#{structure}"


def ref(compte_id: str) -> tuple[type[Row], str, str]:
    """Where an application is, for a read with others (table.get_many)."""
    return DemandeRow, _pk(compte_id), "DEMANDE"


def lire(compte_id: str) -> Demande | None:
    """The application of an account; None before it was transmitted."""
    row = get(*ref(compte_id))
    return demande_of(row) if row else None


def lire_toutes(comptes: Iterable[str]) -> list[Demande]:
    """The applications of these accounts, in that order, in one call; those that are none are left out."""
    refs = [ref(compte_id) for compte_id in comptes]
    return [demande_of(row) for row in get_many(*refs) if row] if refs else []


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
        premiere_etude_le=row.premiere_etude_le,
        message=row.message,
        echeance=row.echeance,
        rappelee=row.rappelee,
    )


def transmettre(act: Act, demande: Demande, precedente: Demande, remise: Remise) -> None:
    """The application enters its structure's work list, if it is still as it was read: Conflict("demande") else."""
    row = DemandeRow(
        _pk(demande.compte),
        "DEMANDE",
        gsi1pk=liste(demande.structure),
        gsi1sk=rules.curseur(demande),
        **_trouvable(demande, demande.nom),
        etat=Etat.TRANSMISE.name,
        structure=demande.structure,
        reference=demande.reference,
        nom=demande.nom,
        transmise_le=demande.transmise_le,
        cv=demande.cv,
        premiere_etude_le=demande.premiere_etude_le,
    )
    if precedente.etat is Etat.BROUILLON:
        act.create(row, "demande")
    else:
        act.put(row, _inchangee(precedente), "demande")
    act.put(ReferenceRow(_pk(demande.compte), "REFERENCE", **_trouvable(demande, demande.reference, "#")))
    remis = RemiseRow(_pk(demande.compte), "REMISE", empreintes=dict(remise.empreintes))
    remis.modifies = remise.modifies
    act.put(remis)


def _trouvable(demande: Demande, sous: str, marque: str = "") -> dict[str, Any]:
    return {"gsi2pk": f"DEMANDES#{demande.structure}", "gsi2sk": marque + cle_de_tri(sous)}


def _inchangee(demande: Demande) -> Any:
    return (DemandeRow.etat == demande.etat.name) & (DemandeRow.transmise_le == demande.transmise_le)


def decider(act: Act, decidee: Demande, precedente: Demande) -> None:
    """Rule E2: a decision, once, and counted; Conflict("etat") for the second of two. Without a user: the sweep's."""
    ctx = act.ctx
    actions: list[Any] = [
        DemandeRow.etat.set(decidee.etat.name),
        DemandeRow.decidee_le.set(decidee.decidee_le),
        DemandeRow.decidee_par.set(decidee.decidee_par),
        DemandeRow.premiere_etude_le.set(decidee.premiere_etude_le),
        DemandeRow.message.set(decidee.message),
        DemandeRow.echeance.set(decidee.echeance),
        DemandeRow.rappelee.set(False),
        DemandeRow.gsi1pk.set(liste(decidee.structure, decidee.etat)),
        DemandeRow.gsi1sk.set(rules.curseur(decidee)),
        *_echoit(decidee, iso(rules.rappel_du_complement(from_iso(decidee.echeance))) if decidee.echeance else ""),
    ]
    act.update(DemandeRow(_pk(decidee.compte), "DEMANDE"), actions, _inchangee(precedente), "etat")
    row = DecisionRow(_pk(decidee.compte), f"DECISION#{ctx.instant}", decision=decidee.etat.name)
    row.auteur, row.nom_auteur = ctx.user.id if ctx.user else "", decidee.decidee_par
    row.le, row.message = ctx.instant, decidee.message
    act.create(row, "decision")
    _compter(act, decidee)


def _compter(act: Act, decidee: Demande) -> None:
    """Rule R2: one more decision of the structure this month, and after how many days; the sweep's is none."""
    genre = {Etat.VALIDEE: MoisRow.validee, Etat.COMPLEMENT: MoisRow.complement, Etat.REJETEE: MoisRow.rejetee}
    if decidee.etat not in genre:
        return
    jours = act.ctx.days_since(decidee.transmise_le)
    tranche = (MoisRow.t0, MoisRow.t1, MoisRow.t2, MoisRow.t3)[rules.tranche(jours)]
    actions = [tranche.add(1), MoisRow.jours.add(jours), genre[decidee.etat].add(1)]
    act.count(MoisRow(f"STRUCTURE#{decidee.structure}", f"MOIS#{act.ctx.today:%Y-%m}"), actions)


def mois(structure: str, depuis: str) -> list[Mois]:
    """What a structure decided each month from `depuis` (« 2026-01 »), oldest first, those without any left out."""
    rows = MoisRow.query(f"STRUCTURE#{structure}", MoisRow.sk >= f"MOIS#{depuis}")
    return [
        Mois(
            row.sk.removeprefix("MOIS#"), tuple(int(n) for n in (row.t0, row.t1, row.t2, row.t3)), int(row.jours),
            int(row.validee), int(row.complement), int(row.rejetee),
        )
        for row in rows
    ]  # fmt: skip


def attentes(structure: str) -> list[str]:
    """Since when each application of a structure waits for staff, oldest first; one call, of the keys alone."""
    rows = _index().query(liste(structure), attributes_to_get=["pk", "sk", "gsi1sk"], limit=ATTENTES_MAX)
    return [row.gsi1sk.partition("Z")[0] + "Z" for row in rows]


def noter_le_rappel(act: Act, demande: Demande) -> None:
    """Rule E4: told once; what falls due next is the end of the delay."""
    actions = [DemandeRow.rappelee.set(True), *_echoit(demande, demande.echeance)]
    condition = _inchangee(demande) & (DemandeRow.rappelee == False)  # noqa: E712 - an expression of the table
    act.update(DemandeRow(_pk(demande.compte), "DEMANDE"), actions, condition, "etat")


def _echoit(demande: Demande, instant: str) -> list[Any]:
    if not instant:
        return [DemandeRow.due_pk.remove(), DemandeRow.due_at.remove()]
    return [DemandeRow.due_pk.set(shard("COMPLEMENT", demande.compte)), DemandeRow.due_at.set(instant)]


def echues(instant: str) -> Iterator[Demande]:
    """Rule E4: complements whose reminder or end is due."""
    for row in fallen_due(DemandeRow, "COMPLEMENT", instant):
        yield demande_of(row)


def lire_tout(compte_id: str) -> Ensemble | None:
    """What the person's partition holds, in one call; None before the account was activated."""
    siennes: Readers = {
        "DEMANDE": DemandeRow.from_raw_data,
        "DECISION#": DecisionRow.from_raw_data,
        "REMISE": RemiseRow.from_raw_data,
    }
    lues = partition(DemandeRow, _pk(compte_id), {**siennes, **profil.RANGEES, **parcours.RANGEES})
    fiche = profil.profil_des_lignes(lues)
    if fiche is None:
        return None
    demande = demande_of(lues["DEMANDE"][0]) if lues["DEMANDE"] else None
    decisions = [Decision(Etat[row.decision], row.nom_auteur, row.le, row.message) for row in lues["DECISION#"]]
    remise = remise_of(lues["REMISE"][0]) if lues["REMISE"] else None
    return Ensemble(fiche, parcours.parcours_des_lignes(compte_id, lues), demande, decisions, remise)


def remise_of(row: Any) -> Remise:
    """The row as the rules see it."""
    return Remise(row.empreintes, None if row.modifies is None else tuple(row.modifies))


def en_attente(
    structure: str, limite: int, apres: str = "", recentes: bool = False, etat: Etat = Etat.TRANSMISE
) -> Iterator[Demande]:
    """Rule E2: a work list of a structure, oldest first (or last), beyond the place `apres`; read as asked for."""
    beyond = DemandeRow.gsi1sk < apres if recentes else DemandeRow.gsi1sk > apres
    key, page = liste(structure, etat), min(limite, 500)
    yield from map(
        demande_of,
        _index().query(key, beyond if apres else None, limit=limite, page_size=page, scan_index_forward=not recentes),
    )


def chercher(structure: str, debut: str, limite: int) -> list[Demande]:
    """Rule S4: the applications of a structure whose person's name begins so, or reference, which alone has digits."""
    cle = cle_de_tri(debut)
    cle = f"#{cle}" if any(c.isdigit() for c in cle) else cle
    trouvees = DemandeRow.gsi2.query(f"DEMANDES#{structure}", Gsi2.gsi2sk.startswith(cle), limit=limite)
    return lire_toutes(pk.removeprefix("INTERVENANT#") for pk in dict.fromkeys(row.pk for row in trouvees))


def _index() -> Any:
    return DemandeRow.gsi1
