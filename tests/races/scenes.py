"""For each form of the portal: somebody in front of it, filled, and what sending it must change. A route that posts and
has no scene here fails a test (test_commandes)."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.client import Answer
from tests.races import courses
from tests.races.gestes import (
    ADRESSE,
    CHANGER,
    LISTE,
    NOUVEAU,
    OUBLI,
    PARCOURIR,
    RENVOI,
    a_activer,
    autre_adresse,
    candidature,
    choisir,
    cocher,
    code,
    demande,
    entrer,
    identification,
    inscrire,
    lien_d_un_mail,
    ligne,
    mot_de_passe,
    oubli,
    parcours,
    personne,
    reinitialisation,
    second_facteur,
    transmission,
)
from tests.races.monde import Envoi, Monde, Visiteur, remplir
from tests.web.parcours import PARCOURS


@dataclass(frozen=True)
class Scene:
    """A form ready to leave. `effets`: rows that come or go, by kind, when it is sent, were it six times.

    `suite`: where it leads, or the title of the page that it shows; `ensuite`: what to wait for before it is sent for
    the last time.
    """

    envoi: Envoi
    suite: str
    effets: dict[str, int] = field(default_factory=dict)
    ensuite: Callable[[], None] = lambda: None
    statut: int = 303


def connexion(monde: Monde) -> Scene:
    """The one form that acts each time: an answer that opens no session would leave its window outside."""
    email = "intervenant@demo.fr"
    return Scene(mot_de_passe(monde, email), "/", {"SESSION": 6, "se_connecter": 6})


def second_code(monde: Monde) -> Scene:
    """A code serves once; who sends it twice by a double click has entered all the same."""
    email = "gestionnaire2@demo.fr"
    visiteur, page = second_facteur(monde, email)
    envoi = remplir(visiteur, page, "/connexion/code", code=code(monde))
    return Scene(envoi, "/", {"SESSION": 1, "se_connecter": 1, "COMMANDE": 1})


def deconnexion(monde: Monde) -> Scene:
    """Nobody is told that their session ended by itself."""
    visiteur = mot_de_passe(monde, "intervenant@demo.fr")
    assert visiteur().status == 303
    page = visiteur.visiteur.get("/mon-profil")
    return Scene(remplir(visiteur.visiteur, page, "/deconnexion"), "/", {"SESSION": -1})


def fermeture(monde: Monde) -> Scene:
    """« Fermer » a session of theirs on another device."""
    qui, visiteur = inscrire(monde)
    assert mot_de_passe(monde, qui.email, qui.saisie["mot_de_passe"])().status == 303
    page = visiteur.get("/mes-connexions")
    action = next(f["action"] for f in page.page.forms if f["action"].endswith("/fermer"))
    effets = {"SESSION": -1, "fermer_une_connexion": 1, "COMMANDE": 1}
    return Scene(remplir(visiteur, page, action), "/mes-connexions", effets)


def compte(monde: Monde) -> Scene:
    """« Déposer un CV »."""
    return Scene(candidature(monde, personne()), "/deposer-un-cv/envoye", courses.OUVERT)


def activation(monde: Monde) -> Scene:
    """The button behind the link of the mail: it serves once, and each window that pressed it is let in."""
    lien, visiteur = a_activer(monde, personne()), monde.visiteur()
    effets = {"SESSION": 6, "PROFIL": 1, "activer_le_compte": 1, "se_connecter": 5, "COMMANDE": 1}
    return Scene(remplir(visiteur, visiteur.get(lien), lien), "/mon-profil", effets)


def renvoi(monde: Monde) -> Scene:
    """The activation mail again."""
    qui = personne()
    a_activer(monde, qui)
    monde.plus_tard()
    visiteur = monde.visiteur()
    page = visiteur.get(RENVOI)
    lu = monde.registre.reponse_au_defi(page.page.form(RENVOI)["fields"]["defi"][0])
    envoi = remplir(visiteur, page, RENVOI, email=qui.email, captcha=lu)
    return Scene(envoi, "/deposer-un-cv/envoye", {"JETON": 1, "MAIL": 1, "renvoyer_l_activation": 1, "COMMANDE": 1})


def changement(monde: Monde) -> Scene:
    """« Changer mon mot de passe »: the session goes on under another id; who sends twice is led to the same page."""
    qui, visiteur = inscrire(monde)
    saisie = {"mot_de_passe_actuel": qui.saisie["mot_de_passe"], **NOUVEAU}
    envoi = remplir(visiteur, visiteur.get(CHANGER), CHANGER, **saisie)
    return Scene(envoi, f"{CHANGER}?change=oui", {"changer_son_mot_de_passe": 1, "COMMANDE": 1})


def mot_de_passe_oublie(monde: Monde) -> Scene:
    """« Mot de passe oublié »: one link, one mail."""
    qui, _ = inscrire(monde)
    effets = {"JETON": 1, "LIEN": 1, "MAIL": 1, "demander_un_mot_de_passe": 1, "COMMANDE": 1}
    return Scene(oubli(monde, qui.email), f"{OUBLI}/envoye", effets)


def nouveau_mot_de_passe(monde: Monde) -> Scene:
    """The form behind the link: it serves once."""
    qui, _ = inscrire(monde)
    lien, visiteur = reinitialisation(monde, qui.email), monde.visiteur()
    effets = {"LIEN": -1, "MAIL": 1, "reinitialiser_son_mot_de_passe": 1, "COMMANDE": 1}
    return Scene(remplir(visiteur, visiteur.get(lien), lien, **NOUVEAU), "/connexion?nouveau=mot-de-passe", effets)


def demande_d_adresse(monde: Monde) -> Scene:
    """« Modifier mon adresse e-mail »: a link to the new one, a word to the old one."""
    _, visiteur = inscrire(monde)
    effets = {"JETON": 1, "LIEN": 1, "MAIL": 2, "demander_une_adresse": 1, "COMMANDE": 1}
    return Scene(autre_adresse(visiteur, personne().email), f"{ADRESSE}?demandee=oui", effets)


def annulation_d_adresse(monde: Monde) -> Scene:
    """« Annuler la modification »."""
    _, visiteur = inscrire(monde)
    assert autre_adresse(visiteur, personne().email)().status == 303
    envoi = remplir(visiteur, visiteur.get(ADRESSE), f"{ADRESSE}/annuler")
    return Scene(envoi, f"{ADRESSE}?annulee=oui", {"LIEN": -1, "annuler_une_adresse": 1, "COMMANDE": 1})


def nouvelle_adresse(monde: Monde) -> Scene:
    """The button behind the link, pressed in one's own session, which goes on under another id."""
    _, visiteur = inscrire(monde)
    email = personne().email
    assert autre_adresse(visiteur, email)().status == 303
    lien = lien_d_un_mail(monde, email, "Confirmez", "nouvelle-adresse")
    effets = {"LIEN": -1, "MAIL": 1, "changer_son_adresse": 1, "COMMANDE": 1}
    return Scene(remplir(visiteur, visiteur.get(lien), lien), f"{ADRESSE}?change=oui", effets)


