"""Somebody to ask each page of the portal, in this process: their session, and what the addresses name.

A GET route without an example here is told as a fault by the report: the bench must see every page.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from infra.bench.parcours import LIGNES, MOT_DE_PASSE, PARCOURIR, Identite, Voyage, identites
from infra.bench.personne import EnDirect, Personne
from infra.local.environnement import PREFIXE
from infra.local.portail import Portail
from infra.local.ressources import Clients

LISTE = 25


@dataclass
class Scene:
    """The portal in this process, and those who use it. `demandees`: the routes asked, « POST /connexion »."""

    app: Any
    portail: Portail
    dynamodb: Any
    suite: Any
    demandees: set[str] = field(default_factory=set)

    def personne(self, cookies: dict[str, str] | None = None) -> Personne:
        """A browser."""
        return Personne(EnDirect(self.app, noter=self.demandees.add), self.portail.url, dict(cookies or {}))

    def entrer(self, email: str) -> Personne:
        """Somebody logged in, without the login."""
        from chalicelib.commun.comptes import public, usecases
        from chalicelib.core.context import live_context
        from chalicelib.core.table import Act

        compte = public.compte_de_l_adresse(email)
        if compte is None:
            raise LookupError(email)
        act = Act(live_context())
        cookie, _ = usecases.ouvrir_session(act, compte)
        act.commit()
        nom, _, valeur = cookie.partition(";")[0].partition("=")
        return self.personne({nom: valeur})

    def captcha(self, defi: str) -> str:
        """The answer to a challenge."""
        cle = {"pk": {"S": f"CAPTCHA#{defi}"}, "sk": {"S": "CAPTCHA"}}
        return str(self.dynamodb.get_item(TableName=f"{PREFIXE}noyau", Key=cle)["Item"]["reponse"]["S"])

    def lien(self, email: str, sujet: str = "Inscription sur") -> str:
        """The link of the newest mail to an address under a subject: the first of its text."""
        mail = self.portail.attendre_mail(email, sujet, patience=30)
        return next(m for m in mail["text"].split() if m.startswith(self.portail.url)).removeprefix(self.portail.url)

    def voyage(self) -> Voyage:
        """A journey about to begin."""
        qui: Identite = next(self.suite)
        return Voyage(replace(qui, nom=f"X{qui.nom.lower()}"), self.personne(), self.captcha, self.lien)


def ouvrir(portail: Portail) -> Scene:
    """The application in this process, on the tables of the portal that runs."""
    import app as application

    scene = Scene(application.app, portail, Clients(portail.endpoint).dynamodb, identites())
    _remplir_la_liste(scene)
    return scene


def _remplir_la_liste(scene: Scene) -> None:
    """A work list of more than one page, under a structure of the second gestionnaire."""
    from chalicelib.core.context import live_context
    from chalicelib.core.table import Act
    from chalicelib.intervenants.inscription import store
    from chalicelib.intervenants.inscription.rules import Demande, Etat, Remise, reference

    for _ in range(LISTE):
        ctx = live_context()
        nom = f"{next(scene.suite).nom} Camille"
        act = Act(ctx)
        cle = ctx.new_id()
        demande = Demande(cle, Etat.TRANSMISE, "bretagne", reference(cle, 2026), nom, ctx.instant)
        store.transmettre(act, demande, Demande(cle), Remise({}))
        act.commit()


Exemple = tuple[Personne, str]


def exemples(scene: Scene) -> dict[str, Callable[[], Exemple]]:
    """For each GET route, who asks it and at which address."""
    visiteur, intervenant = scene.personne(), scene.entrer("attente@demo.fr")
    gestion, liste = scene.entrer("gestionnaire@demo.fr"), scene.entrer("gestionnaire2@demo.fr")
    en_cours, vide, plein, transmis = scene.voyage(), scene.voyage(), profil_plein(scene), profil_plein(scene)
    en_cours.inscription()
    vide.inscription()
    vide.activation()
    transmis.voyage.transmission()
    from chalicelib.core.web.urls import statique

    qui, dossier = plein.voyage.personne, f"/gestion/inscriptions/{transmis.compte_id}"
    vu = f"{dossier}/diplomes/{transmis.diplome.rpartition('/')[2]}"
    defi = visiteur.page("/deposer-un-cv").champs["defi"]
    adresses: dict[str, tuple[Personne, str]] = {
        "/documents/{nom}": (visiteur, "/documents/charte"),
        "/statique/{nom}": (visiteur, statique("guichet.css")),
        "/communes": (visiteur, "/communes?code_postal=54000"),
        "/structures/{code}": (visiteur, "/structures/grand-est"),
        "/employeurs": (qui, "/employeurs?q=nancy"),
        "/connexion/code": (au_second_facteur(scene), "/connexion/code"),
        "/captcha/{defi}/son": (visiteur, f"/captcha/{defi}/son"),
        "/activation/{jeton}": (visiteur, scene.lien(en_cours.qui.email)),
        **_liens(scene, plein.voyage.qui.email),
        "/mon-profil/transmission": (transmis.voyage.personne, "/mon-profil/transmission"),
        "/mon-profil/parcours/{bloc}/ajouter": (vide.personne, f"{PARCOURIR}/langues/ajouter"),
        "/mon-profil/parcours/{bloc}/{ligne_id}": (qui, plein.ligne),
        "/mon-profil/parcours/{bloc}/{ligne_id}/supprimer": (qui, f"{plein.ligne}/supprimer"),
        **{f"/mon-profil/diplomes/{{piece_id}}{s}": (qui, f"{plein.diplome}{s}") for s in _D_UNE_PIECE},
        **{f"/mon-profil/cv/{{piece_id}}{s}": (qui, f"{plein.cv}{s}") for s in _D_UNE_PIECE},
        "/gestion/inscriptions": (liste, "/gestion/inscriptions"),
        "/gestion/inscriptions/{compte_id}": (gestion, dossier),
        "/gestion/inscriptions/{compte_id}/cv": (gestion, f"{dossier}/cv"),
        "/gestion/inscriptions/{compte_id}/diplomes/{piece_id}": (gestion, vu),
        "/gestion/inscriptions/{compte_id}/diplomes/{piece_id}/original": (gestion, f"{vu}/original"),
    }
    roles = {"/mon-profil": qui, "/gestion": gestion, "/administration": scene.entrer("admin@demo.fr")}
    roles |= dict.fromkeys(("/mon-compte", "/mes-connexions", "/session"), intervenant)
    return {motif: _fixe(qui, adresse) for motif, (qui, adresse) in adresses.items()} | {
        motif: _fixe(next((r for debut, r in roles.items() if motif.startswith(debut)), visiteur), motif)
        for motif, methodes in scene.app.routes.items()
        if "GET" in methodes and motif not in adresses and "{" not in motif
    }


_D_UNE_PIECE = ("", "/original", "/supprimer")


def _fixe(qui: Personne, adresse: str) -> Callable[[], Exemple]:
    return lambda: (qui, adresse)


def au_second_facteur(scene: Scene) -> Personne:
    """Somebody of the staff whose password is right and whose code is asked."""
    from infra.local.demo import MOT_DE_PASSE as MOT_DE_PASSE_DE_DEMO

    agent = scene.personne()
    saisie = {"identifiant": "gestionnaire2@demo.fr", "mot_de_passe": MOT_DE_PASSE_DE_DEMO}
    agent.envoyer("/connexion", agent.page("/connexion"), attendu=200, **saisie)
    return agent


def _liens(scene: Scene, email: str) -> dict[str, tuple[Personne, str]]:
    """The pages behind the links of mails: a new password, a new address."""
    from chalicelib.commun.comptes import public
    from chalicelib.commun.identifiants import usecases
    from chalicelib.core.context import live_context

    neuve = f"neuve.{email}"
    usecases.demander_un_mot_de_passe(live_context(), email, "/")
    ctx = replace(live_context(), user=public.compte_de_l_adresse(email))
    usecases.demander_une_adresse(ctx, neuve, MOT_DE_PASSE)
    return {
        "/nouveau-mot-de-passe/{jeton}": (scene.personne(), scene.lien(email, "Réinitialisation")),
        "/nouvelle-adresse/{jeton}": (scene.personne(), scene.lien(neuve, "Confirmez")),
    }


@dataclass(frozen=True)
class Plein:
    """Somebody whose tables and files are full, ready to transmit."""

    voyage: Voyage
    compte_id: str
    ligne: str
    diplome: str
    cv: str


def profil_plein(scene: Scene) -> Plein:
    """Somebody whose answers were all given, with as many lines as each table takes, a diploma and a CV."""
    from chalicelib.commun.comptes import public
    from chalicelib.core.context import live_context
    from chalicelib.core.table import Act
    from chalicelib.intervenants.parcours import store
    from chalicelib.intervenants.parcours.rules import BLOCS, INITIALES, LIGNES_MAX, Ligne
    from infra.local.demo import LIGNES_DE_DEMO

    voyage = scene.voyage()
    voyage.inscription()
    voyage.activation()
    voyage.identification("suivante")
    voyage.parcours()
    compte = public.compte_de_l_adresse(voyage.qui.email)
    if compte is None:
        raise LookupError(voyage.qui.email)
    modeles = {"indisponibilites": {"du": "01/07/2027", "au": "31/08/2027"}, **dict(LIGNES_DE_DEMO)}
    for bloc in BLOCS:
        act, page = Act(live_context()), store.lire(compte.id)[1]
        for _ in range(LIGNES_MAX):
            store.ajouter(act, page, Ligne(act.ctx.new_id(), bloc, modeles[bloc]))
        store.compter(act, page)
        act.commit()
    ligne = store.lire(compte.id)[1].du(INITIALES)[0]
    adresse = f"{PARCOURIR}/initiales/{ligne.id}"
    moi = voyage.personne
    diplome = moi.envoyer(adresse, moi.page(adresse), **LIGNES["initiales"], suite="diplome").suite
    cv = moi.envoyer("/mon-profil/cv", moi.page("/mon-profil/cv")).suite
    for piece in (diplome, cv):
        _rendre_disponible(scene, compte.id, piece)
    return Plein(voyage, compte.id, adresse, diplome, cv)


def _rendre_disponible(scene: Scene, compte_id: str, adresse: str) -> None:
    """A file that was announced, as if it had been sent and judged."""
    valeurs = {"etat": "DISPONIBLE", "nom": "fichier.pdf", "format": "PDF", "depose_le": "2026-11-21T09:00:00.000000Z"}
    scene.dynamodb.update_item(
        TableName=f"{PREFIXE}pieces",
        Key={"pk": {"S": f"PROPRIETAIRE#{compte_id}"}, "sk": {"S": f"PIECE#{adresse.rpartition('/')[2]}"}},
        UpdateExpression="SET " + ", ".join(f"#{n} = :{n}" for n in valeurs),
        ExpressionAttributeNames={f"#{n}": n for n in valeurs},
        ExpressionAttributeValues={f":{n}": {"S": v} for n, v in valeurs.items()},
    )
