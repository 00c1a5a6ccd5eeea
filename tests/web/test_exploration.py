"""Any text in any field of any form, in any parameter of any route: never a failure, never another's data, never a slow
answer (rules S2, S6, T6). What is walked is read from the application: routes, and the fields of its pages' forms.

GUICHET_PREUVE=1 looks further; GUICHET_GRAINE (which a run of the faults draws and prints) decides of the examples.
"""

import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from infra.local.passerelle import Routes
from tests import chrono
from tests.client import ORIGIN, Answer, Client
from tests.web import parcours
from tests.web.conftest import Guichet
from tests.web.memoire import Memoire
from tests.web.parametres import Lus, lire, parametres
from tests.web.parcours import GENS, Scene, scene
from tests.web.test_saisies_hostiles import SAISIES

guichet = parcours.guichet
EXEMPLES = 50 if chrono.PREUVE else 5
GRAINE = int(os.environ.get("GUICHET_GRAINE", "1"), 36)
LENT = 1.5  # seconds of the processor: any page takes hundredths of it
ACCES = {
    "visiteur": {"PUBLIC"},
    "en inscription": {"PUBLIC", "CONNECTE", "INTERVENANT"},
    "en attente": {"INTERVENANT"},
    "validé": {"CONNECTE", "INTERVENANT", "INTERVENANT_VALIDE"},
    "gestionnaire": {"CONNECTE", "GESTIONNAIRE"},
    "autre gestionnaire": {"GESTIONNAIRE"},
    "administrateur": {"CONNECTE", "ADMINISTRATEUR"},
}
"""What each explores: a state whose pages are another's is not looked at twice."""
# Whose name each may read: their own, and staff those of their structure.
VOIT = {role: {nom} for role, nom in GENS.items()} | {"gestionnaire": set(GENS.values()) - {GENS["en inscription"]}}

TEXTES = st.one_of(
    st.sampled_from([hostile for hostile, _ in SAISIES.values()]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=80),
    st.text("0123456789/.-+ ", max_size=24),
    st.integers(1, 40_000).map(lambda n: "é" * n),
)


@dataclass
class Lieu:
    """The scene, and what it held, to come back to after each example."""

    scene: Scene
    guichet: Guichet

    def __post_init__(self) -> None:
        self._memoire = Memoire.de(self.guichet, self.scene.clients)

    def rendre(self) -> None:
        """Come back."""
        self._memoire.rendre(self.guichet, self.scene.clients)


def routes(guichet: Guichet, role: str, methode: str) -> Iterator[str]:
    """The routes that a role may ask."""
    for motif, methodes in sorted(guichet.app.routes.items()):
        if methode in methodes and methodes[methode].view_function.access.name in ACCES[role]:
            yield motif


def champs_connus(guichet: Guichet, memoire: Lieu, role: str) -> dict[str, dict[str, list[str]]]:
    """For each route that posts, the fields of its form as pages hold it; those of no page are asked an empty form."""
    carte = Routes({motif: list(methodes) for motif, methodes in guichet.app.routes.items()})
    lieu, connus = memoire.scene, {}
    pages = [lieu.clients[role].get(lieu.chemin(motif, role)) for motif in routes(guichet, role, "GET")]
    for motif in routes(guichet, role, "POST"):
        memoire.rendre()
        vide = [("commande", lieu.commande(role))]
        pages.append(lieu.clients[role].post(lieu.chemin(motif, role), vide))
    memoire.rendre()
    if "GESTIONNAIRE" in ACCES[role]:
        pages += pages_d_un_lot(lieu, role)
        memoire.rendre()
    for page in pages:
        for form in page.page.forms if page.body else []:
            trouvee = carte.trouver("POST", form["action"].partition("?")[0])
            if trouvee:
                connus[trouvee[0]] = connus.get(trouvee[0], {}) | form["fields"]
    return connus


def pages_d_un_lot(lieu: Scene, role: str) -> list[Answer]:
    """Pages that only the form of the work list answers (ADR 15), and this form with a line chosen."""
    liste = lieu.clients[role].get("/gestion/inscriptions")
    places = [("choix", place) for place in re.findall(r'name="choix" value="([^"]+)"', liste.body)]
    actes = [[*places, ("acte", acte), ("commande", lieu.commande(role))] for acte in ("complement", "rejeter", "?")]
    return [lieu.clients[role].post("/gestion/inscriptions/lot", champs) for champs in actes]