def profil(monde: Monde) -> Scene:
    """« Identification »."""
    _, visiteur = inscrire(monde)
    effets = {"enregistrer_l_identification": 1, "COMMANDE": 1}
    return Scene(identification(visiteur), f"{PARCOURIR}?depuis=identification", effets)


def transmettre(monde: Monde) -> Scene:
    """The application."""
    _, visiteur = inscrire(monde)
    assert identification(visiteur)().status == 303
    parcours(visiteur)
    effets = {"DEMANDE": 1, "MAIL": 1, "transmettre_la_demande": 1, "REFERENCE": 1, "REMISE": 1, "COMMANDE": 1}
    return Scene(transmission(visiteur), "/mon-profil/transmission", effets)


def annonce_de_cv(monde: Monde) -> Scene:
    """« Ajouter un CV »: all are sent to the page of one file."""
    _, visiteur = inscrire(monde)
    envoi = remplir(visiteur, visiteur.get("/mon-profil/cv"), "/mon-profil/cv")
    return Scene(envoi, "/mon-profil/cv/", {"PIECE": 1, "annoncer_un_fichier": 1, "COMMANDE": 1})


def suppression_de_cv(monde: Monde) -> Scene:
    """« Supprimer ce CV »."""
    _, visiteur = inscrire(monde)
    chemin = remplir(visiteur, visiteur.get("/mon-profil/cv"), "/mon-profil/cv")().location
    piece = next(p for p in monde.registre.lignes("pieces", f"PIECE#{chemin.rpartition('/')[2]}"))
    depose = {"etat": "DISPONIBLE", "nom": "cv.pdf", "format": "PDF", "depose_le": piece["cree_le"]}
    monde.registre.changer("pieces", piece, **depose)
    envoi = remplir(visiteur, visiteur.get(f"{chemin}/supprimer"), f"{chemin}/supprimer")
    return Scene(envoi, "/mon-profil/cv", {"supprimer_un_fichier": 1, "COMMANDE": 1})


def page_parcours(monde: Monde) -> Scene:
    """« Parcours »."""
    _, visiteur = inscrire(monde)
    envoi = remplir(visiteur, visiteur.get(PARCOURIR), PARCOURIR, **PARCOURS, suite="rester")
    effets = {"PARCOURS": 1, "enregistrer_le_parcours": 1, "COMMANDE": 1}
    return Scene(envoi, f"{PARCOURIR}?enregistre=oui", effets)


