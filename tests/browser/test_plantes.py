"""The controls of the browser, each seen red: a page that is good, then with one fault that its control must name."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.browser import controles
from tests.browser.conftest import Ouvrir

LIEU = "https://essai.test/"
BONNE = """<!doctype html><html lang="fr"><head><title>Essai - Guichet</title><link rel="icon" href="data:,"><style>
body {{ color: #111; background: #fff; font: 1rem/1.5 sans-serif }}
a, button, input {{ font: inherit; padding: 12px; color: #003 }}
:focus {{ outline: 3px solid #00f; outline-offset: 2px }}
@media (prefers-color-scheme: dark) {{ body {{ color: #eee; background: #111 }} a {{ color: #cdf }} }}
{style}</style></head><body><a class="evitement" href="#contenu">Aller au contenu</a>
<main id="contenu" tabindex="-1"><h1>Essai</h1>{corps}
<form><p><label for="nom">Nom</label> <input id="nom" name="nom" autocomplete="family-name"></p>
<p><button type="button">Valider</button></p></form></main></body></html>"""


@pytest.fixture
def montrer(ouvrir: Ouvrir, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Page]]:
    """A page of our own in a window that has axe-core; nothing of it was measured before."""
    monkeypatch.setattr(controles, "_vues", set())
    with ouvrir() as page:
        controles.preparer(page)

        def une(corps: str = "", style: str = "", change: tuple[str, str] = ("", "")) -> Page:
            html = BONNE.format(corps=corps, style=style).replace(*change)
            page.route(LIEU + "**", lambda route: _servir(route, html))
            page.goto(LIEU)
            return page

        yield une


def _servir(route: Route, html: str, **entetes: str) -> None:
    route.fulfill(status=200, content_type="text/html; charset=utf-8", body=html, headers=entetes or None)


def test_une_bonne_page_n_a_aucune_faute(montrer: Callable[..., Page]) -> None:
    page = montrer()
    assert controles.verifier(page) + controles.typographie(page) + controles.foyers_vus(page) == []


_RESUME = '<div id="resume-erreurs" tabindex="-1"><ul><li><a href="#nom">Saisissez le nom.</a></li></ul></div>'
_SECRET = '<p><label for="m">Secret</label> <input id="m" name="mot_de_passe" type="password" {}></p>'
_ACTUEL = _SECRET.format("autocomplete=current-password")
FAUTES: dict[str, tuple[str, dict[str, Any]]] = {
    "axe : image sans texte": ("image-alt", {"corps": '<img src="data:,x">'}),
    "axe : contraste": ("color-contrast", {"corps": "<p>Pâle</p>", "style": "p { color: #bbb }"}),
    "axe : champ sans étiquette": ("label :", {"change": ('<label for="nom">Nom</label>', "")}),
    "axe : contraste, la nuit": (
        "sombre : color-contrast",
        {"style": "@media (prefers-color-scheme: dark) { h1 { color: #333 } }"},
    ),
    "axe : petites cibles": (
        "target-size",
        {"corps": "<p><button>a</button><button>b</button></p>", "style": "p button { padding: 0; font-size: 8px }"},
    ),
    "deux titres": ("2 titres h1", {"corps": "<h1>Encore</h1>"}),
    "fenêtre mal nommée": ("ne commence pas par", {"change": ("<title>Essai", "<title>Autre")}),
    "erreurs tues par le titre": ("erreurs : true", {"corps": '<p class="champ-en-erreur">Non</p>'}),
    "langue": ("langue « en »", {"change": ('lang="fr"', 'lang="en"')}),
    "identifiant en double": ("id en double : nom", {"corps": '<p id="nom">Nom</p>'}),
    "description absente": ("nomme #rien", {"change": ('id="nom"', 'id="nom" aria-describedby="rien"')}),
    "ancre sans cible": ("mène à #rien", {"corps": '<a href="#rien">Voir</a>'}),
    "reste de modèle": ("reste de modèle", {"corps": "<p>{{ nom }}</p>"}),
    "apostrophe droite": ("apostrophe droite", {"corps": "<p>L'essai</p>"}),
    "valeur absente": ("valeur absente", {"corps": "<p>None</p>"}),
    "mot de passe en clair": ("mot de passe mal demandé", {"change": ('name="nom"', 'name="mot_de_passe"')}),
    "mot de passe qui ne se colle pas": (
        "mot de passe mal demandé",
        {"corps": _SECRET.format("onpaste='return false' autocomplete=current-password")},
    ),
    "nouveau mot de passe pris pour l’ancien": (
        "mot de passe mal demandé",
        {"corps": f"<form>{_ACTUEL}<input type=hidden name=confirmation_mot_de_passe></form>"},
    ),
    "mot de passe qui ne se montre pas": (
        "ne peut pas être montré",
        {"corps": _ACTUEL},
    ),
    "résumé sans foyer": (
        "n’a pas le foyer",
        {"corps": _RESUME, "change": ("<title>Essai", "<title>Erreur : Essai")},
    ),
    "foyer invisible": ("foyer invisible", {"style": "button:focus { outline: none }"}),
    "foyer sous autre chose": (
        "est caché par",
        {"corps": "<div id=dessus>x</div>", "style": "#dessus { position: fixed; inset: 0; background: #fff }"},
    ),
    "page trop large": ("320 px : la page fait", {"style": "h1 { width: 900px }"}),
    "texte coupé": (
        "texte coupé",
        {"corps": "<p>anticonstitutionnellement</p>", "style": "p:first-of-type { width: 40px; overflow: hidden }"},
    ),
}


@pytest.mark.parametrize("faute", FAUTES)
def test_une_faute_plantee_se_voit(montrer: Callable[..., Page], faute: str) -> None:
    dite, plante = FAUTES[faute]
    trouvees = controles.verifier(montrer(**plante))
    assert any(dite in trouvee for trouvee in trouvees), trouvees


def test_une_espace_qui_se_coupe_se_voit(montrer: Callable[..., Page]) -> None:
    assert controles.typographie(montrer("<p>Vraiment ?</p>"))


def test_un_foyer_peu_visible_se_voit(montrer: Callable[..., Page]) -> None:
    page = montrer(style="button:focus { outline: 2px solid #ddd }")
    assert [faute for faute in controles.foyers_vus(page) if "Valider" in faute]


INCIDENTS = {
    "console : CSP": "<p>x</p><script>x()</script>",
    "console : aïe": "<script src='/essai.js'></script>",
    "erreur de script": "<script src='/casse.js'></script>",
    "net::ERR": "<img alt='' src='/perdue.png'>",
}


@pytest.mark.parametrize("incident", INCIDENTS)
def test_ce_qui_se_passe_mal_dans_une_fenetre_se_voit(ouvrir: Ouvrir, incident: str) -> None:
    """The watch of every window: the policy broken, the console, a script, the network."""
    politique = "default-src 'none'; script-src 'self'; img-src 'self' data:; style-src 'unsafe-inline'"
    html = BONNE.format(corps=INCIDENTS[incident], style="")

    def servir(route: Route) -> None:
        chemin = route.request.url.removeprefix(LIEU)
        if chemin == "perdue.png":
            route.abort("connectionreset")
        elif chemin:
            script = "console.error('aïe')" if chemin == "essai.js" else "absente.x = 1"
            route.fulfill(status=200, content_type="text/javascript; charset=utf-8", body=script)
        else:
            _servir(route, html, **{"Content-Security-Policy": politique})

    with pytest.raises(AssertionError, match=incident), ouvrir() as page:
        page.route(LIEU + "**", servir)
        page.goto(LIEU)
        page.wait_for_load_state("networkidle")
