"""The races. Each lets go of everything at one instant, then says what must hold: one effect, and the truth to all.

They are run on the portal as it is (test_courses), and on one that holds planted faults, where they must be red.
"""

from functools import partial
from typing import Any

from tests.client import Answer
from tests.races.gestes import (
    COMPTE,
    IDENTIFIER,
    LISTE,
    Personne,
    a_activer,
    autre_adresse,
    candidature,
    choisir,
    code,
    collegue,
    demande,
    entrer,
    identification,
    inscrire,
    mot_de_passe,
    personne,
    reinitialisation,
    second_facteur,
)
from tests.races.monde import (
    Envoi,
    Monde,
    Photo,
    Visiteur,
    effets,
    ensemble,
    origine,
    remplir,
    repartition,
    seul,
    tous_disent,
)

OUVERT = {"COMPTE": 1, "EMAIL": 1, "IDENTITE": 1, "JETON": 1, "MAIL": 1, "ouvrir_un_compte": 1, "COMMANDE": 1}
DEJA = "Un compte existe déjà avec cette identité ou cette adresse e-mail"
VINGT = 20


def _juger(avant: Photo, apres: Photo, attendus: dict[str, int], reponses: list[Answer]) -> None:
    vus = effets(avant, apres)
    assert vus == attendus, f"{vus} au lieu de {attendus} ; réponses : {dict(repartition(reponses))}"


def _inscriptions(monde: Monde, gens: list[Personne], **autre: Any) -> list[Answer]:
    """All sign up at once; one gets an account, the others are told that it exists."""
    envois = [candidature(monde, qui, **autre) for qui in gens]
    avant = monde.registre.photo()
    reponses = ensemble(envois)
    _juger(avant, monde.registre.photo(), OUVERT, reponses)
    gagnante = seul(reponses, 303)
    assert gagnante.location == "/deposer-un-cv/envoye"
    tous_disent([r for r in reponses if r is not gagnante], 409, DEJA)
    return reponses


def meme_identite(monde: Monde, fois: int = VINGT) -> None:
    """One identity, twenty addresses, written in four ways."""
    nom = personne().nom
    graphies = [(nom, "Élodie"), (nom.upper(), "elodie"), (nom.lower(), "ÉLODIE"), (nom, "Elodie")]
    ecrits = [graphies[rang % 4] for rang in range(fois)]
    _inscriptions(monde, [Personne(n, f"{n}{rang}@exemple.fr".lower(), p) for rang, (n, p) in enumerate(ecrits)])


def meme_adresse(monde: Monde, fois: int = VINGT) -> None:
    """One address, written in two ways, twenty identities."""
    nom = personne().nom.lower()
    graphies = (f"{nom}@exemple.fr", f"{nom.upper()}@Exemple.FR")
    _inscriptions(monde, [Personne(personne().nom, graphies[rang % 2]) for rang in range(fois)])


def meme_lien(monde: Monde, fois: int = VINGT) -> None:
    """An activation link, posted from twenty visits."""
    lien = a_activer(monde, personne())
    visiteurs = [monde.visiteur() for _ in range(fois)]
    envois = [remplir(v, v.get(lien), lien) for v in visiteurs]
    avant = monde.registre.photo()
    reponses = ensemble(envois)
    attendus = {"SESSION": 1, "PROFIL": 1, "activer_le_compte": 1, "COMMANDE": 1}
    _juger(avant, monde.registre.photo(), attendus, reponses)
    gagnante = seul(reponses, 303)
    entre = envois[reponses.index(gagnante)].visiteur
    assert entre.get("/mon-profil").status == 200
    autres = [r for r in reponses if r is not gagnante]
    tous_disent(autres, 410, "Ce lien a déjà servi", "Votre compte est déjà actif")
    assert not any(c.startswith("__Host-session=") for r in autres for c in r.cookies)


def meme_reinitialisation(monde: Monde, fois: int = VINGT) -> None:
    """A link to a new password, posted from twenty visits, each with a password of its own: one is kept."""
    qui, _ = inscrire(monde)
    lien, visiteurs = reinitialisation(monde, qui.email), [monde.visiteur() for _ in range(fois)]
    mots = [f"Courir-{rang + 3}-Fois!" for rang in range(fois)]
    envois = [
        remplir(v, v.get(lien), lien, mot_de_passe=mot, confirmation_mot_de_passe=mot)
        for v, mot in zip(visiteurs, mots, strict=True)
    ]
    avant = monde.registre.photo()
    reponses = ensemble(envois)
    attendus = {"LIEN": -1, "MAIL": 1, "reinitialiser_son_mot_de_passe": 1, "COMMANDE": 1}
    _juger(avant, monde.registre.photo(), attendus, reponses)
    gagnante = seul(reponses, 303)
    assert mot_de_passe(monde, qui.email, mots[reponses.index(gagnante)])().status == 303
    tous_disent([r for r in reponses if r is not gagnante], 410, "Ce lien a déjà servi")


