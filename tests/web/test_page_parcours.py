"""« Parcours »: its answers kept at any time, its tables line by line, read-only while treated (rules D1 to D12)."""

from typing import Any

import pytest

from tests.client import Answer, Client
from tests.web import parcours
from tests.web.conftest import Guichet
from tests.web.parcours import LIGNES, PARCOURS, actes, erreurs, inscrit, valeurs

guichet = parcours.guichet
PAGE = "/mon-profil/parcours"
GARDE = "/mon-profil/parcours?enregistre=oui"


def enregistrer(client: Client, **saisie: Any) -> Answer:
    """The page, saved with this."""
    return client.submit(client.get(PAGE), PAGE, **{"suite": "rester", **saisie})


def ajouter(client: Client, bloc: str, **autre: Any) -> Answer:
    """A line more."""
    chemin = f"{PAGE}/{bloc}/ajouter"
    return client.submit(client.get(chemin), chemin, **{**LIGNES[bloc], "suite": "page", **autre})


def lignes(guichet: Guichet, bloc: str = "") -> list[str]:
    """The ids of the lines that the table holds."""
    cles = sorted(r["sk"]["S"] for r in guichet.rows("intervenants") if r["sk"]["S"].startswith(f"LIGNE#{bloc}"))
    return [cle.rpartition("#")[2] for cle in cles]


# D2, D3, D9, D11: the page's own answers


@pytest.mark.rule("C8", "D2", "D3", "D9", "D11")
def test_la_page_garde_ses_reponses_completes_ou_non(guichet: Guichet, visiteur: Client) -> None:
    inscrit(visiteur)
    reponse = enregistrer(visiteur, **{**PARCOURS, "formations_realisees": ""})
    assert reponse.location == GARDE
    page = visiteur.follow(reponse)
    assert "Enregistré à 10 h 00" in page.page.text and not erreurs(page)
    gardes = valeurs(page, PAGE)
    attendues = {**PARCOURS, "formations_realisees": ""}
    assert {nom: gardes.get(nom, "") for nom in attendues} == attendues
    assert [a["acte"] for a in actes(guichet, "enregistrer_le_parcours")] == ["enregistrer_le_parcours"]
