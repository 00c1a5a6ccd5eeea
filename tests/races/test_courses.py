"""Several people at one instant (rules B3, B4, C8, E2, J6, T1, T4, T5): one effect, and the truth to everybody."""

from collections.abc import Callable

import pytest

from tests.races import courses
from tests.races.monde import Monde

Courir = Callable[[Callable[[Monde], None]], None]


@pytest.mark.rule("B3")
def test_vingt_inscriptions_d_une_meme_identite_font_un_compte(courir: Courir) -> None:
    courir(courses.meme_identite)


@pytest.mark.rule("B3")
def test_vingt_inscriptions_d_une_meme_adresse_font_un_compte(courir: Courir) -> None:
    courir(courses.meme_adresse)


@pytest.mark.rule("B4", "B5", "T3")
@pytest.mark.controle("T33")
def test_un_lien_d_activation_poste_vingt_fois_sert_une_fois(courir: Courir) -> None:
    courir(courses.meme_lien)


@pytest.mark.rule("J5", "T3")
@pytest.mark.controle("T33")
def test_un_lien_de_mot_de_passe_poste_vingt_fois_sert_une_fois(courir: Courir) -> None:
    courir(courses.meme_reinitialisation)


@pytest.mark.rule("J3", "B3")
def test_une_adresse_confirmee_par_cinq_comptes_va_a_un_seul(courir: Courir) -> None:
    courir(courses.meme_nouvelle_adresse)


@pytest.mark.rule("E2")
def test_deux_gestionnaires_decident_ensemble_et_le_second_voit_ce_que_le_premier_a_fait(courir: Courir) -> None:
    courir(courses.meme_demande)


@pytest.mark.rule("E2", "E3")
def test_deux_lots_qui_se_croisent_decident_chaque_demande_une_fois(courir: Courir) -> None:
    courir(courses.lots_qui_se_croisent)


@pytest.mark.rule("C8")
def test_un_profil_enregistre_dans_plusieurs_onglets_ne_perd_rien_en_silence(courir: Courir) -> None:
    courir(courses.meme_version)


@pytest.mark.rule("T4")
@pytest.mark.controle("T26")
def test_cinquante_mots_de_passe_essayes_ensemble_n_en_font_regarder_que_dix(courir: Courir) -> None:
    courir(courses.meme_mot_de_passe)


@pytest.mark.rule("J6", "T4")
@pytest.mark.controle("T35")
def test_vingt_codes_essayes_ensemble_n_en_font_regarder_que_cinq(courir: Courir) -> None:
    courir(courses.meme_connexion)


@pytest.mark.rule("T5")
@pytest.mark.controle("T36")
def test_un_captcha_envoye_vingt_fois_ouvre_un_seul_compte(courir: Courir) -> None:
    courir(courses.meme_captcha)


@pytest.mark.rule("T1", "T6")
def test_deux_personnes_en_meme_temps_ne_voient_jamais_le_nom_de_l_autre(courir: Courir) -> None:
    courir(courses.deux_personnes)
