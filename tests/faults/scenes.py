"""The acts of the portal: for each route and each event handler, where it begins, what is asked, what a person does
when the answer is not the one they expected. Which routes and handlers there are is read from the application."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from chalicelib.core.web.urls import statique
from infra.local.passerelle import Routes
from tests.client import Answer
from tests.faults import etats
from tests.faults.fil import Mort, SansFin
from tests.faults.monde import Batisseur, Instantane, Monde, anonyme, mettre, prendre, rendre
from tests.web.parcours import FONCTIONNAIRE, IDENTIFICATION, IDENTITE, LIGNES, PARCOURS

Saisie = dict[str, Any]


@cache
def application() -> Any:
    """The whole portal."""
    import app

    return app.app


@cache
def _routes() -> Routes:
    return Routes({route: list(methodes) for route, methodes in application().routes.items()})


def actes() -> list[str]:
    """What can be done: routes that post, and handlers of events."""
    app = application()
    postes = [f"POST {route}" for route, methodes in app.routes.items() if "POST" in methodes]
    return sorted(postes + [e.name for e in app.event_sources] + [f.name for f in app.pure_lambda_functions])


def lectures() -> list[str]:
    """The pages that can be read."""
    return sorted(route for route, methodes in application().routes.items() if "GET" in methodes)


@dataclass
class Issue:
    """How an act ended: an answer to a person; or, of an event, what was not acknowledged (`rejouer`)."""

    reponse: Answer | None = None
    mort: bool = False
    rejouer: Any = None
    defaut: str = ""


@dataclass
class Scene:
    """An act: its key in `actes()`, its name, the state in which it begins. `intrus`: what somebody else may do in the
    middle of it. `du`: an act of its own, due already, that this one carries out first: alone, it is no half of it.
    `hors_limite`: limits that do not count it, though they count acts which look like it."""

    cle: str
    nom: str
    etat: Batisseur
    intrus: Callable[[Monde], Any] | None = field(default=None, kw_only=True)
    du: Callable[[Monde], Any] | None = field(default=None, kw_only=True)
    hors_limite: frozenset[str] = field(default=frozenset(), kw_only=True)

    def __str__(self) -> str:
        return f"{self.cle} - {self.nom}" if self.nom else self.cle

    def preparer(self, monde: Monde) -> None:
        """The world as it is just before the act, and a process that has just started."""
        mettre(monde, self.etat)

    def jouer(self, monde: Monde) -> Issue:
        """The act."""
        raise NotImplementedError


def _repondre(monde: Monde, qui: str, demande: Callable[[], Answer]) -> Issue:
    """Ask; an answer that the browser's own checks refuse is kept with what they said."""
    client = monde.clients[qui]
    client.derniere = None
    try:
        return Issue(demande())
    except Mort:
        return Issue(mort=True)
    except SansFin:
        return Issue(defaut="appelle AWS sans fin")
    except (KeyError, AssertionError) as refus:
        return Issue(client.derniere, defaut=f"{type(refus).__name__} {refus}")


@dataclass
class Lecture(Scene):
    """Somebody opens a page."""

    qui: str = "visiteur"
    chemin: str = ""

    def preparer(self, monde: Monde) -> None:
        """As for any act."""
        super().preparer(monde)
        monde.client(self.qui)

    def jouer(self, monde: Monde) -> Issue:
        """Open it."""
        return _repondre(monde, self.qui, lambda: monde.clients[self.qui].get(self._adresse(monde)))

    def _adresse(self, monde: Monde) -> str:
        return self.chemin.format(**monde.valeurs)


