"""P4 of the bench: the floor of what an act writes, and the red when an act is measured under it."""

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from infra.bench import __main__ as bench
from infra.bench import rapport
from infra.bench.actes import Ligne, _sol, _tables, _taille

CLES = {"pk": {"S": "MAIL#1"}, "sk": {"S": "MAIL"}}
DU = {"due_pk": {"S": "MAIL#3"}, "due_at": {"S": "2026-11-22T09:00:00.000000Z"}}
PLUS_TARD = {"due_at": {"S": "2026-11-22T10:00:00.000000Z"}}
LISTE = {"gsi1pk": {"S": "MAILS#MORTS"}, "gsi1sk": {"S": "2026"}}


def binaire(octets: int) -> Ligne:
    """What a compressed text is: bytes whose repr is nearly four times as long."""
    return {"body": {"B": b"\xff" * octets}}


@pytest.mark.parametrize(
    ("valeur", "octets"),
    [
        pytest.param({"S": "été"}, 5, id="texte"),
        pytest.param({"B": b"\xff" * 100}, 100, id="octets"),
        pytest.param({"N": "1795428000"}, 5, id="nombre"),
        pytest.param({"BOOL": True}, 1, id="booléen"),
        pytest.param({"L": [{"S": "ab"}, {"S": "c"}]}, 8, id="liste"),
        pytest.param({"M": {"cle": {"S": "ab"}}}, 9, id="table"),
    ],
)
def test_ce_que_pese_une_valeur(valeur: Ligne, octets: int) -> None:
    assert _taille({"nom": valeur}) == 3 + octets


@pytest.mark.parametrize(
    ("table", "avant", "apres", "unites"),
    [
        pytest.param("outbox", {}, binaire(1500), 2, id="un binaire pèse ses octets"),
        pytest.param("outbox", binaire(1500) | DU, binaire(1500), 3, id="quitter un index de clés"),
        pytest.param("outbox", binaire(1500) | DU, binaire(1500) | DU | PLUS_TARD, 4, id="y changer de place"),
        pytest.param("outbox", binaire(1500) | DU, binaire(1400) | DU, 2, id="il ne garde pas le reste"),
        pytest.param("outbox", {}, binaire(1500) | LISTE, 4, id="entrer dans un index entier"),
        pytest.param("comptes", binaire(1500) | DU, binaire(1400) | DU, 4, id="l’index entier garde le reste"),
        pytest.param("comptes", {}, binaire(1500) | {"due_pk": DU["due_pk"]}, 2, id="une clé sur deux n’y est pas"),
    ],
)
def test_le_sol_d_une_ecriture(table: str, avant: Ligne, apres: Ligne, unites: int) -> None:
    cle = (f"guichet-local-{table}", "MAIL#1", "MAIL")
    photos = ({cle: CLES | ligne} if ligne else {} for ligne in (avant, apres))
    assert _sol(cle, *photos, transaction=False) == unites


def test_une_transaction_double_la_ligne_et_pas_ses_index() -> None:
    cle = ("guichet-local-outbox", "MAIL#1", "MAIL")
    assert _sol(cle, {}, {cle: CLES | DU | binaire(1500)}, transaction=True) == 5


def test_les_index_sont_ceux_de_la_pile() -> None:
    tables = _tables()
    assert len(tables) == 6 and {len(index) for index in tables.values()} == {3}
    assert [index.garde for index in tables["guichet-local-outbox"]] == [
        None,
        {"pk", "sk", "gsi2pk", "gsi2sk"},
        {"pk", "sk", "due_pk", "due_at"},
    ]


# A mark, and the red


def bilan(ecritures: float, lectures: float = 2) -> dict[str, Any]:
    """An act whose floor is two units read and five written."""
    return {"lectures": lectures, "ecritures": ecritures, "sol_lectures": 2, "sol_ecritures": 5, "lignes": ["MAIL"]}