def ajout_de_ligne(monde: Monde) -> Scene:
    """« Ajouter une langue … »."""
    _, visiteur = inscrire(monde)
    effets = {"PARCOURS": 1, "LIGNE": 1, "ajouter_une_ligne": 1, "COMMANDE": 1}
    return Scene(ligne(visiteur, "langues"), f"{PARCOURIR}?bloc=langues&fait=ajoutee#langues", effets)


def _ligne_faite(monde: Monde, bloc: str) -> tuple[Visiteur, str]:
    qui, visiteur = inscrire(monde)
    assert ligne(visiteur, bloc)().status == 303
    pk = f"INTERVENANT#{monde.registre.compte(qui.email)['pk'].removeprefix('COMPTE#')}"
    faite = next(li for li in monde.registre.lignes("intervenants", f"LIGNE#{bloc}") if li["pk"] == pk)
    return visiteur, f"{PARCOURIR}/{bloc}/{str(faite['sk']).rpartition('#')[2]}"


def modification_de_ligne(monde: Monde) -> Scene:
    """« Modifier » a line."""
    visiteur, chemin = _ligne_faite(monde, "langues")
    envoi = remplir(visiteur, visiteur.get(chemin), chemin, animation="oui", suite="page")
    effets = {"modifier_une_ligne": 1, "COMMANDE": 1}
    return Scene(envoi, f"{PARCOURIR}?bloc=langues&fait=modifiee#langues", effets)


def suppression_de_ligne(monde: Monde) -> Scene:
    """« Supprimer » a line."""
    visiteur, chemin = _ligne_faite(monde, "langues")
    envoi = remplir(visiteur, visiteur.get(f"{chemin}/supprimer"), f"{chemin}/supprimer")
    effets = {"LIGNE": -1, "supprimer_une_ligne": 1, "COMMANDE": 1}
    return Scene(envoi, f"{PARCOURIR}?bloc=langues&fait=supprimee#langues", effets)


def suppression_de_diplome(monde: Monde) -> Scene:
    """« Supprimer ce diplôme »."""
    visiteur, ligne_ = _ligne_faite(monde, "initiales")
    chemin = remplir(visiteur, visiteur.get(ligne_), ligne_, suite="diplome")().location
    piece = next(p for p in monde.registre.lignes("pieces", f"PIECE#{chemin.rpartition('/')[2]}"))
    depose = {"etat": "DISPONIBLE", "nom": "diplome.pdf", "format": "PDF", "depose_le": piece["cree_le"]}
    monde.registre.changer("pieces", piece, **depose)
    envoi = remplir(visiteur, visiteur.get(f"{chemin}/supprimer"), f"{chemin}/supprimer")
    effets = {"supprimer_un_fichier": 1, "COMMANDE": 1}
    return Scene(envoi, f"{PARCOURIR}?bloc=initiales&fait=diplome-supprime#initiales", effets)


def _decision(monde: Monde, quoi: str, acte: str, **saisie: str) -> Scene:
    _, compte_id = demande(monde)
    gestion = entrer(monde, "gestionnaire@demo.fr")
    chemin = f"/gestion/inscriptions/{compte_id}"
    effets = {"DECISION": 1, "MAIL": 1, acte: 1, "COMMANDE": 1}
    envoi = remplir(gestion, gestion.get(chemin), f"{chemin}/{quoi}", **saisie)
    return Scene(envoi, f"{chemin}?decidee=oui", effets)


def recherche(monde: Monde) -> Scene:
    """Looking for an application changes nothing."""
    demande(monde)
    gestion, chemin = entrer(monde, "gestionnaire@demo.fr"), "/gestion/inscriptions/recherche"
    return Scene(remplir(gestion, gestion.get(chemin), chemin, recherche="Lattente"), "Rechercher", statut=200)


def validation(monde: Monde) -> Scene:
    """« Valider la demande »."""
    return _decision(monde, "valider", "valider_la_demande")


def complement(monde: Monde) -> Scene:
    """« Demander un complément »."""
    return _decision(monde, "complement", "demander_un_complement", complement="Précisez vos diplômes.")


def rejet(monde: Monde) -> Scene:
    """« Rejeter la demande »."""
    return _decision(monde, "rejeter", "rejeter_la_demande", motif="Pas de besoin cette année.")


def _choix(monde: Monde, acte: str) -> tuple[Visiteur, Answer]:
    gestion = entrer(monde, "gestionnaire@demo.fr")
    return gestion, choisir(gestion, [demande(monde)[1] for _ in range(3)], acte)


