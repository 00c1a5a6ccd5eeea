"""The stand-in for the register of employers: the contract of the API, over an extract of facts (rule C3)."""

import json
from typing import Any

import pytest

from chalicelib.commun.employeurs.rules import employeurs_de, faute_de_siret
from infra.local.employeurs import DONNEES, repertoire, repondre


def lire(**demande: str) -> Any:
    """A good answer."""
    statut, _, corps = repondre({nom: [valeur] for nom, valeur in demande.items()})
    assert statut == 200
    return json.loads(corps)


@pytest.mark.rule("C3")
def test_l_extrait_est_petit_et_chaque_siret_a_une_bonne_cle() -> None:
    assert DONNEES.stat().st_size < 200_000 and len(repertoire()) > 500
    assert [e["siren"] for e in repertoire() if faute_de_siret(e["siege"]["siret"])] == []
    assert len({e["siren"] for e in repertoire()}) == len(repertoire())
    assert all(len(employeurs_de({"results": [e]}, "") or ()) == 1 for e in repertoire())


@pytest.mark.rule("C3")
def test_la_doublure_suit_le_contrat() -> None:
    assert repondre({})[0] == 400
    nancy = lire(q="Ville Nancy") or {}
    assert nancy["total_results"] == 0, "every word counts"
    page = lire(q="COMMUNE de", per_page="40")
    assert len(page["results"]) == page["per_page"] == 25 and page["total_pages"] == -(-page["total_results"] // 25)
    assert [e["nom_complet"] for e in lire(q="215403957")["results"]] == ["COMMUNE DE NANCY"]
    assert [e["siren"] for e in lire(q="21540395700016")["results"]] == ["215403957"]
    assert lire(q="21540395700099")["results"] == []
