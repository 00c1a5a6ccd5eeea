"""P4: the acts beside the journey, one for each form. A form of the portal that no act here or in `actes` sends makes
the bench red."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from infra.bench.parcours import LIGNES, Voyage
from infra.bench.personne import Personne
from infra.bench.scenes import Scene, au_second_facteur, profil_plein
from infra.local.comptes import code_totp

Act = Callable[[], Any]
Preparer = Callable[[], Act]
ADRESSE, SECRET, LISTE = "/mon-compte/adresse-e-mail", "/mon-compte/mot-de-passe", "/gestion/inscriptions"
NOUVEAU, AUTRE = "Courir-3-Fois!", "Nager-4-Fois!"


def autres(scene: Scene) -> list[tuple[str, Preparer]]:
    """Name of each act, and what prepares it; they are run in this order."""
    return [
        *_identifiants(scene),
        *_lignes(scene),
        *_decisions(scene),
        ("send a dead mail again", lambda: _mort(scene)),
    ]


def _identifiants(scene: Scene) -> list[tuple[str, Preparer]]:
    qui = scene.voyage()
    qui.inscription()
    qui.activation()
    email, neuve = qui.qui.email, f"neuve.{qui.qui.email}"
    deux = {"mot_de_passe": NOUVEAU, "confirmation_mot_de_passe": NOUVEAU}
    change = {"mot_de_passe_actuel": NOUVEAU, "mot_de_passe": AUTRE, "confirmation_mot_de_passe": AUTRE}
    adresse = {"email": neuve, "confirmation_email": neuve, "mot_de_passe_actuel": AUTRE}
    renoncee = adresse | dict.fromkeys(("email", "confirmation_email"), f"renoncee.{email}")
    return [
        ("ask for another activation link", lambda: _renvoi(scene)),
        ("forget one's password", lambda: _avec_captcha(scene, "/mot-de-passe-oublie", email)),
        ("choose another by the link", lambda: _par_le_lien(scene, email, "Réinitialisation", **deux)),
        ("change one's password", lambda: formulaire(scene.entrer(email), SECRET, **change)),
        ("ask for another address", lambda: formulaire(scene.entrer(email), ADRESSE, **renoncee)),
        ("cancel it", lambda: formulaire(scene.entrer(email), ADRESSE, vers=f"{ADRESSE}/annuler")),
        ("confirm another address", lambda: _confirmation(scene, email, neuve, adresse)),
        ("end another session", lambda: _fermeture(scene, neuve)),
        ("log in, second factor of the staff", lambda: _code(scene)),
    ]


def formulaire(moi: Personne, chemin: str, attendu: int = 303, vers: str = "", **saisie: Any) -> Act:
    """The form of a page, filled, held back. `vers`: where it goes, when that is not the page's own address."""
    page = moi.page(chemin)
    return lambda: moi.envoyer(vers or chemin, page, attendu, **saisie)


def _avec_captcha(scene: Scene, chemin: str, email: str) -> Act:
    moi = scene.personne()
    page = moi.page(chemin)
    captcha = scene.captcha(page.champs["defi"])
    return lambda: moi.envoyer(chemin, page, email=email, captcha=captcha)


def _renvoi(scene: Scene) -> Act:
    voyage = scene.voyage()
    voyage.inscription()
    return _avec_captcha(scene, "/activation/renvoyer", voyage.qui.email)


def _par_le_lien(scene: Scene, email: str, sujet: str, **saisie: str) -> Act:
    return formulaire(scene.personne(), scene.lien(email, sujet), **saisie)


def _confirmation(scene: Scene, email: str, neuve: str, saisie: dict[str, str]) -> Act:
    formulaire(scene.entrer(email), ADRESSE, **saisie)()
    return _par_le_lien(scene, neuve, "Confirmez")


def _fermeture(scene: Scene, email: str) -> Act:
    scene.entrer(email)
    moi = scene.entrer(email)
    page = moi.page("/mes-connexions")
    (chemin, *_) = re.findall(r'action="[^"]*(/mes-connexions/\w+/fermer)"', page.texte)
    return lambda: moi.envoyer(chemin, page)


