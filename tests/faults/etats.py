"""The states in which acts begin, made by people's own steps (tests/web/parcours.py)."""

import json
import re
from contextlib import suppress
from datetime import timedelta
from typing import Any

from chalicelib.core import audit
from chalicelib.core.errors import PortalError
from tests.client import Answer
from tests.faults.monde import Monde, etat, lignes, message, planifie
from tests.fichiers.portables import pdf
from tests.web import parcours

JEAN = {"identifiant": parcours.IDENTITE["email"], "mot_de_passe": parcours.MOT_DE_PASSE}
FAUX = {**JEAN, "mot_de_passe": "Faux-2026!"}
GESTION = {"identifiant": "g@demo.fr", "mot_de_passe": "Guichet-2026!"}
ADMIN = {"identifiant": "a@demo.fr", "mot_de_passe": "Guichet-2026!"}
NOUVEAU = {"mot_de_passe": "Courir-3-Fois!", "confirmation_mot_de_passe": "Courir-3-Fois!"}
ACTUEL = {"mot_de_passe_actuel": parcours.MOT_DE_PASSE}
ADRESSE = {**ACTUEL, "email": "jean.autre@exemple.fr", "confirmation_email": "jean.autre@exemple.fr"}
JEAN_APRES = {**JEAN, "mot_de_passe": NOUVEAU["mot_de_passe"]}
JEAN_AILLEURS = {**JEAN, "identifiant": ADRESSE["email"]}
COMPLEMENT, MOTIF = {"complement": "Précisez vos diplômes."}, {"motif": "Pas de besoin cette année."}
CV, AUTRE_CV, FAUX_CV = pdf(2), pdf(3), b"MZ rien d'un PDF"


@etat()
def rien(monde: Monde) -> None:
    """A portal that nobody has used."""
    monde.valeurs.clear()


@etat(rien)
def visite(monde: Monde) -> None:
    """Somebody looked at the portal once: its secrets exist."""
    monde.client("jean").get("/connexion")


@etat(visite)
def documents_lus(monde: Monde) -> None:
    """Jean opened the three documents."""
    parcours.ouvrir_les_documents(monde.client("jean"))


@etat(visite)
def inscrit(monde: Monde) -> None:
    """A sign-up, its mail not sent yet."""
    assert parcours.deposer(monde.guichet, monde.client("jean")).status == 303
    monde.valeurs["compte"] = parcours.compte(monde.guichet)


@etat(inscrit)
def deja_inscrit(monde: Monde) -> None:
    """Somebody else is about to give the same identity and address."""
    parcours.ouvrir_les_documents(monde.client("zoe"))


@etat(inscrit)
def deux_inscrits(monde: Monde) -> None:
    """Two mails wait."""
    autre = {"nom": "PETIT", "nom_usage": "PETIT", "prenom": "Zoé"}
    autre |= {"email": "zoe@exemple.fr", "confirmation_email": "zoe@exemple.fr"}
    assert parcours.deposer(monde.guichet, monde.client("zoe"), **autre).status == 303


@etat(inscrit)
def a_activer(monde: Monde) -> None:
    """The activation mail arrived."""
    monde.guichet.deliver()
    monde.valeurs["lien"] = parcours.lien_d_activation(monde.guichet.sent[-1])
    monde.valeurs["jeton"] = monde.valeurs["lien"].rpartition("/")[2]


@etat(a_activer)
def actif(monde: Monde) -> None:
    """Jean is in, his profile empty."""
    jean, lien = monde.client("jean"), monde.valeurs["lien"]
    assert jean.follow(jean.submit(jean.get(lien), lien)).status == 200


@etat(actif)
def deux_connexions(monde: Monde) -> None:
    """Jean is also in on another device."""
    reponse = parcours.se_connecter(monde.client("telephone", "192.0.2.7"), *JEAN.values())
    assert reponse.status == 303


@etat(actif)
def dehors(monde: Monde) -> None:
    """Jean closed his browser."""
    monde.client("jean").cookies.clear()


