"""A request that no page of ours sent changes nothing, whatever the route (rules T1, T6, S6)."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from chalicelib.core.web import csrf
from chalicelib.core.web.pages import UNSAFE
from tests.client import ORIGIN, Answer
from tests.web import parcours
from tests.web.conftest import Guichet
from tests.web.parcours import IDENTIFICATION, MOT_DE_PASSE, Scene, erreurs, photo, scene

guichet = parcours.guichet
FORM = {"content-type": "application/x-www-form-urlencoded"}
NOUS = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
ROLE_DE = {
    "PUBLIC": "visiteur",
    "CONNECTE": "validé",
    "INTERVENANT": "en inscription",
    "INTERVENANT_VALIDE": "validé",
    "GESTIONNAIRE": "gestionnaire",
    "ADMINISTRATEUR": "administrateur",
}
ROLES_AGISSANTS = ("visiteur", "en inscription", "validé", "gestionnaire", "administrateur")
SAISIE = {**IDENTIFICATION, "identifiant": "alpha@exemple.fr", "mot_de_passe": MOT_DE_PASSE, "email": "a@exemple.fr"}


def actions(guichet: Guichet) -> list[tuple[str, str, str]]:
    """Every route that changes something: method, pattern, a role that may ask it."""
    return [
        (methode, motif, ROLE_DE[route.view_function.access.name])
        for motif, methodes in sorted(guichet.app.routes.items())
        for methode, route in methodes.items()
        if methode in UNSAFE
    ]


def envoyer(lieu: Scene, role: str, motif: str, commande: str | None, entetes: dict[str, str]) -> Answer:
    """A form sent with this command and these headers."""
    champs = [(nom, v) for nom, valeur in SAISIE.items() for v in (valeur if isinstance(valeur, list) else [valeur])]
    champs += [("commande", commande)] if commande is not None else []
    return lieu.clients[role].send("POST", lieu.chemin(motif, role), urlencode(champs), entetes)


def commande_d_un_autre(guichet: Guichet, lieu: Scene, role: str) -> str:
    """A good command, of somebody else."""
    return lieu.commande("gestionnaire" if role != "gestionnaire" else "autre gestionnaire")


def commande_perimee(guichet: Guichet, lieu: Scene, role: str) -> str:
    """A command of the same session, older than a day."""
    from datetime import timedelta

    from chalicelib.core.context import Context
    from chalicelib.core.web import csrf, session
    from chalicelib.core.web.secret import digest

    cookies = lieu.clients[role].cookies
    jeton = cookies.get(session.SESSION, "..").split(".")[1]
    liee = digest(jeton) if jeton else cookies[session.VISIT]
    return csrf.new_command(Context(now=guichet.now - timedelta(hours=24, seconds=1)), liee)


def commande_alteree(guichet: Guichet, lieu: Scene, role: str) -> str:
    """A command whose signature is not ours."""
    tete, _, signature = lieu.commande(role).rpartition(".")
    return f"{tete}.{signature[::-1]}"


FAUX_JETONS = {
    "sans jeton": lambda g, li, r: None,
    "jeton vide": lambda g, li, r: "",
    "jeton inventé": lambda g, li, r: "a.b.c",
    "jeton accentué": lambda g, li, r: "é." * 3,
    "jeton d’un autre": commande_d_un_autre,
    "jeton périmé": commande_perimee,
    "jeton altéré": commande_alteree,
}


def jetons_acceptes(guichet: Guichet, entetes: dict[str, str]) -> Iterator[str]:
    """Each route that acts, with each wrong token: what is not refused as it must be, or changes something."""
    lieu = scene(guichet)
    avant = photo(guichet, ())
    jetons = {role: {nom: faire(guichet, lieu, role) for nom, faire in FAUX_JETONS.items()} for role in ROLES_AGISSANTS}
    for _, motif, role in actions(guichet):
        for nom, jeton in jetons[role].items():
            reponse = envoyer(lieu, role, motif, jeton, entetes)
            if reponse.status != 403:
                yield f"{motif}, {nom} : {reponse.status}"
            elif (reponse.page.h1 != ["Cette page n’est plus valable"]) is not (entetes != FORM):
                yield f"{motif}, {nom} : only what our pages sent is given back"
            if MOT_DE_PASSE in reponse.body:
                yield f"{motif}, {nom} : rend un mot de passe"
    if photo(guichet, ()) != avant:
        yield "un formulaire refusé change quelque chose"


@pytest.mark.rule("T1", "T6", "S6")
@pytest.mark.controle("T11")
@pytest.mark.parametrize("entetes", [FORM | NOUS, FORM], ids=["de notre page", "sans en-tête"])
def test_un_formulaire_sans_son_jeton_est_refuse_partout(guichet: Guichet, entetes: dict[str, str]) -> None:
    assert list(jetons_acceptes(guichet, entetes)) == []


def test_un_jeton_que_personne_ne_regarde_se_voit(guichet: Guichet, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted mistake."""
    scene(guichet)
    monkeypatch.setattr(csrf, "check", lambda request, ctx, liee: ctx.new_id())
    vues = list(jetons_acceptes(guichet, FORM | NOUS))
    assert any(vue.startswith("/mon-profil/identification, sans jeton") for vue in vues)
    assert any(vue.startswith("/gestion/inscriptions/{compte_id}/valider, jeton d’un autre") for vue in vues)
    assert "un formulaire refusé change quelque chose" in vues


