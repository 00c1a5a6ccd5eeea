"""A person without a mouse: Tab, Space, Enter, arrows, and what they type. Nothing else."""

from typing import Any

from playwright.sync_api import Page

from tests.browser import controles


class Clavier:
    """The keyboard of a page; each stop must show that it has the focus."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def ici(self) -> dict[str, Any]:
        """What has the focus."""
        return dict(controles.mesurer(self.page, "ici"))

    def aller_a(self, nom: str, *balises: str, au_plus: int = 90) -> None:
        """Tab until the control whose name begins with `nom`."""
        vus: list[str] = []
        for _ in range(au_plus):
            self.page.keyboard.press("Tab")
            ici = self.ici()
            if ici["balise"] != "body":
                assert ici["cerne"] and ici["visible"], f"foyer invisible : {ici}"
            vus.append(ici["nom"][:40])
            if ici["nom"].startswith(nom) and (not balises or ici["balise"] in balises):
                return
        raise AssertionError(f"« {nom} » n’est pas atteint au clavier depuis {self.page.url} : {vus}")

    def ecrire(self, nom: str, texte: str) -> None:
        """Go to a field and type over what it holds."""
        self.aller_a(nom, "input", "textarea")
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(texte)

    def cocher(self, nom: str) -> None:
        """Go to a box or to a radio button, and tick it with Space."""
        self.aller_a(nom, "input")
        self.page.keyboard.press("Space")
        assert self.page.evaluate("() => document.activeElement.checked")

    def choisir(self, nom: str, option: str) -> None:
        """Go to a list and come down to an option."""
        self.aller_a(nom, "select")
        for _ in range(60):
            if self.page.evaluate("() => document.activeElement.selectedOptions[0].textContent.trim()") == option:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"« {option} » n’est pas dans « {nom} »")

    def activer(self, nom: str) -> None:
        """Go to a link or a button and press Enter; wait for the page that comes."""
        self.aller_a(nom, "a", "button")
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