@etat(dehors)
def bloque(monde: Monde) -> None:
    """Ten wrong passwords, and the page of login."""
    for _ in range(10):
        parcours.se_connecter(monde.client("jean"), parcours.IDENTITE["email"], FAUX["mot_de_passe"])


def _lien(monde: Monde, email: str, chemin: str) -> str:
    mail = next(m for m in monde.guichet.deliver() if m["To"] == email)
    trouve = re.search(rf"https://guichet\.test(/{chemin}/\S+)", mail.get_body(("plain",)).get_content())
    assert trouve
    return trouve.group(1)


def _oublier(monde: Monde, qui: str, email: str) -> str:
    client = monde.client(qui)
    page = client.get("/mot-de-passe-oublie")
    saisie = {"email": email, "captcha": monde.guichet.captcha(page)}
    assert client.submit(page, "/mot-de-passe-oublie", **saisie).status == 303
    return _lien(monde, email, "nouveau-mot-de-passe")


def _demander(monde: Monde, qui: str, email: str) -> str:
    client, chemin = monde.client(qui), "/mon-compte/adresse-e-mail"
    assert (
        client.submit(client.get(chemin), chemin, **{**ADRESSE, "email": email, "confirmation_email": email}).status
        == 303
    )
    return _lien(monde, email, "nouvelle-adresse")


@etat(dehors)
def mot_de_passe_oublie(monde: Monde) -> None:
    """The link to a new password arrived."""
    monde.valeurs["lien"] = _oublier(monde, "jean", parcours.IDENTITE["email"])


@etat(actif)
def adresse_demandee(monde: Monde) -> None:
    """The link arrived at the new address; Jean's telephone has nobody's session."""
    monde.valeurs["lien"] = _demander(monde, "jean", ADRESSE["email"])
    monde.client("telephone", "192.0.2.7")


@etat(actif)
def rempli(monde: Monde) -> None:
    """His profile can be transmitted."""
    parcours.tout_remplir(monde.client("jean"))
    monde.valeurs["ligne"] = parcours.premiere_ligne(monde.valeurs["compte"], "initiales")


@etat(rempli)
def employeur_propose(monde: Monde) -> None:
    """He searched for his employer: the page proposes one."""
    jean, chemin = monde.client("jean"), "/mon-profil/identification"
    saisie = {"employeur_raison_sociale": ["commune de nancy"], "action": ["chercher_employeur"]}
    champs = {**jean.get(chemin).page.form(chemin)["fields"], **saisie}
    trouves = jean.post(chemin, [(nom, v) for nom, valeurs in champs.items() for v in valeurs])
    boutons = trouves.page.form(chemin)["buttons"]
    monde.valeurs["employeur"] = next(valeur for nom, valeur in boutons if nom == "employeur_choisi")


@etat(rempli)
def diplome_disponible(monde: Monde) -> None:
    """A diploma in force, on his line."""
    monde.valeurs["piece"] = parcours.joindre_un_diplome(
        monde.guichet, monde.client("jean"), monde.valeurs["compte"], CV
    )
    monde.appeler("dessiner_pages", a_dessiner(monde))


@etat(rempli)
def cv_annonce(monde: Monde) -> None:
    """He asked to add a CV."""
    monde.valeurs["piece"] = parcours.annoncer(monde.client("jean"))


def _envoyer(monde: Monde, octets: bytes) -> None:
    monde.valeurs["etag"] = parcours.envoyer(monde.valeurs["compte"], monde.valeurs["piece"], octets)


@etat(cv_annonce)
def cv_envoye(monde: Monde) -> None:
    """The file is in quarantine; the bucket told nobody yet."""
    _envoyer(monde, CV)


@etat(cv_annonce)
def faux_cv_envoye(monde: Monde) -> None:
    """A file that is no CV is in quarantine."""
    _envoyer(monde, FAUX_CV)


@etat(cv_envoye)
def cv_controle(monde: Monde) -> None:
    """Its content was checked."""
    monde.appeler("verifier_depot", arrivee(monde))