def saine(role: str, reponse: Answer, depuis: float, quoi: str) -> None:
    """What every answer must be, whatever was asked."""
    assert reponse.status < 500, f"{quoi} : {reponse.status}"
    assert chrono.tient(time.process_time() - depuis, LENT), f"{quoi} : trop lent"
    autres = {nom for nom in GENS.values() if nom not in VOIT.get(role, set())}
    lus = {nom for nom in autres if nom in reponse.body or f"{nom.lower()}@exemple.fr" in reponse.body}
    assert not lus, f"{quoi} : montre {lus}"


def envoyer(client: Client, chemin: str, champs: dict[str, Any]) -> Answer:
    """A form, with every value of each field."""
    paires = [(n, v) for n, valeurs in champs.items() for v in (valeurs if isinstance(valeurs, list) else [valeurs])]
    return client.post(chemin, paires)


def explorer(verifier: Any, *quoi: Any) -> None:
    """Run `verifier` on examples of `quoi`."""
    reglages = settings(
        max_examples=EXEMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=False
    )
    seed(GRAINE)(reglages(given(*quoi)(verifier)))()


def _champs(memoire: Lieu, role: str, motif: str, depart: dict[str, list[str]], adresse: str = "") -> None:
    lieu, chemin = memoire.scene, adresse or memoire.scene.chemin(motif, role)

    def verifier(saisie: dict[str, str]) -> None:
        memoire.rendre()
        champs = {**depart, **saisie, "commande": lieu.commande(role)}
        debut = time.process_time()
        reponse = envoyer(lieu.clients[role], chemin, champs)
        saine(role, reponse, debut, f"POST {motif} {saisie!r}")
        if reponse.status == 303 and reponse.location.startswith("/"):
            debut = time.process_time()
            saine(role, lieu.clients[role].get(reponse.location), debut, f"après POST {motif} {saisie!r}")

    noms = sorted({*depart, *parametres().form} - {"commande"})
    explorer(verifier, st.dictionaries(st.sampled_from(noms), TEXTES, min_size=1, max_size=6))


@pytest.mark.rule("S2", "S6", "T6")
@pytest.mark.controle("T44", "T47")
@pytest.mark.parametrize("role", ACCES)
def test_un_texte_quelconque_dans_un_champ_quelconque(guichet: Guichet, role: str) -> None:
    memoire = Lieu(scene(guichet), guichet)
    connus = champs_connus(guichet, memoire, role)
    for motif in routes(guichet, role, "POST"):
        _champs(memoire, role, motif, connus.get(motif, {}))


@pytest.mark.rule("J5", "S2", "S6")
@pytest.mark.controle("T44", "T47")
def test_un_texte_quelconque_derriere_un_lien_qui_vaut(guichet: Guichet) -> None:
    """The one form that holds fields behind a link by e-mail: a new password."""
    lieu = scene(guichet)
    visiteur = lieu.clients["visiteur"]
    page = visiteur.get("/mot-de-passe-oublie")
    saisie = {"email": "charlie@exemple.fr", "captcha": guichet.captcha(page)}
    assert visiteur.submit(page, "/mot-de-passe-oublie", **saisie).status == 303
    (mail,) = guichet.deliver()
    texte = mail.get_body(("plain",)).get_content()
    chemin = next(mot for mot in texte.split() if "/nouveau-mot-de-passe/" in mot).removeprefix(ORIGIN)
    depart = visiteur.get(chemin).page.form(chemin)["fields"]
    assert {"mot_de_passe", "confirmation_mot_de_passe"} <= set(depart)
    _champs(Lieu(lieu, guichet), "visiteur", "/nouveau-mot-de-passe/{jeton}", depart, chemin)


SANS_SUITE = {"/administration/envois/{mail_id}/renvoyer"}
"""What is sent back to its list when there is nothing to do: a mail that is not dead, or not any more."""


def _adresses(memoire: Lieu, role: str, methode: str, motif: str, noms: list[str]) -> None:
    """The route's address with one of its parameters replaced, or none, and a query."""
    vrais = re.fullmatch(re.sub(r"{\w+}", "([^/]+)", motif), memoire.scene.chemin(motif, role))
    assert vrais is not None
    combien = len(vrais.groups())

    def verifier(rang: int, segment: str, question: dict[str, str]) -> None:
        memoire.rendre()
        client, valeurs = memoire.scene.clients[role], list(vrais.groups())
        if rang < combien:
            valeurs[rang] = quote(segment, safe="") or "x"
        suite = iter(valeurs)
        chemin = re.sub(r"{\w+}", lambda _: next(suite), motif) + "?" + urlencode(question)
        debut = time.process_time()
        commande = [("commande", memoire.scene.commande(role))]
        reponse = client.get(chemin) if methode == "GET" else client.post(chemin, commande)
        saine(role, reponse, debut, f"{methode} {motif} {valeurs!r} {question!r}")
        if rang < combien:
            permis = {404, 409, 410} | ({303} if motif in SANS_SUITE else set())
            assert reponse.status in permis, f"{methode} {motif} {valeurs!r} : {reponse.status}"

    courts, rangs = TEXTES.map(lambda texte: texte[:2000]), st.integers(0, combien if methode == "GET" else combien - 1)
    explorer(verifier, rangs, courts, st.dictionaries(st.sampled_from(noms), courts, max_size=3))


