"""What a work list reads, without a table (rules E2, S4)."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from chalicelib.intervenants.inscription import queries, store
from chalicelib.intervenants.inscription.rules import Demande, Etat, Filtre
from tests.unit.fabriques import contexte

STRUCTURES = tuple(f"structure-{n}" for n in range(10))


@pytest.mark.rule("E2", "S4")
@pytest.mark.parametrize("recentes", [False, True])
def test_dix_structures_ne_se_lisent_pas_dix_fois_en_entier(monkeypatch: pytest.MonkeyPatch, recentes: bool) -> None:
    lues: list[Demande] = []

    def en_attente(structure: str, limite: int, apres: str, recentes: bool, etat: Etat) -> Iterator[Demande]:
        rangs = range(1000)
        for rang in reversed(rangs) if recentes else rangs:
            demande = Demande(structure, etat, structure, transmise_le=f"{rang:04}")
            lues.append(demande)
            yield demande

    monkeypatch.setattr(store, "en_attente", en_attente)
    ctx = contexte(user=SimpleNamespace(structures=STRUCTURES))
    trouvees = queries._en_attente(ctx, Filtre(recentes=recentes), 25)
    assert [d.transmise_le for d in trouvees] == sorted((d.transmise_le for d in trouvees), reverse=recentes)
    assert len(trouvees) == 25 and {d.structure for d in trouvees[:10]} == set(STRUCTURES)
    assert len(lues) <= 25 + len(STRUCTURES)