def choix_d_un_lot(monde: Monde) -> Scene:
    """Choosing applications changes nothing."""
    gestion, compte_id = entrer(monde, "gestionnaire@demo.fr"), demande(monde)[1]
    return Scene(cocher(gestion, [compte_id], "rejeter"), "Rejeter 1 demande", statut=200)


def complement_d_un_lot(monde: Monde) -> Scene:
    """The same complement, asked of three: each once, and every answer says that it is done."""
    gestion, page = _choix(monde, "complement")
    effets = {"DECISION": 3, "MAIL": 3, "demander_un_complement": 3}
    envoi = remplir(gestion, page, f"{LISTE}/lot/complement", complement="Précisez vos diplômes.")
    return Scene(envoi, "Complément demandé à 3 personnes", effets, statut=200)


def rejet_d_un_lot(monde: Monde) -> Scene:
    """Three applications, rejected for the same reason."""
    gestion, page = _choix(monde, "rejeter")
    effets = {"DECISION": 3, "MAIL": 3, "rejeter_la_demande": 3}
    envoi = remplir(gestion, page, f"{LISTE}/lot/rejeter", motif="Pas de besoin cette année.")
    return Scene(envoi, "3 demandes rejetées", effets, statut=200)


def mail_mort(monde: Monde) -> Scene:
    """« Renvoyer » a mail given up: it leaves once."""
    qui = personne()
    a_activer(monde, qui)
    mail = max(monde.registre.lignes("outbox", "MAIL"), key=lambda li: str(li["pk"]))
    corps = zlib.compress(b"Encore\0<p>Encore</p>")
    mort: dict[str, Any] = {"etat": "MORT", "to": qui.email, "body": corps}
    monde.registre.changer("outbox", mail, **mort, gsi1pk="MAILS#MORTS", gsi1sk=mail["cree_le"])
    chemin = f"/administration/envois/{mail['pk'].removeprefix('MAIL#')}/renvoyer"
    admin = entrer(monde, "admin@demo.fr")
    envoi = remplir(admin, admin.get("/administration/envois"), chemin)

    def parti_une_fois() -> None:
        monde.portail.attendre_mail(qui.email, deja=1, patience=30)
        balayage = next(p["name"] for p in monde.portail.planifications() if p["function"] == "balayer_mails")
        monde.portail.executer(balayage)
        assert len(monde.portail.mails(qui.email)) == 2

    effets = {"renvoyer_un_mail": 1, "COMMANDE": 1}
    return Scene(envoi, "/administration/envois", effets, parti_une_fois)


SCENES: dict[str, Callable[[Monde], Scene]] = {
    "/connexion": connexion,
    "/connexion/code": second_code,
    "/deconnexion": deconnexion,
    "/mes-connexions/{connexion_id}/fermer": fermeture,
    "/deposer-un-cv": compte,
    "/activation/{jeton}": activation,
    "/activation/renvoyer": renvoi,
    "/mon-compte/mot-de-passe": changement,
    "/mot-de-passe-oublie": mot_de_passe_oublie,
    "/nouveau-mot-de-passe/{jeton}": nouveau_mot_de_passe,
    "/mon-compte/adresse-e-mail": demande_d_adresse,
    "/mon-compte/adresse-e-mail/annuler": annulation_d_adresse,
    "/nouvelle-adresse/{jeton}": nouvelle_adresse,
    "/mon-profil/identification": profil,
    "/mon-profil/transmission": transmettre,
    "/mon-profil/cv": annonce_de_cv,
    "/mon-profil/cv/{piece_id}/supprimer": suppression_de_cv,
    "/mon-profil/parcours": page_parcours,
    "/mon-profil/parcours/{bloc}/ajouter": ajout_de_ligne,
    "/mon-profil/parcours/{bloc}/{ligne_id}": modification_de_ligne,
    "/mon-profil/parcours/{bloc}/{ligne_id}/supprimer": suppression_de_ligne,
    "/mon-profil/diplomes/{piece_id}/supprimer": suppression_de_diplome,
    "/gestion/inscriptions/recherche": recherche,
    "/gestion/inscriptions/lot": choix_d_un_lot,
    "/gestion/inscriptions/lot/complement": complement_d_un_lot,
    "/gestion/inscriptions/lot/rejeter": rejet_d_un_lot,
    "/gestion/inscriptions/{compte_id}/valider": validation,
    "/gestion/inscriptions/{compte_id}/complement": complement,
    "/gestion/inscriptions/{compte_id}/rejeter": rejet,
    "/administration/envois/{mail_id}/renvoyer": mail_mort,
}