@pytest.mark.rule("S6", "T6")
@pytest.mark.controle("T44", "T47")
@pytest.mark.parametrize("role", ACCES)
def test_un_texte_quelconque_dans_une_adresse(guichet: Guichet, role: str) -> None:
    memoire = Lieu(scene(guichet), guichet)
    noms = sorted(parametres().query)
    for motif in routes(guichet, role, "GET"):
        _adresses(memoire, role, "GET", motif, noms)
    for motif in routes(guichet, role, "POST"):
        if "{" in motif:
            _adresses(memoire, role, "POST", motif, noms)


def test_l_exploration_connait_chaque_parametre() -> None:
    lus = parametres()
    assert lus.illisibles == []
    assert {"apres", "manques", "suite", "q", "bloc", "annulee"} <= lus.query
    assert {"action", "employeur_choisi", "suite"} <= lus.form


@pytest.mark.parametrize(
    ("source", "query", "form", "illisibles"),
    [
        pytest.param('ctx.request.query.first("a")', {"a"}, set(), 0, id="écrit"),
        pytest.param('d = ctx.request.query\nd.first("a")', {"a"}, {"a"}, 0, id="sous un autre nom"),
        pytest.param('"a" in ctx.request.form', set(), {"a"}, 0, id="présent ou non"),
        pytest.param('ctx.request.form["a"]', set(), {"a"}, 0, id="indice"),
        pytest.param('A = "a"\nctx.request.form.get(A)', set(), {"a"}, 0, id="constante"),
        pytest.param('[n for n in ("a", "b") if r.query.first(n)]', {"a", "b"}, set(), 0, id="liste"),
        pytest.param("def f(n): return r.form.first(n)", set(), set(), 1, id="argument"),
        pytest.param('n = "a"\ndef f(n): return r.form.first(n)', set(), set(), 1, id="argument homonyme"),
        pytest.param('r.form.first("a" + b)', set(), set(), 1, id="calcul"),
    ],
)
def test_un_parametre_lu_d_une_facon_ou_d_une_autre_est_connu_ou_se_voit(
    source: str, query: set[str], form: set[str], illisibles: int
) -> None:
    """The planted reds."""
    lus = Lus()
    lire("planté", source, lus)
    assert (lus.query, lus.form, len(lus.illisibles)) == (query, form, illisibles)


def test_l_exploration_voit_une_panne_une_fuite_et_une_lenteur(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted reds."""
    monkeypatch.setattr(chrono, "PREUVE", True)
    page = Answer(200, {}, [], "BRAVO Jean", "/")
    maintenant = time.process_time()
    for role, reponse, depuis in (
        ("visiteur", Answer(500, {}, [], "", "/"), maintenant),
        ("visiteur", page, maintenant),
        ("validé", page, maintenant),
        ("en attente", page, maintenant - 2 * LENT),
    ):
        with pytest.raises(AssertionError):
            saine(role, reponse, depuis, "planté")
    saine("en attente", page, maintenant, "la sienne")


def test_l_exploration_connait_chaque_champ(guichet: Guichet) -> None:
    """No form escapes: each route that posts is found with its fields."""
    memoire = Lieu(scene(guichet), guichet)
    connus: dict[str, Any] = {}
    for role in ACCES:
        connus |= champs_connus(guichet, memoire, role)
    assert {motif for motif, methodes in guichet.app.routes.items() if "POST" in methodes} - set(connus) == {
        "/activation/{jeton}",  # a button and no field, behind a link
        "/mon-compte/adresse-e-mail/annuler",  # a button and no field, where a change waits
        "/nouveau-mot-de-passe/{jeton}",  # behind a link: test_un_texte_quelconque_derriere_un_lien_qui_vaut
        "/nouvelle-adresse/{jeton}",  # a button and no field, behind a link
    }
    assert len(connus["/mon-profil/identification"]) > 20
    assert (
        "choix" in connus["/gestion/inscriptions/lot"]
        and "complement" in connus["/gestion/inscriptions/lot/complement"]
    )
