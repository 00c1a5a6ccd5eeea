"""What « Parcours » shows."""

from dataclasses import dataclass
from typing import Any

from chalicelib.commun.pieces import public as pieces
from chalicelib.commun.pieces.public import CV, DIPLOME, Piece
from chalicelib.core.context import Context
from chalicelib.core.errors import NotFound, Refused
from chalicelib.intervenants.parcours import rules, store
from chalicelib.intervenants.parcours.forms import FORMS, LigneForm, ParcoursForm, cellules, colonnes
from chalicelib.intervenants.parcours.rules import BLOCS, INITIALES, Bloc, Ligne, Parcours
from chalicelib.intervenants.profil import public as profil
from chalicelib.intervenants.profil.public import Profil

PAGE = "/mon-profil/parcours"


def lire(ctx: Context) -> tuple[Profil, Parcours]:
    """The person's profile and page."""
    fiche, parcours = store.lire(ctx.user.id)
    if fiche is None:
        raise NotFound
    return fiche, parcours


def lire_pour_modifier(ctx: Context) -> Parcours:
    """The person's page; Refused while it is read-only (rule E1): nobody fills a form that will be refused."""
    fiche, parcours = lire(ctx)
    refus = profil.refus_de_modifier(fiche)
    if refus:
        raise Refused(refus)
    return parcours


def formulaire(parcours: Parcours) -> ParcoursForm:
    """The page as it was kept."""
    return ParcoursForm.of_saved({**parcours.reponses, "version": str(parcours.version)})


@dataclass(frozen=True)
class Rangee:
    """A line of a table, as people read it: its cells, and the diploma of a line of « Formations initiales »."""

    id: str
    cellules: list[str]
    diplome: Piece | None = None
    diplome_suivant: Piece | None = None


@dataclass(frozen=True)
class Tableau:
    """A table of the page."""

    bloc: Bloc
    colonnes: list[str]
    rangees: list[Rangee]
    plein: bool
    requis: bool


def tableaux(parcours: Parcours, toutes: list[Piece], formations_realisees: str = "") -> list[Tableau]:
    """The tables of the page. `toutes`: all files of the person; `formations_realisees`: what is answered (rule D3)."""
    return [
        Tableau(
            bloc,
            colonnes(bloc),
            [_rangee(bloc, ligne, toutes) for ligne in parcours.du(bloc)],
            rules.refus_d_ajouter(parcours, bloc) is not None,
            rules.requis(bloc, formations_realisees),
        )
        for bloc in BLOCS.values()
    ]


def _rangee(bloc: Bloc, ligne: Ligne, toutes: list[Piece]) -> Rangee:
    diplomes = pieces.en_force(toutes, DIPLOME, ligne.id) if bloc is INITIALES else (None, None)
    return Rangee(ligne.id, cellules(bloc, ligne.saisie), *diplomes)


def manques(parcours: Parcours, form: ParcoursForm) -> list[tuple[str, str]]:
    """Rule E1: what is missing or wrong on the page, with where to mend it. `form` was checked."""
    return [(erreur, field.id) for field in form for erreur in field.errors] + a_ajouter(parcours, form)


def a_ajouter(parcours: Parcours, form: ParcoursForm) -> list[tuple[str, str]]:
    """Rules D3, D5, D7: tables that lack their first line, with the button that adds it."""
    vides = rules.tableaux_a_completer(parcours, str(form.formations_realisees.data or ""))
    return [(bloc.manque, f"ajouter-{bloc.code}") for bloc in vides]


def est_complet(parcours: Parcours) -> bool:
    """Rule E1: whether the page can be transmitted as it is."""
    form = formulaire(parcours)
    form.est_valable(complet=True)
    return not manques(parcours, form)


def page_parcours(ctx: Context, fiche: Profil, parcours: Parcours, form: ParcoursForm) -> dict[str, Any]:
    """All that the page shows."""
    toutes = pieces.pieces(parcours.compte)
    cv, cv_suivant = pieces.en_force(toutes, CV)
    return {
        "form": form,
        "profil": fiche,
        "parcours": parcours,
        "refus": profil.refus_de_modifier(fiche),
        "tableaux": {t.bloc.code: t for t in tableaux(parcours, toutes, str(form.formations_realisees.data or ""))},
        "cv": cv,
        "cv_suivant": cv_suivant,
        "fait": _fait(ctx),
    }


def _fait(ctx: Context) -> dict[str, str]:
    """What was just done, beside the table where it was."""
    demande = ctx.request.query
    return {"bloc": demande.first("bloc"), "quoi": demande.first("fait")}


def manques_de_l_identification(ctx: Context, fiche: Profil) -> int:
    """Rule C8: how many answers the first page lacks, for who comes from it."""
    form = profil.formulaire(ctx, fiche, ctx.user)
    return 0 if form.est_valable(complet=True) else sum(bool(field.errors) for field in form)


def bloc_nomme(code: str) -> Bloc:
    """A table, by its code in an address; else NotFound."""
    if code not in BLOCS:
        raise NotFound
    return BLOCS[code]


def ligne_nommee(parcours: Parcours, bloc: Bloc, ligne_id: str) -> Ligne:
    """A line, by its id in an address; else NotFound."""
    ligne = parcours.ligne(bloc, ligne_id)
    if ligne is None:
        raise NotFound
    return ligne


def formulaire_de_ligne(ctx: Context, bloc: Bloc, ligne: Ligne | None = None) -> LigneForm:
    """The form of a line: as it was kept, or empty."""
    saved = {**ligne.saisie, "version": str(ligne.version)} if ligne else {}
    return FORMS[bloc.code].of_saved(saved, today=ctx.today)


def page_de_ligne(ctx: Context, bloc: Bloc, form: LigneForm, ligne_id: str = "") -> dict[str, Any]:
    """The page that adds or changes a line."""
    toutes = pieces.pieces(ctx.user.id) if bloc is INITIALES and ligne_id else []
    diplome, diplome_suivant = pieces.en_force(toutes, DIPLOME, ligne_id)
    return {
        "form": form,
        "bloc": bloc,
        "ligne_id": ligne_id,
        "diplome": diplome,
        "diplome_suivant": diplome_suivant,
        "avec_diplome": bloc is INITIALES,
        "suite": f"{PAGE}/{bloc.code}/{ligne_id or 'ajouter'}",
    }


def page_de_suppression(bloc: Bloc, ligne: Ligne) -> dict[str, Any]:
    """Rule D12: what is about to be deleted."""
    return {
        "bloc": bloc,
        "ligne": ligne,
        "lignes": list(zip(colonnes(bloc), cellules(bloc, ligne.saisie), strict=True)),
    }


def recapitulatif(parcours: Parcours, form: ParcoursForm) -> list[dict[str, Any]]:
    """Rule S3: the page's own answers, block by block."""
    blocs = {
        "Souhaits d’intervention": ("natures", "publics", "prestations", "autre_prestation", "methodes"),
        "Expérience de formateur": ("formations_realisees", "motivation"),
        "Alertes et divers": ("alertes", "reseaux", "reseaux_lesquels"),
    }
    caches = form.champs_caches()
    return [
        {
            "titre": titre,
            "lignes": [(form[n].label.text, form.lisible(n), f"{PAGE}#{n}") for n in noms if n not in caches],
        }
        for titre, noms in blocs.items()
    ]