def meme_nouvelle_adresse(monde: Monde, fois: int = 5) -> None:
    """People who confirm one new address at one instant: one has it, the others are told."""
    email, envois = personne().email, []
    for rang in range(fois):
        _, visiteur = inscrire(monde)
        assert autre_adresse(visiteur, email)().status == 303
        mail = monde.portail.attendre_mail(email, "Confirmez", rang, patience=30)
        lien = next(mot for mot in mail["text"].split() if "/nouvelle-adresse/" in mot)
        lien = lien.removeprefix(monde.portail.url)
        envois.append(remplir(visiteur, visiteur.get(lien), lien))
    avant = monde.registre.photo()
    reponses = ensemble(envois)
    attendus = {"LIEN": -1, "MAIL": 1, "changer_son_adresse": 1, "COMMANDE": 1}
    _juger(avant, monde.registre.photo(), attendus, reponses)
    gagnante = seul(reponses, 303)
    tous_disent([r for r in reponses if r is not gagnante], 409, "est devenue l’identifiant d’un autre compte")


def meme_demande(monde: Monde, fenetres: int = 3) -> None:
    """Two gestionnaires of one structure decide, each from several windows."""
    qui, compte_id = demande(monde)
    page, action = (f"/gestion/inscriptions/{compte_id}{fin}" for fin in ("", "/valider"))
    gens = [entrer(monde, email) for email in ("gestionnaire@demo.fr", collegue(monde))]
    envois = [remplir(g.jumeau(), g.get(page), action) for g in gens for _ in range(fenetres)]
    avant = monde.registre.photo()
    reponses = ensemble(envois)
    apres = monde.registre.photo()
    attendus = {"DECISION": 1, "MAIL": 1, "valider_la_demande": 1, "COMMANDE": 1}
    _juger(avant, apres, attendus, reponses)
    gagnante = seul(reponses, 303)
    auteur = apres["intervenants", f"INTERVENANT#{compte_id}", "DEMANDE"]["decidee_par"]
    decide = gens[reponses.index(gagnante) // fenetres].get("/gestion/inscriptions").page.text
    assert f"Bonjour {auteur}" in decide
    tous_disent([r for r in reponses if r is not gagnante], 409, "Cette demande vient d’être traitée", auteur)
    monde.portail.attendre_mail(qui.email, "validée", patience=30)


def lots_qui_se_croisent(monde: Monde, fenetres: int = 2) -> None:
    """Two gestionnaires reject applications by lots that share two of them: each is decided once, by one of them, and
    each is told which are theirs."""
    comptes = [demande(monde)[1] for _ in range(4)]
    gens = [entrer(monde, email) for email in ("gestionnaire@demo.fr", collegue(monde))]
    pages = [choisir(g, siens, "rejeter") for g, siens in zip(gens, (comptes[:3], comptes[1:]), strict=True)]
    action = f"{LISTE}/lot/rejeter"
    envois = [
        remplir(g.jumeau(), page, action, motif=f"Motif {rang}.")
        for rang, (g, page) in enumerate(zip(gens, pages, strict=True))
        for _ in range(fenetres)
    ]
    avant = monde.registre.photo()
    reponses = ensemble(envois)
    apres = monde.registre.photo()
    _juger(avant, apres, {"DECISION": 4, "MAIL": 4, "rejeter_la_demande": 4}, reponses)
    demandes = [apres["intervenants", f"INTERVENANT#{compte}", "DEMANDE"] for compte in comptes]
    for rang, reponse in enumerate(reponses):
        siennes = sum(d["message"] == f"Motif {rang // fenetres}." for d in demandes)
        assert reponse.status == 200 and f"{siennes} demande" in reponse.page.h1[0], (siennes, reponse.page.h1)
        assert reponse.page.text.count("Déjà traitée") == 3 - siennes


def meme_version(monde: Monde, fenetres: int = 5) -> None:
    """Tabs opened on one version of a profile, saved at one instant with different answers."""
    qui, visiteur = inscrire(monde)
    voies = [f"{rang} rue des Essais" for rang in range(1, fenetres + 1)]
    envois = [identification(visiteur.jumeau(), voie=voie) for voie in voies]
    cle = ("intervenants", f"INTERVENANT#{monde.registre.compte(qui.email)['pk'].removeprefix('COMPTE#')}", "PROFIL")
    avant = monde.registre.photo()
    reponses = ensemble(envois)
    apres = monde.registre.photo()
    _juger(avant, apres, {"enregistrer_l_identification": 1, "COMMANDE": 1}, reponses)
    assert int(apres[cle]["version"]) == int(avant[cle]["version"]) + 1
    gagnante = seul(reponses, 303)
    gardee = voies[reponses.index(gagnante)]
    assert f'"{gardee}"' in apres[cle]["identification"]
    for reponse, voie in zip(reponses, voies, strict=True):
        if reponse is not gagnante:
            assert reponse.page.form(IDENTIFIER)["fields"]["voie"] == [voie], "la saisie est perdue"
            tous_disent([reponse], 409, gardee)


def meme_mot_de_passe(monde: Monde, fois: int = 50) -> None:
    """Fifty wrong passwords for one account, from one origin and fifty windows: ten are looked at."""
    email, ici = "intervenant@demo.fr", origine()
    envois = [mot_de_passe(monde, email, f"Faux-{rang}-Essai!", monde.visiteur(ici)) for rang in range(fois)]
    monde.nouvelle_fenetre(900)
    reponses = ensemble(envois)
    regardes = repartition(reponses)[422]
    assert regardes == 10, f"{regardes} mots de passe regardés"
    tous_disent([r for r in reponses if r.status == 422], 422, "ne correspond pas")
    tous_disent([r for r in reponses if r.status != 422], 429, "Trop d’essais", "Attendez")


def meme_connexion(monde: Monde, fois: int = VINGT - 1) -> None:
    """Guesses of one code of the second factor, each from an origin of its own: five are looked at, then none, not even
    the right one, which comes last: the twentieth, as many as an account may try in a quarter of an hour."""
    visiteur, page = second_facteur(monde, "gestionnaire2@demo.fr")
    juste = code(monde)
    faux = [c for c in (f"{n:06d}" for n in range(100_000, 100_001 + fois)) if c != juste][:fois]
    avant = monde.registre.photo()
    reponses = ensemble([remplir(visiteur.jumeau(origine()), page, "/connexion/code", code=c) for c in faux])
    apres = monde.registre.photo()
    regardes = [r for r in reponses if "Ce code ne correspond pas" in r.page.text]
    assert len(regardes) == 5, f"{len(regardes)} codes regardés"
    comptes_faits = [int(li["essais"]) for cle, li in apres.items() if "essais" in li and li != avant[cle]]
    assert comptes_faits == [5], comptes_faits
    tous_disent([r for r in reponses if r not in regardes], 422, "Trop d’essais : recommencez la connexion")
    tard = remplir(visiteur.jumeau(origine()), page, "/connexion/code", code=code(monde))()
    tous_disent([tard], 422, "Trop d’essais")


def meme_captcha(monde: Monde, fois: int = VINGT) -> None:
    """Twenty sign-ups of twenty people with one captcha: one is accepted."""
    premier = candidature(monde, personne())
    lu = {nom: valeur for nom, valeur in premier.champs if nom in {"defi", "captcha"}}
    pages = [remplir(premier.visiteur.jumeau(origine()), _page(premier.visiteur), COMPTE) for _ in range(fois - 1)]
    gens = [Envoi(p.visiteur, COMPTE, [*_sans(p.champs), *{**personne().saisie, **lu}.items()]) for p in pages]
    avant = monde.registre.photo()
    reponses = ensemble([premier, *gens])
    _juger(avant, monde.registre.photo(), OUVERT, reponses)
    gagnante = seul(reponses, 303)
    tous_disent([r for r in reponses if r is not gagnante], 422, "Les chiffres ne correspondent pas")


def _page(visiteur: Visiteur) -> Answer:
    return visiteur.get(COMPTE)


def _sans(champs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The command alone: what the page holds else is typed anew."""
    return [(nom, valeur) for nom, valeur in champs if nom == "commande"]


def deux_personnes(monde: Monde, demandes: int = 200) -> None:
    """Two people ask their pages in turn: nobody ever sees the other's name, or gets the other's cookie."""
    gens = [inscrire(monde) for _ in range(2)]
    pages = ("/accessibilite", "/mon-profil", IDENTIFIER, "/mon-profil/verification", "/mon-profil/cv")

    def lire(moi: int, fil: int) -> int:
        (qui, visiteur), (autre, _) = gens[moi], gens[1 - moi]
        fenetre = visiteur.jumeau()
        proprietaire = fenetre.cookies["__Host-session"].partition(".")[0]
        for rang in range(demandes // 4):
            answer = fenetre.get(pages[(rang + fil) % len(pages)])
            assert autre.nom not in answer.body and autre.email not in answer.body, "la page de l’autre"
            assert f"Bonjour <strong>{qui.prenom} {qui.nom}</strong>" in answer.body
            assert fenetre.cookies["__Host-session"].partition(".")[0] == proprietaire
        return demandes // 4

    lues = ensemble([partial(lire, moi, fil) for moi in range(2) for fil in range(2)])
    assert sum(lues) == demandes


def meme_commande(monde: Monde, scene: Any, fois: int = 5) -> None:
    """One form, sent from as many windows of one browser, then once more: its effects once, one answer for all."""
    avant = monde.registre.photo()
    reponses = ensemble(scene.envoi.copies(fois))
    scene.ensuite()
    reponses += [envoi() for envoi in scene.envoi.copies(1)]
    _juger(avant, monde.registre.photo(), scene.effets, reponses)
    suites = {reponse.headers.get("location", reponse.page.title) for reponse in reponses}
    assert repartition(reponses) == {scene.statut: fois + 1}, f"{repartition(reponses)} {suites}"
    assert len(suites) == 1 and suites.pop().startswith(scene.suite)
