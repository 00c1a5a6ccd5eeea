"""What of the tables is pure: shards, ttl, the order of an act's writes."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.table import SHARDS, Act, CommandRow, fallen_due, seconds, shard
from tests.unit.fabriques import MAINTENANT, contexte


@pytest.mark.rule("W1")
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_un_element_est_toujours_dans_le_meme_casier(de: str) -> None:
    casier = shard("ACTIVATION", de)
    assert casier == shard("ACTIVATION", de)
    assert casier in {f"ACTIVATION#{n}" for n in range(SHARDS)}, "a sweep reads these and no other"


@pytest.mark.rule("W1")
def test_chaque_balayage_lit_tous_les_casiers_et_commence_ailleurs(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a run has no time for is first, some minutes later."""
    demandes: list[str] = []
    lue = Mock(due=Mock(query=lambda casier, *_, **__: demandes.append(casier) or iter(())))
    for minute in range(60):
        list(fallen_due(lue, "MAIL", f"2026-03-02T08:{minute:02}:00Z"))
    tours = [demandes[i : i + SHARDS] for i in range(0, len(demandes), SHARDS)]
    assert all(set(tour) == {f"MAIL#{n}" for n in range(SHARDS)} for tour in tours)
    assert {tour[0] for tour in tours} == {f"MAIL#{n}" for n in range(SHARDS)}


@pytest.mark.rule("W1")
def test_les_casiers_se_remplissent_a_peu_pres_egalement() -> None:
    compte = Counter(shard("MAIL", contexte().new_id()) for _ in range(4000))
    assert len(compte) == SHARDS
    assert max(compte.values()) < 1.5 * min(compte.values())


def test_une_fin_de_vie_se_compte_en_secondes_depuis_1970() -> None:
    assert seconds(contexte(), timedelta(hours=1)) == int(MAINTENANT.timestamp()) + 3600


def test_un_acte_verifie_puis_supprime_puis_ecrit() -> None:
    """DynamoDB refuses two operations on one item: the order only serves to name the first condition that fails."""
    act, tx = Act(contexte()), Mock()
    row = CommandRow("COMMANDE#1", "COMMANDE")
    act.update(row, [CommandRow.result.set("x")])
    act.create(row, "neuf")
    act.delete(row)
    act.check(CommandRow, "COMMANDE#1", "COMMANDE", CommandRow.pk.exists(), "la")
    for write in sorted(act.writes, key=lambda write: write.order):
        write.apply(tx)
    assert [appel[0] for appel in tx.method_calls] == ["condition_check", "delete", "save", "update"]
    assert [write.label for write in act.writes] == ["", "neuf", "", "la"]