def _code(scene: Scene) -> Act:
    agent = au_second_facteur(scene)
    instant = datetime.fromisoformat(scene.portail.heure()["now"])
    return formulaire(agent, "/connexion/code", code=code_totp(instant))


def _lignes(scene: Scene) -> list[tuple[str, Preparer]]:
    plein = profil_plein(scene)
    moi, change = plein.voyage.personne, {**LIGNES["initiales"], "titre": "Doctorat", "suite": "page"}
    suppressions = {"diploma": plein.diplome, "CV": plein.cv, "line with its table full": plein.ligne}
    return [
        ("change a line", lambda: formulaire(moi, plein.ligne, **change)),
        *((f"delete a {quoi}", _suppression(moi, chemin)) for quoi, chemin in suppressions.items()),
    ]


def _suppression(moi: Personne, chemin: str) -> Preparer:
    return lambda: formulaire(moi, f"{chemin}/supprimer")


def _decisions(scene: Scene) -> list[tuple[str, Preparer]]:
    gens = [scene.voyage() for _ in range(6)]
    for voyage in gens:
        voyage.entier()
    gestion, dossiers = scene.entrer("gestionnaire@demo.fr"), [f"{LISTE}/{compte_de(v.qui.email)}" for v in gens[:2]]
    places = [_place(voyage) for voyage in gens]
    lot: dict[str, Any] = {"acte": "complement", "choix": places[2:4]}
    return [
        ("ask for a complement", lambda: formulaire(
            gestion, dossiers[0], vers=f"{dossiers[0]}/complement", complement="Précisez.")),
        ("reject", lambda: formulaire(gestion, dossiers[1], vers=f"{dossiers[1]}/rejeter", motif="Sans besoin.")),
        ("search the applications", lambda: formulaire(
            gestion, LISTE, 200, vers=f"{LISTE}/recherche", recherche=gens[0].qui.nom)),
        ("choose two applications", lambda: formulaire(gestion, LISTE, 200, vers=f"{LISTE}/lot", **lot)),
        ("ask two for a complement", lambda: formulaire(
            gestion, LISTE, 200, vers=f"{LISTE}/lot/complement", choix=places[2:4], complement="Précisez.")),
        ("reject two", lambda: formulaire(
            gestion, LISTE, 200, vers=f"{LISTE}/lot/rejeter", choix=places[4:], motif="Sans besoin.")),
    ]  # fmt: skip


def compte_de(email: str) -> str:
    """The id of an account, "" for none."""
    from chalicelib.commun.comptes import public

    compte = public.compte_de_l_adresse(email)
    return compte.id if compte else ""


def _place(voyage: Voyage) -> str:
    from chalicelib.intervenants.inscription import rules, store

    demande = store.lire(compte_de(voyage.qui.email))
    return rules.curseur(demande) if demande else ""


def mail_en_attente() -> str:
    """The id of a mail in the outbox that the queue was not told of."""
    from chalicelib.commun.comptes import public
    from chalicelib.core import outbox
    from chalicelib.core.context import live_context
    from chalicelib.core.table import Act as Ecriture
    from chalicelib.intervenants.inscription import mails

    ctx, compte = live_context(), public.compte_de_l_adresse("intervenant@demo.fr")
    act = Ecriture(ctx)
    mail = outbox.add(act, mails.activation(compte, ctx.token()))
    act.mails.clear()
    act.commit()
    return str(mail)


def _mort(scene: Scene) -> Act:
    """A mail given up, which the administrator sends again."""
    from chalicelib.core import outbox
    from chalicelib.core.context import live_context

    mail, envois = mail_en_attente(), "/administration/envois"
    outbox.MailRow(f"MAIL#{mail}", "MAIL").update(outbox._give_up(live_context(), "ESSAIS"))
    return formulaire(scene.entrer("admin@demo.fr"), envois, vers=f"{envois}/{mail}/renvoyer")