@etat(cv_envoye)
def cv_analyse(monde: Monde) -> None:
    """The scanner was faster than the check of the content."""
    monde.appeler("recevoir_verdict", verdict(monde))


@etat(cv_controle)
def cv_libere(monde: Monde) -> None:
    """Both verdicts; its pages are not drawn yet."""
    monde.appeler("recevoir_verdict", verdict(monde))


@etat(cv_libere)
def cv_disponible(monde: Monde) -> None:
    """The CV can be read by staff."""
    monde.appeler("dessiner_pages", a_dessiner(monde))


@etat(cv_disponible)
def cv_a_remplacer(monde: Monde) -> None:
    """A second CV is in quarantine, checked; the first one is still in force."""
    monde.valeurs["piece"] = parcours.annoncer(monde.client("jean"))
    _envoyer(monde, AUTRE_CV)
    monde.appeler("verifier_depot", arrivee(monde))


@etat(cv_disponible)
def a_transmettre(monde: Monde) -> None:
    """A CV in force, another announced that never came."""
    monde.valeurs["abandonnee"] = parcours.annoncer(monde.client("jean"))


@etat(cv_disponible)
def cv_supprime(monde: Monde) -> None:
    """Jean deleted his CV: what is in the bucket goes a day later."""
    supprimer_le_cv(monde)
    monde.guichet.advance(hours=25)


@etat(cv_controle)
def cv_bloque(monde: Monde) -> None:
    """The scan's verdict came, its handler died before it let the file out."""
    from chalicelib.commun.pieces import store

    store.noter_le_scan(store.lire(monde.valeurs["compte"], monde.valeurs["piece"]), monde.valeurs["etag"])
    monde.guichet.advance(minutes=11)


@etat(a_transmettre)
def transmise(monde: Monde) -> None:
    """His application waits for staff, with a diploma."""
    jean = monde.client("jean")
    monde.valeurs["diplome_transmis"] = parcours.joindre_un_diplome(monde.guichet, jean, monde.valeurs["compte"], CV)
    reponse = parcours.transmettre(jean)
    assert reponse.status == 303, reponse.page.text
    monde.guichet.deliver()


@etat(transmise)
def a_valider(monde: Monde) -> None:
    """Gaëlle is logged in."""
    parcours.personnel("g@demo.fr", ["grand-est"])
    parcours.se_connecter_en_gestion(monde.guichet, monde.client("gaelle", "192.0.2.9"), "g@demo.fr")


@etat(a_valider)
def deux_a_traiter(monde: Monde) -> None:
    """Paul's application waits too, after Jean's."""
    paul, nom = monde.client("paul", "192.0.2.3"), {"nom": "MARTIN", "nom_usage": "MARTIN", "prenom": "Paul"}
    autre = {"email": "paul@exemple.fr", "confirmation_email": "paul@exemple.fr"}
    parcours.s_inscrire(monde.guichet, paul, **nom, **autre)
    parcours.tout_remplir(paul, **nom)
    assert parcours.transmettre(paul).status == 303
    monde.guichet.deliver()


def tout_choisir(monde: Monde, page: Answer) -> list[str]:
    """Every line of the list, or what a page gives back of it."""
    cases = re.findall(r'name="choix" value="([^"]+)"', page.body)
    choix: list[str] = cases or page.page.forms[-1]["fields"]["choix"]
    assert len(choix) == 2, page.page.text
    return choix


def _choisir(monde: Monde, acte: str) -> Answer:
    gaelle, liste = monde.client("gaelle"), "/gestion/inscriptions"
    page = gaelle.get(liste)
    return gaelle.submit(page, f"{liste}/lot", choix=tout_choisir(monde, page), acte=acte)


def lot_a_rejeter(monde: Monde) -> Answer:
    """Gaëlle chose both."""
    return _choisir(monde, "rejeter")


def lot_a_completer(monde: Monde) -> Answer:
    """Gaëlle chose both."""
    return _choisir(monde, "complement")