@pytest.mark.parametrize(
    ("acte", "tenu", "dit", "code"),
    [
        pytest.param(bilan(5), True, "", 0, id="au sol"),
        pytest.param(bilan(7), False, "« send » writes 7 where the floor is 5.", 0, id="au-dessus"),
        pytest.param(bilan(5, 3), False, "« send » reads 3 where the floor is 2.", 0, id="lit trop"),
        pytest.param(bilan(4), False, "the bench miscounts: « send » writes 4 under a floor of 5.", 1, id="dessous"),
        pytest.param(bilan(7, 1), False, "the bench miscounts: « send » reads 1 under a floor of 2.", 1, id="mêlés"),
    ],
)
def test_un_acte_sous_son_sol_est_rouge(
    acte: dict[str, Any], tenu: bool, dit: str, code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    p4 = {"actes": {"send": acte}, "sans_figure": []}
    monkeypatch.setattr(bench, "mesurer", lambda options: {"P4": p4})
    monkeypatch.setattr(sys, "argv", ["bench", "--sortie", str(tmp_path / "p.md")])
    monkeypatch.setattr(sys, "stderr", rouge := io.StringIO())
    assert bench.main() == code
    (ligne,) = rapport.lignes({"P4": p4})
    assert (ligne.tenu, ligne.raison.strip(".")) == (tenu, dit.strip("."))
    assert ligne.rendu() in (tmp_path / "p.md").read_text("utf-8")
    assert rouge.getvalue() == (f"\033[31m{dit.strip('.')}\033[0m\n" if code else "")


def test_un_formulaire_que_le_banc_n_envoie_pas_est_rouge() -> None:
    p4 = {"actes": {"send": bilan(5)}, "sans_figure": ["POST /annonces"]}
    assert rapport.faux(p4) == ["no figure for POST /annonces"]
    (ligne,) = rapport.lignes({"P4": p4})
    assert ligne.tenu is False and ligne.raison == "no figure for POST /annonces."


P1 = {"rapport_cpu": 1.2, "page_cpu": 0.6, "sol_cpu": 0.5, "quoi": "the zip"}
P2 = {"rapport": 1.2, "page_ms": 6.0, "sol_ms": 5.0, "appels": 3}
P8 = {"octets": 30_000, "requetes": 5, "ailleurs": [], "lighthouse": {"performance": 97, "accessibility": 100}}
P3: dict[str, Any] = {"routes": {"/": {"appels": ["GetItem"], "deux_fois": []}}, "sans_exemple": []}
QUATRE = {"/": {"appels": ["GetItem"] * 4, "deux_fois": []}}
CHARGE = {"gens": 20, "finis": 20, "nombre_erreurs": 0, "nombre_perdus": 0, "erreurs": [], "perdus": []}


@pytest.mark.parametrize(
    ("nom", "bonne", "mauvaise"),
    [
        pytest.param("P1", P1, P1 | {"rapport_cpu": 1.6}, id="un démarrage lent"),
        pytest.param("P2", {"home": P2}, {"home": P2 | {"rapport": 1.6}}, id="une page lente"),
        pytest.param("P3", P3, P3 | {"routes": QUATRE}, id="une page qui demande trop"),
        pytest.param(
            "P3", P3, P3 | {"routes": {"/": P3["routes"]["/"] | {"deux_fois": ["a"]}}}, id="qui lit deux fois"
        ),
        pytest.param("P3", P3, P3 | {"sans_exemple": ["/annonces"]}, id="une page que l’on n’a pas demandée"),
        pytest.param("P8", P8, P8 | {"octets": 61 * 1024}, id="une page lourde"),
        pytest.param("P8", P8, P8 | {"requetes": 7}, id="trop de demandes"),
        pytest.param("P8", P8, P8 | {"ailleurs": ["https://cdn.example/a.js"]}, id="un tiers"),
        pytest.param("P8", P8, P8 | {"lighthouse": {"performance": 94, "accessibility": 100}}, id="lente au téléphone"),
        pytest.param("P8", P8, P8 | {"lighthouse": {"performance": 97, "accessibility": 99}}, id="inaccessible"),
        pytest.param("charge", CHARGE, CHARGE | {"finis": 19}, id="quelqu’un n’arrive pas"),
        pytest.param("charge", CHARGE, CHARGE | {"nombre_erreurs": 1, "erreurs": ["500"]}, id="une erreur"),
        pytest.param("charge", CHARGE, CHARGE | {"nombre_perdus": 1, "perdus": ["un compte"]}, id="un acte perdu"),
    ],
)
def test_un_repere_manque_se_voit(nom: str, bonne: Any, mauvaise: Any) -> None:
    assert {ligne.tenu for ligne in rapport.lignes({nom: bonne})} == {True}
    assert False in {ligne.tenu for ligne in rapport.lignes({nom: mauvaise})}


def test_ce_qui_ne_se_mesure_pas_ici_se_dit() -> None:
    assert [ligne.tenu for ligne in rapport.lignes({"P8": P8 | {"lighthouse": None}})] == [True, None]
