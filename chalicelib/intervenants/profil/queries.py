"""What the pages of the profile show."""

from dataclasses import asdict
from typing import Any

from chalicelib.commun.comptes.rules import Compte
from chalicelib.commun.employeurs import public as employeurs
from chalicelib.commun.employeurs.rules import Employeur, Recherche, faute_de_siret
from chalicelib.commun.pieces import public as pieces
from chalicelib.commun.pieces.public import CV, Piece
from chalicelib.commun.referentiels import public as referentiels
from chalicelib.core.context import Context
from chalicelib.core.errors import NotFound
from chalicelib.intervenants.profil import rules, store
from chalicelib.intervenants.profil.forms import DECOCHE, IdentificationForm
from chalicelib.intervenants.profil.rules import Profil, Situation, Statut, TypeEmployeur


def profil_de(compte: Compte) -> Profil:
    """The profile of an account; one never saved shows the identity given at sign-up."""
    found = store.lire(compte.id)
    if found is None:
        raise NotFound
    return found


ref_du_profil = store.ref
profil_lu = store.profil_of


def formulaire(ctx: Context, profil: Profil, compte: Compte) -> IdentificationForm:
    """« Identification » as it was kept."""
    saved = rules.avec_l_identique(profil.identification or rules.identification_de_depart(compte))
    return IdentificationForm.of_saved({**saved, "version": str(profil.version)}, today=ctx.today, connu=saved)


def formulaire_envoye(
    ctx: Context, profil: Profil, choisi: Employeur | None = None, vider: bool = False
) -> IdentificationForm:
    """« Identification » as it was sent; the structure de rattachement is the kept one once it is fixed (rule G4).

    The browser does not send what the statut hides: a draft keeps what it had (ADR 0008). `choisi`: an employer of the
    register, which fills all its fields; `vider`: they are emptied, to be filled again (rule C3).
    """
    envoye = IdentificationForm.repris(ctx.request.form, profil.identification)
    if not rules.structure_modifiable(profil):
        envoye["structure"] = [profil.structure]
    statut = rules.statut_de(envoye.first("statut"))
    for nom in rules.champs_caches(statut, envoye.first("adresse_pro") not in DECOCHE) & profil.identification.keys():
        envoye.setdefault(nom, [profil.identification[nom]])
    if vider:
        envoye.update({nom: [] for nom in rules.EMPLOYEUR if nom != "employeur_pays"})
    if choisi:
        envoye.update({f"employeur_{nom}": [valeur] for nom, valeur in asdict(choisi).items()})
    return IdentificationForm(envoye, today=ctx.today, connu=profil.identification)


def listes() -> dict[str, Any]:
    """The lists that the page draws."""
    france = referentiels.pays_par_code("FR")
    pays = [(p.code, p.nom) for p in referentiels.pays() if p.code != "FR"]
    groupes = [
        (r.nom, [(d.code, d.nom) for d in referentiels.departements([r.code])], r.code) for r in referentiels.regions()
    ]
    return {
        "liste_pays": [(france.code, france.nom), *pays] if france else pays,
        "liste_nationalites": [(p.code, p.nationalite) for p in referentiels.nationalites()],
        "liste_regions": [(r.code, r.nom) for r in referentiels.regions()],
        "groupes_departements": groupes,
        "liste_structures": [(s.code, s.nom) for s in referentiels.structures()],
        "liste_situations": _situations(),
    }


def _situations() -> list[tuple[str, list[tuple[str, str]], dict[str, str]]]:
    """Rule C2: « Situation/Position », by who may choose what: (title, options, attributes that show them)."""
    groupes: dict[tuple[Situation, ...], list[Statut]] = {}
    for statut in Statut:
        groupes.setdefault(rules.situations(statut), []).append(statut)
    return [
        (
            "Sans activité ou retraité" if statuts == [Statut.SANS] else "En emploi",
            [(s.name, s.value) for s in possibles],
            {"data-visible-si": _visible_si(statuts)},
        )
        for possibles, statuts in groupes.items()
    ]


def _visible_si(statuts: list[Statut]) -> str:
    return "statut=" + "|".join(s.name for s in statuts)