@etat(a_valider)
def complement_demande(monde: Monde) -> None:
    """Gaëlle asked for a complement: Jean may change his profile again."""
    gaelle, dossier = monde.client("gaelle"), f"/gestion/inscriptions/{monde.valeurs['compte']}"
    assert gaelle.submit(gaelle.get(dossier), f"{dossier}/complement", **COMPLEMENT).status == 303
    monde.guichet.deliver()


@etat(complement_demande)
def complement_a_rappeler(monde: Monde) -> None:
    """Less than 15 days before the two months are over."""
    monde.guichet.advance(days=47)


@etat(complement_a_rappeler)
def complement_echu(monde: Monde) -> None:
    """He was reminded; the two months are over."""
    monde.appeler("balayer_demandes", maintenant(monde))
    monde.guichet.deliver()
    monde.guichet.advance(days=16)


@etat(visite)
def personnel_dehors(monde: Monde) -> None:
    """Gaëlle has an account."""
    parcours.personnel("g@demo.fr", ["grand-est"])
    monde.client("gaelle", "192.0.2.9")


@etat(personnel_dehors)
def code_demande(monde: Monde) -> None:
    """Gaëlle gave her password."""
    page = parcours.se_connecter(monde.client("gaelle"), "g@demo.fr", GESTION["mot_de_passe"])
    assert page.page.form("/connexion/code")


@etat(a_activer)
def jamais_active(monde: Monde) -> None:
    """Seven days went by."""
    monde.guichet.advance(days=7, minutes=1)


@etat(jamais_active)
def compte_echu(monde: Monde) -> None:
    """The sweep has not come; somebody is about to give the same identity and address."""
    parcours.ouvrir_les_documents(monde.client("zoe"))


@etat(inscrit)
def adresse_marquee(monde: Monde) -> None:
    """The address came back before the mail left."""
    monde.appeler("recevoir_rebond", rebond())


@etat(adresse_marquee)
def mail_mort(monde: Monde) -> None:
    """The mail was given up; Alix, of the administration, is there."""
    monde.guichet.deliver()
    parcours.personnel("a@demo.fr", [], role="ADMINISTRATEUR", prenom="Alix")
    parcours.se_connecter_en_gestion(monde.guichet, monde.client("alix", "192.0.2.8"), "a@demo.fr")


@etat(inscrit)
def mail_oublie(monde: Monde) -> None:
    """The queue was never told of the mail."""
    monde.guichet.advance(minutes=2)


@etat(a_valider)
def complet(monde: Monde) -> None:
    """Something for each page to show: for Jean, Gaëlle, Alix, for Paul who has not transmitted, and for visitors."""
    monde.valeurs["transmis"] = monde.valeurs["compte"]
    paul = {"nom": "MARTIN", "nom_usage": "MARTIN", "prenom": "Paul"}
    paul |= {"email": "paul@exemple.fr", "confirmation_email": "paul@exemple.fr"}
    parcours.s_inscrire(monde.guichet, monde.client("paul", "192.0.2.3"), **paul)
    parcours.tout_remplir(monde.client("paul"), nom="MARTIN", nom_usage="MARTIN", prenom="Paul")
    monde.valeurs["compte"] = parcours.compte(monde.guichet, "paul@exemple.fr")
    monde.valeurs["ligne"] = parcours.premiere_ligne(monde.valeurs["compte"], "initiales")
    monde.valeurs["diplome"] = parcours.joindre_un_diplome(
        monde.guichet, monde.client("paul"), monde.valeurs["compte"], AUTRE_CV
    )
    monde.valeurs["piece"] = parcours.joindre_un_cv(
        monde.guichet, monde.client("paul"), monde.valeurs["compte"], AUTRE_CV
    )
    autre = {"nom": "PETIT", "nom_usage": "PETIT", "prenom": "Zoé"}
    autre |= {"email": "zoe@exemple.fr", "confirmation_email": "zoe@exemple.fr"}
    parcours.deposer(monde.guichet, monde.client("zoe", "192.0.2.4"), **autre)
    monde.guichet.deliver()
    monde.valeurs["jeton"] = parcours.lien_d_activation(monde.guichet.sent[-1]).rpartition("/")[2]
    monde.client("oublieux", "192.0.2.10")
    monde.valeurs["oubli"] = _oublier(monde, "oublieux", "paul@exemple.fr")
    monde.valeurs["adresse"] = _demander(monde, "paul", "paul.autre@exemple.fr")
    page = monde.client("visiteur", "192.0.2.5").get("/deposer-un-cv")
    monde.valeurs["defi"] = page.page.form("/deposer-un-cv")["fields"]["defi"][0]
    parcours.personnel("a@demo.fr", [], role="ADMINISTRATEUR", prenom="Alix")
    parcours.se_connecter_en_gestion(monde.guichet, monde.client("alix", "192.0.2.8"), "a@demo.fr")
    etape = parcours.se_connecter(monde.client("en_route", "192.0.2.6"), "g@demo.fr", GESTION["mot_de_passe"])
    assert etape.page.form("/connexion/code")


