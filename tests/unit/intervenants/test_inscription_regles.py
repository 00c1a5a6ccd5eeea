"""The law of applications: transmit, treat, wait."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.intervenants.inscription.rules import (
    CURRICULUM,
    PARIS,
    Demande,
    Etat,
    Refus,
    attente,
    echeance_du_complement,
    empreintes,
    modifies,
    peut_representer_le,
    peut_traiter,
    rappel_du_complement,
    reference,
    refus_de_transmettre,
)
from tests.unit.fabriques import contexte


@pytest.mark.rule("E1")
@pytest.mark.parametrize(
    ("etat", "complete", "cv_en_cours", "attendu"),
    [
        pytest.param(Etat.BROUILLON, True, False, None, id="complète"),
        pytest.param(Etat.BROUILLON, False, False, Refus.INCOMPLETE, id="incomplète"),
        pytest.param(Etat.BROUILLON, True, True, Refus.FICHIER_EN_COURS, id="CV en cours de vérification"),
        pytest.param(Etat.BROUILLON, False, True, Refus.INCOMPLETE, id="incomplète, CV en cours"),
        pytest.param(Etat.TRANSMISE, True, False, Refus.DEJA_TRANSMISE, id="déjà transmise"),
        pytest.param(Etat.TRANSMISE, False, True, Refus.DEJA_TRANSMISE, id="déjà transmise, quoi qu’il manque"),
        pytest.param(Etat.VALIDEE, True, False, Refus.DEJA_VALIDEE, id="déjà validée"),
        pytest.param(Etat.COMPLEMENT, True, False, None, id="complément apporté"),
        pytest.param(Etat.COMPLEMENT, False, False, Refus.INCOMPLETE, id="complément incomplet"),
        pytest.param(Etat.ARCHIVEE, True, False, None, id="archivée"),
    ],
)
def test_refus_de_transmettre(etat: Etat, complete: bool, cv_en_cours: bool, attendu: Refus | None) -> None:
    assert refus_de_transmettre(Demande("c1", etat), complete, cv_en_cours, date(2026, 11, 21)) is attendu


@pytest.mark.rule("E2", "T6")
@pytest.mark.parametrize(
    ("demande", "attendu"),
    [
        pytest.param(None, False, id="inconnue"),
        pytest.param(Demande("c1", Etat.BROUILLON, "grand-est"), False, id="brouillon"),
        pytest.param(Demande("c1", Etat.TRANSMISE, "grand-est"), True, id="de sa structure"),
        pytest.param(Demande("c1", Etat.VALIDEE, "grand-est"), True, id="déjà décidée, de sa structure"),
        pytest.param(Demande("c1", Etat.TRANSMISE, "bretagne"), False, id="d’une autre structure"),
        pytest.param(Demande("c1", Etat.TRANSMISE, ""), False, id="sans structure"),
    ],
)
def test_un_gestionnaire_traite_les_demandes_de_ses_structures(demande: Demande | None, attendu: bool) -> None:
    assert peut_traiter(demande, ("grand-est", "inset-nancy")) is attendu
    assert not peut_traiter(demande, ())


@pytest.mark.rule("E3")
@pytest.mark.parametrize(
    ("etudiee", "aujourd_hui", "attendu"),
    [
        pytest.param("2026-11-21T09:00:00.000000Z", date(2027, 11, 20), Refus.TROP_TOT, id="la veille de l’année"),
        pytest.param("2026-11-21T09:00:00.000000Z", date(2027, 11, 21), None, id="un an après"),
        pytest.param("2026-12-31T23:30:00.000000Z", date(2027, 12, 31), Refus.TROP_TOT, id="étudiée le 1er à Paris"),
        pytest.param("2028-02-29T09:00:00.000000Z", date(2029, 2, 28), None, id="étudiée un 29 février"),
    ],
)
def test_une_demande_rejetee_se_represente_un_an_apres_sa_premiere_etude(
    etudiee: str, aujourd_hui: date, attendu: Refus | None
) -> None:
    demande = Demande("c1", Etat.REJETEE, premiere_etude_le=etudiee)
    assert refus_de_transmettre(demande, True, False, aujourd_hui) is attendu
    assert peut_representer_le(Demande("c1", Etat.VALIDEE, premiere_etude_le=etudiee)) is None


@pytest.mark.rule("E4")
@pytest.mark.parametrize(
    ("demande_le", "echeance"),
    [
        pytest.param(datetime(2026, 11, 21, 9, tzinfo=UTC), datetime(2027, 1, 21, 9, tzinfo=UTC), id="deux mois"),
        pytest.param(datetime(2026, 12, 31, 9, tzinfo=UTC), datetime(2027, 2, 28, 9, tzinfo=UTC), id="fin de février"),
        pytest.param(datetime(2026, 2, 10, 9, tzinfo=UTC), datetime(2026, 4, 10, 8, tzinfo=UTC), id="heure d’été"),
    ],
)
def test_un_complement_a_deux_mois(demande_le: datetime, echeance: datetime) -> None:
    assert echeance_du_complement(demande_le) == echeance
    assert rappel_du_complement(echeance).astimezone(PARIS).date() == (
        echeance.astimezone(PARIS).date() - timedelta(days=15)
    )


@pytest.mark.rule("S3")
def test_la_reference_se_dicte() -> None:
    assert reference("01hq3v5k2m9x8y7z7f3k9q2m4r"[-26:], 2026) == "INS-2026-3K9Q2M4R"
    for _ in range(20):
        assert re.fullmatch(r"INS-2026-[0-9A-HJKMNP-TV-Z]{8}", reference(contexte().new_id(), 2026))


@pytest.mark.rule("E2")
@pytest.mark.parametrize(("jours", "attendu"), [(-1, "Aujourd’hui"), (0, "Aujourd’hui"), (1, "1 jour"), (2, "2 jours")])
def test_l_attente_se_lit(jours: int, attendu: str) -> None:
    assert attente(jours) == attendu


@pytest.mark.rule("E2")
@pytest.mark.parametrize(
    ("transmise", "lue", "attendu"),
    [
        pytest.param("2026-11-20T12:00:00.000000Z", datetime(2026, 11, 21, 9, tzinfo=UTC), "1 jour", id="la veille"),
        pytest.param("2026-11-21T08:00:00.000000Z", datetime(2026, 11, 21, 9, tzinfo=UTC), "Aujourd’hui", id="ce jour"),
        pytest.param(
            "2026-11-20T23:30:00.000000Z",
            datetime(2026, 11, 20, 23, 40, tzinfo=UTC),
            "Aujourd’hui",
            id="dix minutes plus tôt, après minuit à Paris",
        ),
        pytest.param(
            "2026-11-20T22:30:00.000000Z",
            datetime(2026, 11, 20, 23, 40, tzinfo=UTC),
            "1 jour",
            id="une heure plus tôt, la veille à Paris",
        ),
    ],
)
def test_l_attente_compte_les_jours_de_paris(transmise: str, lue: datetime, attendu: str) -> None:
    assert attente(contexte(now=lue).days_since(transmise)) == attendu


@pytest.mark.rule("B3", "S2")
@pytest.mark.parametrize("refus", Refus, ids=lambda refus: refus.name)
def test_chaque_refus_est_une_phrase(refus: Refus) -> None:
    assert refus.value[0].isupper() and refus.value.endswith(".")
    assert "'" not in refus.value


@pytest.mark.rule("B3", "Z2")
def test_le_refus_dit_un_compte_archive_et_ou_demander_sa_reactivation() -> None:
    assert "archivé" in Refus.COMPTE_ARCHIVE.value and "réactivation" in Refus.COMPTE_ARCHIVE.value
    assert "archivé" not in Refus.COMPTE_EXISTANT.value
    for refus in (Refus.COMPTE_ARCHIVE, Refus.COMPTE_EXISTANT):
        assert "identité ou cette adresse" in refus.value, "the same words for an identity or an address"


@pytest.mark.rule("E4")
@pytest.mark.parametrize(
    ("avant", "apres", "attendu"),
    [
        pytest.param({"A": "1", "B": "2"}, {"A": "1", "B": "2"}, (), id="rien"),
        pytest.param({"A": "1", "B": "2"}, {"A": "1", "B": "3"}, ("B",), id="changé"),
        pytest.param({"A": "1"}, {"B": "2", "A": "1"}, ("B",), id="ajouté"),
        pytest.param({"A": "1", "B": "2"}, {"B": "2"}, ("A",), id="retiré"),
        pytest.param({"A": "1", "B": "2"}, {"B": "3", "A": "4"}, ("B", "A"), id="dans l’ordre des pages"),
    ],
)
def test_ce_qui_differe_entre_deux_transmissions(
    avant: dict[str, str], apres: dict[str, str], attendu: tuple[str, ...]
) -> None:
    assert modifies(avant, apres) == attendu


@pytest.mark.rule("E4")
def test_un_bloc_se_reconnait_a_ses_reponses_non_a_ses_questions() -> None:
    def bloc(*lignes: tuple[str, str, str]) -> list[dict[str, object]]:
        return [{"titre": "Le statut", "lignes": list(lignes)}]

    def de(blocs: list[dict[str, object]], cv: str = "") -> dict[str, str]:
        return empreintes(blocs, [], cv)

    un = de(bloc(("Fonction", "Cadre", "#fonction"), ("Grade", "", "#grade")))
    assert set(un) == {"Le statut", CURRICULUM} and "Cadre" not in str(un)
    assert de(bloc(("Votre fonction", "Cadre", "#fonction"))) == un
    assert modifies(un, de(bloc(("Fonction", "Agent", "#fonction")))) == ("Le statut",)
    assert modifies(un, de(bloc(("Fonction", "", "#fonction"), ("Grade", "Cadre", "#grade")))) == ("Le statut",)
    assert modifies(un, de(bloc(("Fonction", "Cadre", "#fonction")), cv="01")) == (CURRICULUM,)