def chercher_l_employeur(ctx: Context, profil: Profil, form: IdentificationForm) -> Recherche:
    """Rule C3: the public employers of the SIRET just typed, when it is a good one, else of the raison sociale."""
    siret, nom = form.employeur_siret.data or "", form.employeur_raison_sociale.data or ""
    garde = profil.identification.get("employeur_siret", "")
    return employeurs.chercher(ctx, nom if nom and (siret == garde or faute_de_siret(siret)) else siret)


def conditions(champs: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Rules C2 to C4: for each question, when it is shown: to the script, and in words for who has none."""
    return {
        champ: {
            "si": _visible_si(rules.statuts_interroges(champ)),
            "mots": _ou([s.value[0].lower() + s.value[1:] for s in rules.statuts_interroges(champ)]),
        }
        for champ in champs
    }


def _ou(mots: list[str]) -> str:
    return " ou ".join(filter(None, (", ".join(mots[:-1]), mots[-1])))


def types_d_employeur() -> list[tuple[TypeEmployeur, list[Statut], str]]:
    """Rule C3: each type with the statuts that set it, and when it is shown."""
    groupes = [(t, [s for s in Statut if rules.type_d_employeur(s) is t]) for t in TypeEmployeur]
    return [(t, statuts, _visible_si(statuts)) for t, statuts in groupes]


def _ancien_employeur(profil: Profil) -> dict[str, str]:
    """Rule C3: the employer kept, and the statuts that set another type."""
    connu = rules.employeur_connu(profil.identification)
    if not connu:
        return {}
    autres = [s for s, type_ in rules.TYPES_D_EMPLOYEUR.items() if type_.name != connu["type"]]
    return {
        "nom": connu["employeur_raison_sociale"] or connu["employeur_siret"],
        "type": TypeEmployeur[connu["type"]].value.lower(),
        "si": _visible_si(autres),
    }


def page_identification(ctx: Context, profil: Profil, form: IdentificationForm) -> dict[str, Any]:
    """All that the page « Identification » shows."""
    return {
        "form": form,
        "profil": profil,
        "refus": rules.refus_de_modifier(profil),
        "structure_fixe": not rules.structure_modifiable(profil),
        "structure_choisie": referentiels.structure(form.structure.data or ""),
        "statut": rules.statut_de(form.statut.data or ""),
        "quand": conditions(("temps", "fonction_publique", "fonction", "service", "position", *rules.EMPLOYEUR[:1])),
        "types_d_employeur": types_d_employeur(),
        "ancien_employeur": _ancien_employeur(profil),
        **listes(),
    }


def cv_de(compte_id: str) -> tuple[list[Piece], Piece | None, Piece | None]:
    """All files of the person, the CV in force, and the one being checked or just refused."""
    toutes = pieces.pieces(compte_id)
    return toutes, *pieces.en_force(toutes, CV)


BLOCS = {
    "Le formateur": (
        "civilite", "nom", "nom_usage", "prenom", "naissance", "lieu_naissance", "nationalite", "appartement",
        "batiment", "voie", "pays", "code_postal", "ville", "tel_personnel", "portable_personnel",
        "tel_professionnel", "portable_professionnel",
    ),
    "Le statut": ("statut", *rules.QUESTIONS_DU_STATUT[Statut.FONCTIONNAIRE]),
    "L’employeur": rules.EMPLOYEUR,
    "Coordonnées professionnelles": rules.COORDONNEES_PRO,
    "Zone d’intervention": ("regions", "departements", "etranger"),
    "Structure de rattachement": ("structure",),
    "Permis de conduire": ("permis", "vehicule"),
}  # fmt: skip


def recapitulatif(form: IdentificationForm, compte: Compte) -> list[dict[str, Any]]:
    """Rule S3: the answers, block by block, as check-your-answers and the staff's page show them.

    What the statut hides is in no block (rules C2 to C4).
    """
    caches, out = form.champs_caches(), []
    for titre, noms in BLOCS.items():
        lignes: list[tuple[str, Any, str | None]] = [
            (form[n].label.text, form.lisible(n), f"/mon-profil/identification#{n}") for n in noms if n not in caches
        ]
        if titre == "Le formateur":
            lignes.append(("Adresse e-mail (identifiant)", compte.email, None))
        elif titre == "L’employeur" and lignes:
            type_d_employeur = rules.type_d_employeur(rules.statut_de(form.statut.data))
            lignes.insert(0, ("Type d’employeur", type_d_employeur.value if type_d_employeur else "", None))
        if lignes:
            out.append({"titre": titre, "lignes": lignes})
    return out