@dataclass
class Formulaire(Scene):
    """Somebody fills the form of a page, and sends it. `saisie`: what they know, by field; a function is asked with the
    world and the page (a code, a captcha). `page`: how they got there, when it is not by opening `depart`."""

    qui: str = "jean"
    depart: str = ""
    saisie: Saisie = field(default_factory=dict)
    page: Callable[[Monde], Answer] | None = None
    acces: Saisie = field(default_factory=dict)  # what one logs in with once it is done, if that changes
    _image: Instantane | None = field(default=None, repr=False)

    def preparer(self, monde: Monde) -> None:
        """The page is open, the form filled."""
        if self._image is None:
            self._ouvrir(monde)
            self._image = prendre(monde)
        rendre(monde, self._image)

    def _ouvrir(self, monde: Monde) -> None:
        mettre(monde, self.etat)
        depart = self.depart.format(**monde.valeurs)
        page = self.page(monde) if self.page else monde.client(self.qui).get(depart)
        formulaire = self.formulaire(page)
        assert formulaire is not None, f"{self} : pas de formulaire sur {page.path}, {page.status}"
        monde.valeurs["controles"], monde.valeurs["textes"] = formulaire["names"], formulaire["texts"]
        monde.valeurs["formulaire"] = self._remplir(monde, page, formulaire, self.saisie, tout=True)

    def jouer(self, monde: Monde) -> Issue:
        """Send it."""
        return self.envoyer(monde, *monde.valeurs["formulaire"])

    def envoyer(self, monde: Monde, action: str, champs: list[tuple[str, str]]) -> Issue:
        """Send a form."""
        return _repondre(monde, self.qui, lambda: monde.clients[self.qui].post(action, champs))

    def formulaire(self, page: Answer) -> dict[str, Any] | None:
        """The form of this act, on a page that shows it."""
        route = self.cle.removeprefix("POST ")
        return next((f for f in page.page.forms if route_de(f) == route), None)

    def _remplir(
        self, monde: Monde, page: Answer, formulaire: dict[str, Any], saisie: Saisie, tout: bool = False
    ) -> tuple[str, list[tuple[str, str]]]:
        """The form's fields with what one knows of those that it shows; `tout`: boxes to tick too."""
        champs = dict(formulaire["fields"])
        for nom in saisie if tout else saisie.keys() & champs.keys():
            valeur = saisie[nom](monde, page) if callable(saisie[nom]) else saisie[nom]
            champs[nom] = valeur if isinstance(valeur, list) else [valeur]
        return formulaire["action"], [(nom, v) for nom, valeurs in champs.items() for v in valeurs]

    def insister(self, monde: Monde, issue: Issue) -> Issue:
        """What the person does of the page that they got: send what it holds, log in again, or begin again."""
        monde.guichet.advance(seconds=31)
        page = issue.reponse
        if page is None or issue.defaut:
            return self.jouer(monde)  # the browser's own page: « Réessayer »
        for saisie, trouve in ((self.saisie, self.formulaire(page)), *_entrees(self.qui, page, self.acces)):
            if trouve is not None:
                tout = saisie is self.saisie and page.status in {200, 409, 422}  # a page to fill, not one to send again
                return self.envoyer(monde, *self._remplir(monde, page, trouve, saisie, tout))
        depart = suivre(monde, self.qui, monde.clients[self.qui].get(self.depart.format(**monde.valeurs)))
        trouve = self.formulaire(depart)
        if trouve is None:
            return Issue(depart)
        return self.envoyer(monde, *self._remplir(monde, depart, trouve, self.saisie, tout=True))


def route_de(formulaire: dict[str, Any]) -> str:
    """The route to which a form posts; "" when it is none of ours."""
    trouvee = _routes().trouver("POST", formulaire["action"] or "")
    return trouvee[0] if trouvee else ""


def _entrees(qui: str, page: Answer, acces: Saisie) -> Iterator[tuple[Saisie, dict[str, Any] | None]]:
    """The forms of login, and what one types there."""
    connus = {"gaelle": etats.GESTION, "alix": etats.ADMIN}.get(qui, etats.JEAN)
    for formulaire in page.page.forms:
        if route_de(formulaire) in {"/connexion", "/connexion/code"}:
            yield {**connus, **acces, "code": code}, formulaire


