"""What every page must be, in every state: checked in the browser, told in one list of faults."""

import io
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

from tests.browser import branches

RACINE = Path(__file__).parents[2]
AXE = RACINE / "node_modules" / "axe-core" / "axe.min.js"
ETIQUETTES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "RGAAv4", "best-practice"]
MESURES = Path(__file__).with_name("controles.js")
_SIGNALER = """document.addEventListener("securitypolicyviolation",
  (e) => console.error(`CSP ${e.violatedDirective} ${e.blockedURI}`))"""


class Guet:
    """Watches a context: what its pages say on the console, what breaks, what the policy of content forbids."""

    def __init__(self, contexte: BrowserContext) -> None:
        self.fautes: list[str] = []
        self.permis: set[str] = set()
        self._refusees: set[str] = set()
        contexte.add_init_script(_SIGNALER)
        contexte.on("console", self._console)
        contexte.on("weberror", lambda erreur: self.fautes.append(f"erreur de script : {erreur.error}"))
        contexte.on("response", self._reponse)
        contexte.on("requestfailed", self._echec)

    def _reponse(self, reponse: Response) -> None:
        """The page of an error is a page: the browser's complaint about its status is no fault."""
        if reponse.status >= 400 and reponse.request.is_navigation_request():
            self._refusees.add(reponse.url)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"} or message.location.get("url") in self._refusees:
            return
        if not any(texte in message.text for texte in self.permis):
            self.fautes.append(f"console : {message.text} ({message.location.get('url', '')})")

    def _echec(self, requete: Request) -> None:
        if requete.failure and "ERR_ABORTED" not in requete.failure and "réseau coupé" not in self.permis:
            self.fautes.append(f"{requete.url} : {requete.failure}")


class Regard:
    """Which branches of the templates the page of each window went through, with the parts that scripts asked since."""

    def __init__(self, contexte: BrowserContext) -> None:
        self._vues: dict[Page, int] = {}
        for page in contexte.pages:
            self._regarder(page)
        contexte.on("page", self._regarder)

    def _regarder(self, page: Page) -> None:
        page.on("response", lambda reponse: self._reponse(page, reponse))

    def _reponse(self, page: Page, reponse: Response) -> None:
        entete = reponse.headers.get(branches.ENTETE)
        if entete is not None:
            avant = 0 if reponse.request.is_navigation_request() else self._vues.get(page, 0)
            self._vues[page] = avant | int(entete, 16)

    def de(self, page: Page) -> int:
        """The number of what a page shows."""
        return self._vues.get(page, 0)


@cache
def _source(chemin: Path) -> str:
    return chemin.read_text("utf-8")


def preparer(page: Page) -> None:
    """Give the window axe-core, on each page before its own scripts and outside its policy."""
    page.context.add_init_script(path=AXE)


def axe(page: Page, regles: tuple[str, ...] = ()) -> list[str]:
    """The violations that axe-core finds; `regles` alone when given."""
    choix = {"type": "rule", "values": list(regles)} if regles else {"type": "tag", "values": ETIQUETTES}
    trouvees = page.evaluate(
        "choix => axe.run({runOnly: choix, resultTypes: ['violations']}).then(r => r.violations.map("
        "v => `${v.id} : ${v.nodes.map(n => n.target + ' ' + n.failureSummary).join(' | ').slice(0, 600)}`))",
        choix,
    )
    return list(trouvees)


def mesurer(page: Page, nom: str) -> Any:
    """What a function of controles.js answers in a page."""
    return page.evaluate(f"() => {{ {_source(MESURES)}; return {nom}(); }}")


def _mesurer(page: Page, nom: str) -> list[str]:
    return list(mesurer(page, nom))


def structure(page: Page) -> list[str]:
    """One h1, which the title of the window repeats; ids that are unique; passwords that are hidden, may be pasted and
    may be shown; nothing left of a template."""
    return _mesurer(page, "structure")


def typographie(page: Page) -> list[str]:
    """No line may begin with « : » or end with an opening quotation mark: the spaces there do not break."""
    return _mesurer(page, "typographie")


def foyer(page: Page) -> list[str]:
    """Each control that the keyboard reaches shows that it has the focus, inside the window, under nothing."""
    page.keyboard.press("Tab")  # from here on the browser takes us for a keyboard
    return _mesurer(page, "foyer")


def resume(page: Page) -> list[str]:
    """Rule S2: the summary of errors has the focus, and each of its links leads to a field."""
    return _mesurer(page, "resume")


def largeur(page: Page, nom: str) -> list[str]:
    """Nothing is wider than the window, nothing is cut."""
    return [f"{nom} : {faute}" for faute in _mesurer(page, "largeur")]


_vues: set[str] = set()


def verifier(page: Page) -> list[str]:
    """All of it, in the present size and the others; the page is left as it was found.

    What depends on the look alone (dark colours, size of targets) is measured once for each title.
    """
    avant, nouvelle = page.viewport_size, page.title() not in _vues
    _vues.add(page.title())
    fautes = structure(page) + resume(page) + axe(page)
    if nouvelle:
        page.emulate_media(color_scheme="dark")
        fautes += [f"sombre : {faute}" for faute in axe(page, ("color-contrast", "link-in-text-block"))]
        page.emulate_media(color_scheme="light")
    fautes += foyer(page)
    page.set_viewport_size({"width": 320, "height": 740})
    fautes += largeur(page, "320 px") + (axe(page, ("target-size",)) if nouvelle else [])
    page.set_viewport_size({"width": 1280, "height": 900})
    page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
    fautes += largeur(page, "texte à 200 %")
    page.evaluate("() => { document.documentElement.style.fontSize = ''; scrollTo(0, 0); }")
    if avant:
        page.set_viewport_size(avant)
    return fautes


def foyers_vus(page: Page, au_plus: int = 40) -> list[str]:
    """Tab through a page and compare pictures: around each stop, pixels that change by 3:1 at least (RGAA 10.7)."""
    fautes: list[str] = []
    page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
    for _ in range(au_plus):
        page.keyboard.press("Tab")
        arret: dict[str, Any] | None = mesurer(page, "arret")
        if arret is None:
            return fautes
        avec = _image(page, arret["cadre"])
        page.evaluate("() => { window.arrete = document.activeElement; arrete.blur(); }")
        sans = _image(page, arret["cadre"])
        page.evaluate("() => arrete.focus()")
        changes = _pixels_changes(sans, avec)
        if changes < arret["perimetre"]:
            fautes.append(f"foyer peu visible : {arret['nom']} ({changes} pixels changent de 3:1)")
    return fautes


def _image(page: Page, cadre: dict[str, float]) -> Image.Image:
    return Image.open(io.BytesIO(page.screenshot(clip=cadre))).convert("RGB")


def _pixels_changes(a: Image.Image, b: Image.Image) -> int:
    paires = zip(a.get_flattened_data(), b.get_flattened_data(), strict=True)
    return sum(x != y and _contraste(x, y) >= 3 for x, y in paires)


def _contraste(a: Any, b: Any) -> float:
    claire, foncee = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (claire + 0.05) / (foncee + 0.05)


@cache
def _luminance(couleur: tuple[int, int, int]) -> float:
    canaux = (n / 255 for n in couleur)
    rouge, vert, bleu = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in canaux)
    return 0.2126 * rouge + 0.7152 * vert + 0.0722 * bleu
