"""Each check of docs/controles.csv that is owed has a test, or says here what it waits for (`make rules`)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.meta.sources import PAQUET, RACINE, pythons
from tests.meta.test_regles import REGLES

DUS = (
    *(f"T{n:02}" for n in (*range(1, 8), *range(10, 21), *range(22, 38))),
    *("T39", "T40", "T41", "T43", "T44", "T46", "T47", "T49"),
    *(f"T{n}" for n in (*range(50, 58), 59, 60)),
)
ATTENTES: dict[str, dict[str, str]] = {
    "T07": {"désinscription": "les autres sessions prennent fin"},
    "T20": {"assistance": "les liens de ses mails"},
    "T31": {"assistance": "la même page pour toute adresse"},
    "T37": {
        "assistance": "cinq demandes en trente secondes par origine",
        "export tableur": "un par minute (la liste en CSV : cinq en cinq minutes, test_traitement)",
    },
    "T41": {
        "assistance": "les demandes d’une autre structure",
        "messagerie": "les destinataires proposés",
        "CVthèque": "la recherche",
    },
    "T50": {"alertes": "List-Unsubscribe"},
    "T51": {"export tableur": "le type de chaque cellule"},
    "T55": {"CDN devant les fichiers": "nosniff et CSP sandbox, qu’une adresse signée de S3 ne peut pas porter"},
}
"""What a check waits for, and what of it that leaves unproved. « tout »: no test can be written yet."""
SIGNES = {
    "désinscription": r"desinscri",
    "assistance": r"assistance|support",
    "messagerie": r"messagerie",
    "CVthèque": r"cvtheque",
    "alertes": r"alertes",
    "export tableur": r"\.xlsx",
    "CDN devant les fichiers": r"^infra/edge",
}
"""By what an address of the portal, or a folder of the code, shows that the thing has come."""


def venues(adresses: list[str]) -> set[str]:
    """What has come since the table was written."""
    return {chose for chose, signe in SIGNES.items() if any(re.search(signe, a) for a in adresses)}


def adresses() -> list[str]:
    """The reviewed addresses, the folders of the code, and the stacks."""
    relues = (RACINE / "tests" / "meta" / "urls.txt").read_text(encoding="utf-8").splitlines()
    dossiers = {f.parent.relative_to(RACINE).as_posix() for f in pythons() if PAQUET in f.parents}
    piles = {f.relative_to(RACINE).as_posix() for f in (RACINE / "infra").glob("*.yaml")}
    return [ligne.split()[1] for ligne in relues if ligne and ligne[0] != "#"] + sorted(dossiers | piles)


def manquants(prouves: set[str], attendus: dict[str, dict[str, str]]) -> dict[str, str]:
    """What is wrong between the tests and the table, by check."""
    fautes = {id_: "n’a ni test ni raison" for id_ in DUS if id_ not in prouves and id_ not in attendus}
    for id_, choses in attendus.items():
        entier = "tout" in choses.values()
        if entier and id_ in prouves:
            fautes[id_] = "a maintenant un test : dites ce qui reste"
        if not entier and id_ not in prouves:
            fautes[id_] = "n’a aucun test : dites « tout »"
    return fautes


# The house


def test_chaque_controle_du_a_son_test_ou_sa_raison() -> None:
    assert len(DUS) == len(set(DUS)) == 52
    prouves = {id_ for preuve in REGLES.preuves(RACINE, "controle") for id_ in preuve.regles}
    assert manquants(prouves, ATTENTES) == {}


def test_chaque_marqueur_nomme_un_controle_de_la_table() -> None:
    connus = REGLES.controles(RACINE / REGLES.CONTROLES)
    assert len(connus) == len(set(connus)) == 60 and set(DUS) <= set(connus)
    attendus = REGLES.attentes(RACINE)
    assert REGLES.controles_inconnus(connus, REGLES.preuves(RACINE, "controle"), attendus) == []
    assert {i: {a.chose: a.reste for a in choses} for i, choses in attendus.items()} == ATTENTES


def test_ce_que_les_controles_attendent_n_est_pas_encore_venu() -> None:
    attendues = {chose for choses in ATTENTES.values() for chose in choses}
    assert attendues <= set(SIGNES), "say by what it will show"
    assert attendues & venues(adresses()) == set(), (
        "it has come: prove the rest of its checks, then take it off ATTENTES"
    )


# The planted red


def test_un_controle_sans_test_ni_raison_est_rouge() -> None:
    prouves = set(DUS) - {"T34"}
    assert manquants(prouves, {"T34": {"x": "tout"}}) == {}
    assert set(manquants(prouves, {})) == {"T34"}
    assert set(manquants(set(DUS), {"T34": {"x": "tout"}})) == {"T34"}
    assert set(manquants(prouves, {"T34": {"x": "une partie"}})) == {"T34"}


@pytest.mark.parametrize(
    ("adresse", "chose"),
    [
        ("/me-desinscrire", "désinscription"),
        ("chalicelib/commun/assistance", "assistance"),
        ("/gestion/inscriptions.xlsx", "export tableur"),
        ("infra/edge.yaml", "CDN devant les fichiers"),
    ],
)
def test_une_chose_venue_se_voit(adresse: str, chose: str) -> None:
    assert venues(["/connexion", "/mon-profil", adresse]) == {chose}


def test_les_tests_qu_une_preuve_seule_rassemble_se_lisent() -> None:
    source = "import pytest\nif PREUVE:\n    @pytest.mark.controle('T30')\n    def test_x(): ...\n"
    assert [p.regles for p in REGLES.preuves_du_source(source, "x.py", "controle")] == [("T30",)]
    assert REGLES.preuves_du_source(source, "x.py") == []


def test_make_rules_dit_les_controles(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "docs/spec").mkdir(parents=True)
    (tmp_path / "docs/controles.csv").write_text("id,what\nT01,a\nT02,b\n", encoding="utf-8")
    (tmp_path / "tests/meta").mkdir(parents=True)
    table = 'ATTENTES: dict[str, dict[str, str]] = {"T02": {"x": "tout"}, "T99": {"y": "tout"}}\n'
    marques = "import pytest\n@pytest.mark.controle('T01', 'T98')\ndef test_x(): ...\n"
    (tmp_path / "tests/meta/test_controles.py").write_text(table + marques, encoding="utf-8")
    assert REGLES.main(tmp_path) == 1
    sortie = capsys.readouterr()
    assert "T01  1 test\n" in sortie.out and "T02  0 test\n         attend x : tout" in sortie.out
    assert "Contrôles prouvés par au moins un test : 1 sur 2" in sortie.out
    assert sortie.err.count("Contrôle inconnu") == 2 and "T98" in sortie.err and "T99" in sortie.err