def liberer_l_adresse(monde: Monde) -> None:
    """What the sweep owed: the account that nobody activated goes."""
    from chalicelib.intervenants.inscription import usecases

    usecases.supprimer_le_compte_non_active(parcours._acte(monde.clients["zoe"]).ctx, monde.valeurs["compte"])


# What others do in the middle of an act.


def balayer_les_comptes(monde: Monde) -> None:
    """The sweep of accounts comes."""
    monde.appeler("balayer_comptes", maintenant(monde))


def sept_jours_apres(monde: Monde) -> None:
    """The sweep of accounts, when the seven days are over."""
    monde.appeler("balayer_comptes", planifie(monde.guichet.now + timedelta(days=8)))


def transmettre(monde: Monde) -> None:
    """Jean transmits, in another tab."""
    parcours.transmettre(monde.clients["jean"])


def completer(monde: Monde) -> None:
    """Jean transmits again, if he still may."""
    with suppress(PortalError):
        parcours.depuis_la(monde.clients["jean"], monde.valeurs["compte"])


def supprimer_le_cv(monde: Monde) -> None:
    """Jean deletes his CV, in another tab."""
    jean, action = monde.clients["jean"], f"/mon-profil/cv/{monde.valeurs['piece']}/supprimer"
    page = jean.get(action)
    if page.status == 200:
        jean.submit(page, action)


def supprimer_la_ligne(monde: Monde) -> None:
    """Jean deletes the line, in another tab."""
    jean, action = monde.clients["jean"], f"/mon-profil/parcours/initiales/{monde.valeurs['ligne']}/supprimer"
    page = jean.get(action)
    if page.status == 200:
        jean.submit(page, action)


def valider_ailleurs(monde: Monde) -> None:
    """Gaëlle validates Jean's application, in another tab, if it is still to be decided."""
    gaelle, dossier = monde.clients["gaelle"], f"/gestion/inscriptions/{monde.valeurs['compte']}"
    page = gaelle.get(dossier)
    if any(formulaire["action"] == f"{dossier}/valider" for formulaire in page.page.forms):
        gaelle.submit(page, f"{dossier}/valider")


def changer_ailleurs(monde: Monde) -> None:
    """Jean changes his password, on his computer."""
    from chalicelib.commun.comptes import public as comptes

    act = parcours._acte(monde.clients["jean"])
    compte = comptes.compte(monde.valeurs["compte"])
    assert compte
    comptes.changer_le_mot_de_passe(act, compte, parcours.MOT_DE_PASSE)
    audit.note(act, "changer_son_mot_de_passe", compte.id)
    with suppress(PortalError):
        act.commit()


def annuler(monde: Monde) -> None:
    """Jean thinks better of it, in another tab."""
    from chalicelib.commun.comptes import public as comptes
    from chalicelib.commun.identifiants import usecases

    usecases.annuler_l_adresse(parcours._acte(monde.clients["jean"], comptes.compte(monde.valeurs["compte"])).ctx)