D_AILLEURS = {
    "autre site": FORM | {"origin": "https://evil.test", "sec-fetch-site": "cross-site"},
    "autre origine seule": FORM | {"origin": "https://evil.test"},
    "autre site seul": FORM | {"origin": ORIGIN, "sec-fetch-site": "cross-site"},
    "site voisin": FORM | {"origin": ORIGIN, "sec-fetch-site": "same-site"},
    "origine nulle": FORM | {"origin": "null"},
    "origine qui commence pareil": FORM | {"origin": f"{ORIGIN}.evil.test"},
    "origine sans chiffrement": FORM | {"origin": ORIGIN.replace("https", "http")},
    "texte": NOUS | {"content-type": "text/plain"},
    "JSON": NOUS | {"content-type": "application/json"},
    "multipart": NOUS | {"content-type": "multipart/form-data; boundary=x"},
    "texte déguisé": NOUS | {"content-type": "text/plain; x=application/x-www-form-urlencoded"},
    "sans type": NOUS,
}


def venues_d_ailleurs(guichet: Guichet) -> Iterator[str]:
    """Each route that acts, with a good token, from elsewhere: what is not refused as it must be."""
    lieu = scene(guichet)
    avant, jetons = photo(guichet, ()), {role: lieu.commande(role) for role in ROLES_AGISSANTS}
    for _, motif, role in actions(guichet):
        for nom, entetes in D_AILLEURS.items():
            reponse = envoyer(lieu, role, motif, jetons[role], entetes)
            if (reponse.status, reponse.page.h1) != (403, ["Cette page n’est plus valable"]):
                yield f"{motif}, {nom} : {reponse.status}"
    if photo(guichet, ()) != avant:
        yield "une requête refusée change quelque chose"


@pytest.mark.rule("T1", "T6")
@pytest.mark.controle("T11")
def test_une_requete_venue_d_ailleurs_est_refusee_meme_avec_un_bon_jeton(guichet: Guichet) -> None:
    assert list(venues_d_ailleurs(guichet)) == []


def test_une_origine_que_personne_ne_regarde_se_voit(guichet: Guichet, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted mistake."""
    scene(guichet)
    monkeypatch.setattr(csrf, "check_origin", lambda request: True)
    vues = list(venues_d_ailleurs(guichet))
    assert any(vue.startswith("/mon-profil/identification, autre site : ") for vue in vues)


@pytest.mark.rule("T1")
@pytest.mark.controle("T11")
def test_la_meme_requete_bien_formee_est_recue(guichet: Guichet) -> None:
    """The witness: what the other tests refuse is refused for its forgery alone."""
    lieu = scene(guichet)
    for _, motif, role in sorted(actions(guichet), key=lambda a: a[1] == "/deconnexion"):
        reponse = envoyer(lieu, role, motif, lieu.commande(role), FORM | NOUS)
        assert reponse.status not in {401, 403, 404}, motif


@pytest.mark.rule("T1", "S6")
@pytest.mark.controle("T11")
def test_un_autre_site_ne_glisse_pas_sa_saisie_dans_la_page_de_reconnexion(guichet: Guichet) -> None:
    """A form posted by another site comes without the session's cookie (SameSite): « Votre saisie vous attend » would
    then show one button that sends the attacker's fields, command and all, to any route."""
    lieu = scene(guichet)
    for _, motif, role in actions(guichet):
        if role == "visiteur":
            continue
        pirate = FORM | {"origin": "https://evil.test", "sec-fetch-site": "cross-site"}
        chemin = lieu.chemin(motif, role)
        reponse = guichet.client("192.0.2.66").send("POST", chemin, urlencode(SAISIE, doseq=True), pirate)
        assert reponse.status == 403 and "12 rue des Carmes" not in reponse.body, motif


@pytest.mark.rule("T1")
def test_une_commande_ne_sert_qu_a_la_route_qui_l_a_depensee(guichet: Guichet) -> None:
    lieu = scene(guichet)
    role = "en inscription"
    commande = lieu.commande(role)
    assert envoyer(lieu, role, "/mon-profil/identification", commande, FORM | NOUS).status == 303
    avant = photo(guichet)
    ailleurs = envoyer(lieu, role, "/mon-profil/cv", commande, FORM | NOUS)
    assert (ailleurs.status, photo(guichet)) == (409, avant)


@pytest.mark.rule("T1", "S6")
def test_une_page_restee_ouverte_un_jour_rend_la_saisie_et_la_renvoie(guichet: Guichet) -> None:
    client = guichet.client()
    page = client.get("/activation/renvoyer")
    guichet.advance(hours=24, seconds=1)
    vieux = client.submit(page, "/activation/renvoyer", email="jean@exemple.fr", captcha="222222")
    assert vieux.status == 403 and vieux.page.form("/activation/renvoyer")["fields"]["email"] == ["jean@exemple.fr"]
    nouveau = client.submit(vieux, "/activation/renvoyer")
    assert nouveau.status == 422 and list(erreurs(nouveau).values()) == ["#captcha"]