def code(monde: Monde, page: Answer) -> str:
    """What the application of the second factor shows now."""
    from chalicelib.core import totp
    from infra.local.comptes import SECRET_TOTP

    return totp.code(SECRET_TOTP, int(monde.guichet.now.timestamp()) // 30)


def captcha(monde: Monde, page: Answer) -> str:
    """What the picture shows."""
    return monde.guichet.captcha(page)


@dataclass
class Evenement(Scene):
    """AWS tells something. `suites`: what it tells next, whatever becomes of this."""

    dit: Callable[[Monde], Any] = etats.maintenant
    suites: tuple[tuple[str, Callable[[Monde], Any]], ...] = ()

    def jouer(self, monde: Monde) -> Issue:
        """Tell it."""
        return self.dire(monde, self.dit(monde))

    def dire(self, monde: Monde, evenement: Any) -> Issue:
        """Once: an error brings the event back, and of a queue's messages those that failed."""
        try:
            rendu = monde.appeler(self.cle, evenement)
        except Mort:
            return Issue(mort=True, rejouer=evenement)
        except SansFin:
            return Issue(rejouer=evenement, defaut="appelle AWS sans fin")
        except Exception:
            return Issue(rejouer=evenement)
        rates = {e["itemIdentifier"] for e in rendu["batchItemFailures"]} if "Records" in evenement else set()
        restent = [r for r in evenement["Records"] if r["messageId"] in rates] if rates else []
        return Issue(rejouer={"Records": restent} if restent else None)


_AUTRE_NOM = {**IDENTIFICATION, "nom": "DUBOIS-MARTIN", "nom_usage": "DUBOIS", "suite": "suivante"}
_EMPLOYE = {**IDENTIFICATION, **FONCTIONNAIRE, "employeur_raison_sociale": "commune de nancy"}
_LISTE = "/gestion/inscriptions"
_CV, _PARCOURS = "/mon-profil/cv", "/mon-profil/parcours"
_LIGNE = f"{_PARCOURS}/initiales/{{ligne}}"
_MOT_DE_PASSE, _OUBLI, _ADRESSE = "/mon-compte/mot-de-passe", "/mot-de-passe-oublie", "/mon-compte/adresse-e-mail"

FORMULAIRES = [
    Formulaire("POST /connexion", "un intervenant", etats.dehors, "jean", "/connexion", etats.JEAN),
    Formulaire("POST /connexion", "un gestionnaire", etats.personnel_dehors, "gaelle", "/connexion", etats.GESTION),
    Formulaire("POST /connexion", "une saisie en attente", etats.rempli, "jean", "/connexion", etats.JEAN,
               etats.session_finie),
    Formulaire("POST /connexion", "un essai de trop", etats.bloque, "jean", "/connexion", etats.FAUX,
               hors_limite=frozenset({"connexion-origine"})),
    Formulaire("POST /connexion/code", "", etats.code_demande, "gaelle", "/connexion/code", {"code": code}),
    Formulaire("POST /deconnexion", "", etats.actif, "jean", "/mon-profil"),
    Formulaire("POST /mes-connexions/{connexion_id}/fermer", "", etats.deux_connexions, "jean", "/mes-connexions"),
    Formulaire(f"POST {_MOT_DE_PASSE}", "", etats.actif, "jean", _MOT_DE_PASSE, {**etats.ACTUEL, **etats.NOUVEAU},
               acces=etats.JEAN_APRES, intrus=etats.changer_ailleurs),
    Formulaire(f"POST {_OUBLI}", "un compte", etats.dehors, "jean", _OUBLI,
               {"email": IDENTITE["email"], "captcha": captcha}),
    Formulaire(f"POST {_OUBLI}", "personne", etats.dehors, "jean", _OUBLI,
               {"email": "personne@exemple.fr", "captcha": captcha}),
    Formulaire(f"POST {_OUBLI}", "à activer", etats.a_activer, "jean", _OUBLI,
               {"email": IDENTITE["email"], "captcha": captcha}, intrus=etats.sept_jours_apres),
    Formulaire("POST /nouveau-mot-de-passe/{jeton}", "", etats.mot_de_passe_oublie, "jean", "{lien}", etats.NOUVEAU,
               acces=etats.JEAN_APRES, intrus=etats.changer_ailleurs),
    Formulaire(f"POST {_ADRESSE}", "", etats.actif, "jean", _ADRESSE, etats.ADRESSE, intrus=etats.changer_ailleurs),
    Formulaire(f"POST {_ADRESSE}/annuler", "", etats.adresse_demandee, "jean", _ADRESSE),
    Formulaire("POST /nouvelle-adresse/{jeton}", "dans sa session", etats.adresse_demandee, "jean", "{lien}",
               acces=etats.JEAN_AILLEURS, intrus=etats.annuler),
    Formulaire("POST /nouvelle-adresse/{jeton}", "ailleurs", etats.adresse_demandee, "telephone", "{lien}",
               acces=etats.JEAN_AILLEURS, intrus=etats.changer_ailleurs),
    Formulaire("POST /deposer-un-cv", "un compte", etats.documents_lus, "jean", "/deposer-un-cv",
               {**IDENTITE, "captcha": captcha}),
    Formulaire("POST /deposer-un-cv", "déjà un compte", etats.deja_inscrit, "zoe", "/deposer-un-cv",
               {**IDENTITE, "captcha": captcha}),
    Formulaire("POST /deposer-un-cv", "un compte échu", etats.compte_echu, "zoe", "/deposer-un-cv",
               {**IDENTITE, "captcha": captcha}, intrus=etats.balayer_les_comptes, du=etats.liberer_l_adresse),
    Formulaire("POST /activation/renvoyer", "", etats.a_activer, "jean", "/activation/renvoyer",
               {"email": IDENTITE["email"], "captcha": captcha}),
    Formulaire("POST /activation/{jeton}", "", etats.a_activer, "jean", "{lien}", intrus=etats.sept_jours_apres,
               hors_limite=frozenset({"connexion-origine"})),
    Formulaire("POST /activation/{jeton}", "un double clic", etats.a_activer, "jean", page=etats.bouton_presse,
               hors_limite=frozenset({"connexion-origine"})),
    Formulaire("POST /mon-profil/identification", "un autre nom", etats.rempli, "jean", "/mon-profil/identification",
               _AUTRE_NOM, intrus=etats.transmettre),
    Formulaire("POST /mon-profil/identification", "un employeur cherché", etats.rempli, "jean",
               "/mon-profil/identification", {**_EMPLOYE, "action": "chercher_employeur"}, intrus=etats.transmettre),
    Formulaire("POST /mon-profil/identification", "un employeur choisi", etats.employeur_propose, "jean",
               "/mon-profil/identification",
               {**_EMPLOYE, "employeur_choisi": lambda monde, page: monde.valeurs["employeur"]},
               intrus=etats.transmettre),
    Formulaire("POST /mon-profil/transmission", "", etats.a_transmettre, "jean", "/mon-profil/verification",
               intrus=etats.supprimer_le_cv),
    Formulaire("POST /gestion/inscriptions/recherche", "", etats.a_valider, "gaelle", "/gestion/inscriptions/recherche",
               {"recherche": "Dubois"}),
    Formulaire("POST /gestion/inscriptions/{compte_id}/valider", "", etats.a_valider, "gaelle",
               "/gestion/inscriptions/{compte}", intrus=etats.valider_ailleurs),
    Formulaire("POST /mon-profil/transmission", "après un complément", etats.complement_demande, "jean",
               "/mon-profil/verification", intrus=etats.supprimer_le_cv),
    Formulaire("POST /gestion/inscriptions/{compte_id}/complement", "", etats.a_valider, "gaelle",
               "/gestion/inscriptions/{compte}", etats.COMPLEMENT, intrus=etats.valider_ailleurs),
    Formulaire("POST /gestion/inscriptions/{compte_id}/rejeter", "", etats.a_valider, "gaelle",
               "/gestion/inscriptions/{compte}", etats.MOTIF, intrus=etats.valider_ailleurs),
    Formulaire("POST /gestion/inscriptions/lot", "", etats.deux_a_traiter, "gaelle", _LISTE,
               {"choix": etats.tout_choisir, "acte": "rejeter"}),
    Formulaire("POST /gestion/inscriptions/lot/complement", "", etats.deux_a_traiter, "gaelle", _LISTE,
               etats.COMPLEMENT, etats.lot_a_completer, intrus=etats.valider_ailleurs),
    Formulaire("POST /gestion/inscriptions/lot/rejeter", "", etats.deux_a_traiter, "gaelle", _LISTE, etats.MOTIF,
               etats.lot_a_rejeter, intrus=etats.valider_ailleurs),
    Formulaire("POST /mon-profil/cv", "", etats.rempli, "jean", _CV),
    Formulaire("POST /mon-profil/cv/{piece_id}/supprimer", "", etats.cv_disponible, "jean",
               "/mon-profil/cv/{piece}/supprimer", intrus=etats.transmettre),
    Formulaire("POST /mon-profil/parcours", "", etats.rempli, "jean", _PARCOURS, {**PARCOURS, "suite": "suivante"},
               intrus=etats.transmettre),
    Formulaire("POST /mon-profil/parcours/{bloc}/ajouter", "", etats.rempli, "jean", f"{_PARCOURS}/langues/ajouter",
               {**LIGNES["langues"], "suite": "page"}, intrus=etats.transmettre),
    Formulaire("POST /mon-profil/parcours/{bloc}/ajouter", "avec un diplôme", etats.rempli, "jean",
               f"{_PARCOURS}/initiales/ajouter", {**LIGNES["initiales"], "suite": "diplome"}),
    Formulaire("POST /mon-profil/parcours/{bloc}/{ligne_id}", "", etats.diplome_disponible, "jean",
               _LIGNE, {"titre": "Licence", "suite": "diplome"}, intrus=etats.supprimer_la_ligne),
    Formulaire("POST /mon-profil/parcours/{bloc}/{ligne_id}/supprimer", "", etats.diplome_disponible, "jean",
               f"{_LIGNE}/supprimer", intrus=etats.transmettre),
    Formulaire("POST /mon-profil/diplomes/{piece_id}/supprimer", "", etats.diplome_disponible, "jean",
               "/mon-profil/diplomes/{piece}/supprimer", intrus=etats.supprimer_la_ligne),
    Formulaire("POST /administration/envois/{mail_id}/renvoyer", "", etats.mail_mort, "alix",
               "/administration/envois"),
]  # fmt: skip

_SAIN = (("recevoir_verdict", etats.verdict),)

EVENEMENTS = [
    Evenement("envoyer_mails", "deux mails", etats.deux_inscrits, etats.a_envoyer, intrus=etats.sept_jours_apres),
    Evenement("envoyer_mails", "une adresse marquée", etats.adresse_marquee, etats.a_envoyer),
    Evenement("recevoir_rebond", "", etats.inscrit, lambda monde: etats.rebond()),
    Evenement("balayer_mails", "", etats.mail_oublie),
    Evenement("balayer_comptes", "", etats.jamais_active, intrus=etats.activer),
    Evenement("balayer_demandes", "rappel", etats.complement_a_rappeler, intrus=etats.completer),
    Evenement("balayer_demandes", "archivage", etats.complement_echu, intrus=etats.completer),
    Evenement("verifier_depot", "avant l’analyse", etats.cv_envoye, etats.arrivee, _SAIN, intrus=etats.analyser),
    Evenement("verifier_depot", "après l’analyse", etats.cv_analyse, etats.arrivee),
    Evenement("verifier_depot", "refusé", etats.faux_cv_envoye, etats.arrivee),
    Evenement("recevoir_verdict", "sain", etats.cv_controle, etats.verdict, intrus=etats.controler),
    Evenement("recevoir_verdict", "remplace", etats.cv_a_remplacer, etats.verdict),
    Evenement("recevoir_verdict", "infecté", etats.cv_controle, lambda m: etats.verdict(m, "THREATS_FOUND")),
    Evenement("dessiner_pages", "", etats.cv_libere, etats.a_dessiner, intrus=etats.supprimer_le_cv),
    Evenement("balayer_pieces", "bloquée", etats.cv_bloque, intrus=etats.analyser),
    Evenement("balayer_pieces", "à effacer", etats.cv_supprime),
]

PREMIERE_VISITE = Lecture(
    "GET /connexion", "les secrets ne sont pas encore faits", etats.rien, "visiteur", "/connexion"
)

SCENES: list[Scene] = [*FORMULAIRES, *EVENEMENTS]

# Who reads a page, by the access that its route declares.
_LECTEURS = {
    "PUBLIC": "visiteur",
    "CONNECTE": "paul",
    "INTERVENANT": "paul",
    "INTERVENANT_VALIDE": "jean",
    "GESTIONNAIRE": "gaelle",
    "ADMINISTRATEUR": "alix",
}
_SEULS = {"/mon-profil/transmission": "jean", "/connexion/code": "en_route"}
_ADRESSES = {
    "/statique/{nom}": statique("guichet.css"),
    "/employeurs": "/employeurs?q=commune",
    "/nouveau-mot-de-passe/{jeton}": "{oubli}",
    "/nouvelle-adresse/{jeton}": "{adresse}",
}
_PARAMETRES = {
    "compte_id": "{transmis}",
    "piece_id": "{piece}",
    "bloc": "initiales",
    "ligne_id": "{ligne}",
    "jeton": "{jeton}",
    "defi": "{defi}",
    "code": "grand-est",
    "nom": "charte",
}


def pages() -> list[Lecture]:
    """A scene for each page that can be read, made from what its route declares."""
    return [
        Lecture(f"GET {route}", "", etats.complet, _lecteur(route), _ADRESSES.get(route) or _adresse(route))
        for route in lectures()
    ]


def _adresse(route: str) -> str:
    """A page's address: a diploma is Jean's for staff, Paul's for himself."""
    diplome = "{diplome_transmis}" if route.startswith("/gestion/") else "{diplome}"
    return route.format(**_PARAMETRES | ({"piece_id": diplome} if "diplomes" in route else {}))


def acces(cle: str) -> str:
    """Who may ask a route, « GET /mon-profil »."""
    methode, route = cle.split(" ")
    return str(application().routes[route][methode].view_function.access.name)


def _lecteur(route: str) -> str:
    return _SEULS.get(route, _LECTEURS[acces(f"GET {route}")])


def sans_scene(connus: list[str], toutes: Sequence[Scene]) -> list[str]:
    """Acts that no scene plays."""
    jouees = {scene.cle for scene in toutes}
    return [acte for acte in connus if acte not in jouees]


def suivre(monde: Monde, qui: str, reponse: Answer) -> Answer:
    """Go where redirections of the portal lead."""
    for _ in range(5):
        if reponse.status != 303 or not reponse.location.startswith("/"):
            break
        reponse = monde.clients[qui].get(reponse.location)
    return reponse


Arrivee = tuple[str, str, int, bool]


def arrivee(scene: Scene, reponse: Answer | None) -> Arrivee | None:
    """Where somebody is: page, title, status, and whether the page still offers the act."""
    if reponse is None:
        return None
    chemin = anonyme((reponse.location if reponse.status == 303 else reponse.path).partition("?")[0])
    offert = isinstance(scene, Formulaire) and scene.formulaire(reponse) is not None
    return chemin, " ".join(reponse.page.h1), reponse.status, offert
