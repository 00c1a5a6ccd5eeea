"""The law of files: uses, keys in the bucket, states."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.commun.pieces.rules import (
    CV,
    ORPHELIN,
    REFUS_DU_SCAN,
    USAGES,
    EtatPiece,
    Piece,
    Scan,
    de_la_cle,
)
from chalicelib.core.contenu import Format

PIECE = Piece("p1", "c1", CV, EtatPiece.RECU)


@pytest.mark.rule("D7", "D10")
def test_un_cv_prend_les_sept_formats_du_manuel_et_deux_mega_octets() -> None:
    formats = {Format.PDF, Format.DOC, Format.TXT, Format.RTF, Format.HTML, Format.ODT, Format.DOCX}
    assert CV.formats == formats
    assert CV.taille_max == 2 * 1024 * 1024
    assert USAGES[CV.code] is CV


@pytest.mark.rule("U4")
def test_un_fichier_orphelin_vit_vingt_quatre_heures() -> None:
    assert timedelta(hours=24) == ORPHELIN


@pytest.mark.rule("U1")
@pytest.mark.parametrize("etat", EtatPiece, ids=lambda etat: etat.name)
def test_une_piece_n_est_en_cours_que_recue_et_pas_encore_jugee(etat: EtatPiece) -> None:
    assert Piece("p1", "c1", CV, etat).en_cours is (etat is EtatPiece.RECU)


@pytest.mark.rule("U1")
def test_chaque_etape_d_un_fichier_a_sa_place_dans_le_depot() -> None:
    cles = [PIECE.cle_en_quarantaine, PIECE.cle, PIECE.cle_de_page(1), PIECE.cle_de_page(2)]
    assert cles == ["quarantaine/c1/p1", "disponible/c1/p1", "pages/c1/p1/1", "pages/c1/p1/2"]
    assert de_la_cle(PIECE.cle_en_quarantaine) == ("c1", "p1")


@pytest.mark.rule("U1")
@pytest.mark.parametrize(
    "cle",
    [
        pytest.param("", id="vide"),
        pytest.param("quarantaine/", id="préfixe seul"),
        pytest.param("quarantaine/c1", id="propriétaire seul"),
        pytest.param("quarantaine/c1/", id="sans nom"),
        pytest.param("quarantaine//p1", id="sans propriétaire"),
        pytest.param("quarantaine/c1/p1/x", id="trop profonde"),
        pytest.param("disponible/c1/p1", id="hors de la quarantaine"),
        pytest.param("quarantaine/../p1", id="qui remonte"),
        pytest.param("quarantaine/c1/p#1", id="croisillon"),
        pytest.param("quarantaine/c1/é", id="hors ASCII"),
        pytest.param("quarantaine/c1/p1\n", id="fin de ligne"),
        pytest.param("Quarantaine/c1/p1", id="casse"),
    ],
)
def test_une_cle_qui_n_est_pas_des_notres_ne_designe_rien(cle: str) -> None:
    assert de_la_cle(cle) is None


@pytest.mark.rule("U1")
@given(st.text(max_size=60))
def test_aucune_cle_ne_surprend_et_ce_qui_est_lu_se_recompose(cle: str) -> None:
    lue = de_la_cle(cle)
    assert lue is None or "quarantaine/" + "/".join(lue) == cle


@pytest.mark.rule("U1", "U2")
def test_seuls_un_fichier_infecte_ou_illisible_sont_refuses_par_l_analyse() -> None:
    assert set(REFUS_DU_SCAN) == {Scan.INFECTE, Scan.ILLISIBLE}
    assert Scan("NO_THREATS_FOUND") is Scan.SAIN
    for message in REFUS_DU_SCAN.values():
        assert "déposez" in message and message.endswith(".")


@pytest.mark.rule("U1")
def test_un_verdict_inconnu_n_est_jamais_pris_pour_sain() -> None:
    with pytest.raises(ValueError, match="PEUT_ETRE"):
        Scan("PEUT_ETRE")
