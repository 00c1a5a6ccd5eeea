"""A hostile text, in every field where one may write, of every form of a page."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Page

from tests.browser.visite import SANS_PAGE

CANARI = "\"'><img src=x onerror=alert(47)><svg/onload=alert(47)></textarea><i id=pirate>"
ANNEE = " 2019"  # a field of years takes any text that holds one

_LIBRES = "input:is([type=text], [type=search], [type=tel], [type=email]), textarea:not([hidden])"
_FORMULAIRES = f"""() => [...document.querySelectorAll("main form[method=post]")]
  .filter((formulaire) => formulaire.querySelector("{_LIBRES}"))"""
_PIEGER = f"""([rang, texte]) => {{
  const formulaire = ({_FORMULAIRES})()[rang], champs = [...formulaire.querySelectorAll("{_LIBRES}")];
  const avant = Object.fromEntries(champs.map((champ) => [champ.name, champ.value]));
  for (const champ of champs) {{
    champ.value = texte;
    champ.dispatchEvent(new Event("input", {{bubbles: true}}));  // what a script does with it is tried too
  }}
  for (const champ of formulaire.querySelectorAll(":disabled")) champ.disabled = false;
  formulaire.requestSubmit();
  return avant;
}}"""
_RENDRE = """(avant) => {
  for (const champ of document.querySelectorAll("main form[method=post] [aria-invalid=true]"))
    if (champ.name in avant) champ.value = avant[champ.name];
  document.querySelector("main form[method=post] [aria-invalid=true]").form.requestSubmit();
}"""


def saine(page: Page) -> None:
    """Nothing of the text became an element, and nothing is kept in the browser's own stores."""
    assert page.locator("#pirate, img[src='x'], svg[onload]").count() == 0, page.url
    assert page.evaluate("() => [localStorage.length, document.cookie]") == [0, ""]
    # htmx remembers where it is: a path of the portal, for this window.
    gardes = page.evaluate("() => ({...sessionStorage})")
    assert set(gardes) <= {"htmx-current-path-for-history"} and "@" not in str(gardes)


def formulaires(page: Page) -> int:
    """How many forms of the page take a text."""
    return int(page.evaluate(f"() => ({_FORMULAIRES})().length"))


def pieger(page: Page, rang: int = 0) -> None:
    """Write the text in every field of a form and send it; then once more, what was refused as it was before."""
    with page.expect_navigation():
        avant = page.evaluate(_PIEGER, [rang, CANARI + ANNEE])
    saine(page)
    refuses = page.locator("main form[method=post] [aria-invalid=true]")
    if any(avant.get(nom) for nom in refuses.evaluate_all("champs => champs.map((champ) => champ.name)")):
        with page.expect_navigation():
            page.evaluate(_RENDRE, avant)
        saine(page)


def tout_pieger(page: Page, adresse: str, encore: Callable[[], None]) -> None:
    """Open a page; the text in each of its forms. `encore`: what is done before the page is opened again."""
    page.goto(adresse)
    saine(page)
    for rang in range(formulaires(page)):
        if rang:
            encore()
            page.goto(adresse)
        pieger(page, rang)


def adresses(acces: set[str], *valeurs: dict[str, str]) -> Iterator[str]:
    """The pages of these accesses, for each set of what the parameters of their paths stand for; where none knows a
    parameter, the hostile text stands for it."""
    import app

    for motif, methodes in sorted(app.app.routes.items()):
        if "GET" in methodes and motif not in SANS_PAGE and _acces(methodes["GET"]) in acces:
            yield from dict.fromkeys(_remplir(motif, v) for v in valeurs or ({},))


def _acces(route: Any) -> str:
    return str(route.view_function.access.name)


def _remplir(motif: str, valeurs: dict[str, str]) -> str:
    morceaux = (m.strip("{}") if "{" in m else "" for m in motif.split("/"))
    return "/".join(
        quote(valeurs.get(nom, CANARI), safe="") if nom else fixe
        for nom, fixe in zip(morceaux, motif.split("/"), strict=True)
    )