def activer(monde: Monde) -> None:
    """Jean opens his link at the last moment: his request began before the end of the seven days."""
    jean, lien, maintenant = monde.clients["jean"], monde.valeurs["lien"], monde.guichet.now
    monde.guichet.advance(minutes=-2)
    page = jean.get(lien)
    if any(formulaire["action"] == lien for formulaire in page.page.forms):
        jean.submit(page, lien)
    monde.guichet.now = maintenant


def analyser(monde: Monde) -> None:
    """The scanner gives its verdict."""
    monde.appeler("recevoir_verdict", verdict(monde))


def controler(monde: Monde) -> None:
    """The bucket tells a second time that the object arrived."""
    monde.appeler("verifier_depot", arrivee(monde))


def session_finie(monde: Monde) -> Any:
    """Jean saved after his session had ended: the page of login keeps what he had typed."""
    jean = monde.client("jean")
    page = jean.get("/mon-profil/identification")
    monde.guichet.advance(minutes=40)
    reponse = jean.submit(page, "/mon-profil/identification", ville="Metz")
    assert reponse.status == 401
    return reponse


def bouton_presse(monde: Monde) -> Answer:
    """Jean opened his link and pressed its button; the browser has not seen the answer yet."""
    jean, lien = monde.client("jean"), monde.valeurs["lien"]
    page = jean.get(lien)
    cookies = dict(jean.cookies)
    assert jean.submit(page, lien).status == 303
    jean.cookies = cookies
    return page


# What AWS tells the handlers.


def _evenement(source: str, genre: str, detail: dict[str, Any]) -> dict[str, Any]:
    entete = {"version": "0", "id": "e", "account": "123456789012", "region": "eu-west-3", "resources": []}
    return {**entete, "time": "2026-11-21T09:00:00Z", "source": source, "detail-type": genre, "detail": detail}


def _cle(monde: Monde) -> str:
    return f"quarantaine/{monde.valeurs['compte']}/{monde.valeurs['piece']}"


def arrivee(monde: Monde) -> dict[str, Any]:
    """The bucket: an object arrived."""
    detail = {"bucket": {"name": parcours.BUCKET}, "object": {"key": _cle(monde)}}
    return _evenement("aws.s3", "Object Created", detail)


def verdict(monde: Monde, resultat: str = "NO_THREATS_FOUND") -> dict[str, Any]:
    """The scanner: what it found."""
    objet = {"bucketName": parcours.BUCKET, "objectKey": _cle(monde), "eTag": monde.valeurs["etag"]}
    detail = {"s3ObjectDetails": objet, "scanResultDetails": {"scanResultStatus": resultat}}
    return _evenement("aws.guardduty", "GuardDuty Malware Protection Object Scan Result", detail)


def rebond() -> dict[str, Any]:
    """SES: this address does not exist."""
    adresse = {"emailAddress": parcours.IDENTITE["email"]}
    detail = {"bounce": {"bounceType": "Permanent", "bouncedRecipients": [adresse]}, "mail": {}}
    return _evenement("aws.ses", "Email Bounced", detail)


def a_dessiner(monde: Monde) -> dict[str, Any]:
    """The queue of page images."""
    corps = json.dumps({"proprietaire": monde.valeurs["compte"], "piece": monde.valeurs["piece"]})
    return {"Records": [message(corps)]}


def a_envoyer(monde: Monde) -> dict[str, Any]:
    """The queue of mails: all that wait."""
    ids = [m["pk"].removeprefix("MAIL#") for m in lignes("outbox") if m["etat"] == "A_ENVOYER"]
    return {"Records": [message(json.dumps({"mail": i}), i) for i in ids]}


def maintenant(monde: Monde) -> dict[str, str]:
    """The scheduler, at the clock's instant."""
    return planifie(monde.guichet.now)


def dans_un_jour(monde: Monde) -> dict[str, str]:
    """The scheduler, tomorrow."""
    return planifie(monde.guichet.now + timedelta(days=1))
