"""What the pages of the profile show."""

from typing import Any

from chalicelib.commun.comptes.rules import Compte
from chalicelib.commun.pieces import public as pieces
from chalicelib.commun.pieces.public import CV, Piece
from chalicelib.commun.referentiels import public as referentiels
from chalicelib.core.context import Context
from chalicelib.core.errors import NotFound
from chalicelib.core.web.request import MultiDict
from chalicelib.intervenants.profil import rules, store
from chalicelib.intervenants.profil.forms import IdentificationForm
from chalicelib.intervenants.profil.rules import Profil


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
    saved = profil.identification or rules.identification_de_depart(compte)
    return IdentificationForm.of_saved({**saved, "version": str(profil.version)}, today=ctx.today)


def formulaire_envoye(ctx: Context, profil: Profil) -> IdentificationForm:
    """« Identification » as it was sent; the structure de rattachement is the kept one once it is fixed (rule G4)."""
    envoye = MultiDict(ctx.request.form)
    if not rules.structure_modifiable(profil):
        envoye["structure"] = [profil.structure]
    return IdentificationForm(envoye, today=ctx.today)


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
    }


def page_identification(ctx: Context, profil: Profil, form: IdentificationForm) -> dict[str, Any]:
    """All that the page « Identification » shows."""
    return {
        "form": form,
        "profil": profil,
        "refus": rules.refus_de_modifier(profil),
        "structure_fixe": not rules.structure_modifiable(profil),
        "structure_choisie": referentiels.structure(form.structure.data or ""),
        **listes(),
    }


def cv_de(compte_id: str) -> tuple[list[Piece], Piece | None, Piece | None]:
    """All files of the person, the CV in force, and the one being checked or just refused."""
    toutes = pieces.pieces(compte_id)
    return toutes, *pieces.en_force(toutes, CV)


def recapitulatif(form: IdentificationForm, compte: Compte) -> list[dict[str, Any]]:
    """Rule S3: the answers, block by block, as check-your-answers and the staff's page show them."""
    base = "/mon-profil/identification"
    blocs = {
        "Le formateur": (
            "civilite", "nom", "nom_usage", "prenom", "naissance", "lieu_naissance", "nationalite", "appartement",
            "batiment", "voie", "pays", "code_postal", "ville", "tel_personnel", "portable_personnel",
            "tel_professionnel", "portable_professionnel",
        ),
        "Zone d’intervention": ("regions", "departements", "etranger"),
        "Structure de rattachement": ("structure",),
    }  # fmt: skip
    out = []
    for titre, noms in blocs.items():
        lignes: list[tuple[str, Any, str | None]] = [(form[n].label.text, form.lisible(n), f"{base}#{n}") for n in noms]
        if titre == "Le formateur":
            lignes.append(("Adresse e-mail (identifiant)", compte.email, None))
        out.append({"titre": titre, "lignes": lignes})
    return out
