"""Demo data: the accounts of the README, a validated trainer, an application that waits. Local only."""

from dataclasses import replace
from datetime import date, timedelta

from chalicelib.commun.comptes import store
from chalicelib.commun.comptes.rules import PROVISOIRE_VALIDE, Civilite, Compte, EtatCompte, Identite, Role
from chalicelib.core.context import Context, iso, live_context
from chalicelib.core.passwords import hash_password
from chalicelib.core.table import Act
from chalicelib.intervenants.inscription import store as inscription
from chalicelib.intervenants.inscription import usecases as actes
from chalicelib.intervenants.inscription.rules import Demande, Etat, reference
from chalicelib.intervenants.parcours import store as parcours
from chalicelib.intervenants.parcours.rules import Ligne, Parcours
from chalicelib.intervenants.profil import store as profil
from chalicelib.intervenants.profil.public import formulaire
from chalicelib.intervenants.profil.rules import Mode
from infra.local.comptes import MOT_DE_PASSE, SECRET_TOTP

_IDENTIFICATION = {
    "lieu_naissance": "Nancy",
    "nationalite": "FR",
    "appartement": "",
    "batiment": "",
    "voie": "12 rue des Carmes",
    "pays": "FR",
    "code_postal": "54000",
    "ville": "Nancy",
    "tel_personnel": "03 83 00 00 00",
    "portable_personnel": "06 12 34 56 78",
    "tel_professionnel": "",
    "portable_professionnel": "",
    "statut": "FONCTIONNAIRE",
    "temps": "COMPLET",
    "fonction_publique": "FPT",
    "situation": "EN_ACTIVITE",
    "fonction": "Responsable des finances",
    "grade": "Attaché principal",
    "service": "Finances et contrôle de gestion",
    "position": "ACTIVITE",
    "employeur_raison_sociale": "COMMUNE DE NANCY",
    "employeur_siret": "21540395700016",
    "employeur_pays": "FR",
    "employeur_voie": "1 place Stanislas",
    "employeur_code_postal": "54000",
    "employeur_ville": "Nancy",
    "regions": ["44"],
    "departements": ["54", "57"],
    "etranger": "non",
    "structure": "grand-est",
    "permis": "oui",
    "vehicule": "non",
}

_PARCOURS = {
    "natures": ["formation-continue", "preparation-aux-concours-ou-examens"],
    "publics": ["agents-de-categorie-a", "encadrement-intermediaire"],
    "prestations": ["conference", "tutorat"],
    "methodes": ["methode-interrogative", "methode-active-et-de-decouverte"],
    "formations_realisees": "oui",
    "motivation": "",
    "alertes": ["specialites", "regions"],
    "reseaux": "non",
}
LIGNES_DE_DEMO: tuple[tuple[str, dict[str, str]], ...] = (
    (
        "sous-specialites",
        {
            "sous_specialite": "a2c",
            "expertise": "Conseils municipaux et communautaires",
            "observations": "Dix ans de secrétariat général.",
        },
    ),
    ("sous-specialites", {"sous_specialite": "exemple-finances-locales", "expertise": "Budget des petites communes"}),
    (
        "formateur",
        {
            "contexte": "Vacations",
            "libelle": "Préparer un conseil municipal",
            "public": "Secrétaires",
            "annees": "2019-2025",
            "duree": "2 jours",
            "organismes": "CNFPT",
        },
    ),
    (
        "professionnalisation",
        {"libelle": "Les bases de la pédagogie d’adultes", "organisme": "CNFPT", "duree": "3 jours", "annee": "2022"},
    ),
    (
        "experiences",
        {
            "employeur": "Communauté de communes des Vosges",
            "fonction": "Directeur général des services",
            "periode": "depuis 2016",
            "missions": "Direction de 80 agents, budget, conseil communautaire.",
        },
    ),
    ("experiences", {"employeur": "Ville de Lunéville", "fonction": "Secrétaire général", "periode": "2004-2016"}),
    (
        "formations",
        {
            "nature": "formation-continue",
            "libelle": "Les marchés publics",
            "organisme": "CNFPT",
            "duree": "4 jours",
            "annees": "2021",
        },
    ),
    (
        "initiales",
        {
            "niveau": "bac-5-et-sup",
            "titre": "Master Droit public",
            "organisme": "Université de Lorraine",
            "annee": "1998",
        },
    ),
    ("langues", {"langue": "de", "conversation": "oui", "animation": "oui", "redaction": "non"}),
)


