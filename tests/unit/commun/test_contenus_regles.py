"""The documents that the portal shows."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.commun.contenus import public as contenus
from chalicelib.commun.contenus.rules import DOCUMENTS
from chalicelib.intervenants.inscription.rules import DOCUMENTS as A_OUVRIR


@pytest.mark.rule("A5")
@pytest.mark.parametrize("nom", DOCUMENTS)
def test_un_document_porte_le_jour_de_son_texte(nom: str) -> None:
    document = DOCUMENTS[nom]
    assert document.nom == nom and document.titre
    assert date.fromisoformat(document.version).isoformat() == document.version


@pytest.mark.rule("B1")
def test_les_trois_documents_de_l_inscription_existent_sous_les_mots_du_manuel() -> None:
    assert set(A_OUVRIR) <= set(DOCUMENTS)
    assert list(A_OUVRIR.values()) == [
        "J’ai pris connaissance de la charte des intervenants",
        "J’ai pris connaissance des conditions générales d’emploi des intervenants",
        "J’ai pris connaissance des mentions légales",
    ]


@pytest.mark.rule("A5")
def test_la_version_acceptee_est_celle_du_document() -> None:
    assert contenus.versions() == {nom: document.version for nom, document in DOCUMENTS.items()}