def charger() -> None:
    """Load the demo data once; a second run changes nothing."""
    ctx = live_context()
    if store.lire_par_email("gestionnaire@demo.fr") is not None:
        return
    _personnel(ctx, "gestionnaire@demo.fr", "Gaëlle", "Gestion", Role.GESTIONNAIRE, ["grand-est"])
    _personnel(ctx, "gestionnaire2@demo.fr", "Erwan", "Gestion", Role.GESTIONNAIRE, ["bretagne"])
    nouveau = "nouveau@demo.fr", "Manon", "Nouvelle", Role.GESTIONNAIRE, ["grand-est"]
    _personnel(ctx, *nouveau, provisoire_jusqu_a=iso(ctx.now + PROVISOIRE_VALIDE))
    _personnel(ctx, "admin@demo.fr", "Alix", "Administration", Role.ADMINISTRATEUR, [])
    _intervenant(ctx, "intervenant@demo.fr", "Jean", "Dubois", Etat.VALIDEE)
    _intervenant(ctx, "ordonne@demo.fr", "Odile", "Ordonne", Etat.VALIDEE)
    _intervenant(replace(ctx, now=ctx.now - timedelta(days=3)), "attente@demo.fr", "Théo", "Lattente", Etat.TRANSMISE)


def _compte(ctx: Context, email: str, identite: Identite, role: Role) -> store.CompteRow:
    return store.CompteRow(
        store.pk(ctx.new_id()), "COMPTE",
        role=role.value, etat=EtatCompte.ACTIF.value, email=email, cree_le=ctx.instant,
        civilite=identite.civilite.name, nom=identite.nom, nom_usage=identite.nom_usage, prenom=identite.prenom,
        naissance=identite.naissance.isoformat(), empreinte=hash_password(MOT_DE_PASSE),
    )  # fmt: skip


def _personnel(
    ctx: Context,
    email: str,
    prenom: str,
    nom: str,
    role: Role,
    structures: list[str],
    provisoire_jusqu_a: str | None = None,
) -> None:
    identite = Identite(Civilite.MADAME, nom, prenom, date(1980, 5, 4), nom)
    row = _compte(ctx, email, identite, role)
    row.structures, row.totp, row.provisoire_jusqu_a = structures, SECRET_TOTP, provisoire_jusqu_a
    act = Act(ctx)
    store.creer(act, row, identite)
    act.commit()


def _intervenant(ctx: Context, email: str, prenom: str, nom: str, etat: Etat) -> None:
    identite = Identite(Civilite.MONSIEUR, nom, prenom, date(1974, 3, 27), nom)
    row = _compte(ctx, email, identite, Role.INTERVENANT)
    row.valide = etat is Etat.VALIDEE
    compte_id = row.pk.removeprefix("COMPTE#")
    act = Act(ctx)
    store.creer(act, row, identite)
    profil.creer(act, compte_id, {**_IDENTIFICATION, **_formateur(identite)})
    page = Parcours(compte_id)
    parcours.enregistrer(act, page, _PARCOURS)
    for bloc, saisie in LIGNES_DE_DEMO:
        parcours.ajouter(act, page, Ligne(ctx.new_id(), bloc, saisie))
    act.commit()
    _demande(ctx, store.compte_of(row), etat)


def _formateur(identite: Identite) -> dict[str, str]:
    return {
        "civilite": identite.civilite.name,
        "nom": identite.nom,
        "nom_usage": identite.nom_usage,
        "prenom": identite.prenom,
        "naissance": identite.naissance.strftime("%d/%m/%Y"),
    }


def _demande(ctx: Context, compte: Compte, etat: Etat) -> None:
    compte_id, identite, tout = compte.id, compte.identite, inscription.lire_tout(compte.id)
    if tout is None:
        raise RuntimeError("the profile that was just written is not there")
    demande = Demande(
        compte_id, Etat.TRANSMISE, "grand-est", reference(ctx.new_id(), ctx.today.year),
        f"{identite.nom} {identite.prenom}", ctx.instant,
    )  # fmt: skip
    act = Act(ctx)
    form = formulaire(ctx, tout.fiche, compte)
    form.est_valable(complet=True)
    remise = actes.remise(tout, form, compte, [], "", completee=False)
    inscription.transmettre(act, demande, Demande(compte_id), remise)
    profil.changer_le_mode(act, tout.fiche, Mode.VALIDE if etat is Etat.VALIDEE else Mode.LECTURE_SEULE)
    act.commit()
    if etat is Etat.VALIDEE:
        gestionnaire = store.lire_par_email("gestionnaire@demo.fr")
        auteur = store.compte_of(gestionnaire) if gestionnaire else None
        act = Act(replace(ctx, user=auteur))
        decidee = replace(demande, etat=etat, decidee_le=ctx.instant, decidee_par=act.ctx.user.nom_affiche)
        inscription.decider(act, replace(decidee, premiere_etude_le=ctx.instant), demande)
        act.commit()


if __name__ == "__main__":
    charger()
