"""Instants, ids, tokens: the only source of time and chance."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core import context
from chalicelib.core.context import from_iso, iso, live_context
from tests.unit.fabriques import MAINTENANT, contexte

INSTANTS = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=1)), timezone(-timedelta(hours=9, minutes=30))]),
)


def test_un_id_a_vingt_six_caracteres_et_se_copie_sans_confusion() -> None:
    for _ in range(50):
        assert re.fullmatch(r"[0-9a-hjkmnp-tv-z]{26}", contexte().new_id())


def test_les_ids_se_rangent_par_date() -> None:
    instants = [MAINTENANT + timedelta(milliseconds=n) for n in (0, 1, 31, 32, 33, 1023, 10**6, 10**9, 10**11)]
    ids = [contexte(now=instant).new_id() for instant in instants]
    assert ids == sorted(ids)


def test_deux_ids_du_meme_instant_different() -> None:
    assert len({contexte().new_id() for _ in range(1000)}) == 1000


@pytest.mark.rule("T3")
@pytest.mark.controle("T02", "T32")
def test_un_jeton_porte_256_bits_et_tient_dans_une_adresse() -> None:
    jetons = {contexte().token() for _ in range(200)}
    assert len(jetons) == 200
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", jeton) for jeton in jetons)


@pytest.mark.rule("T5")
def test_un_code_ne_prend_que_les_caracteres_permis() -> None:
    codes = {contexte().digits("2345", 6) for _ in range(200)}
    assert len(codes) > 100
    assert all(re.fullmatch("[2-5]{6}", code) for code in codes)


@given(INSTANTS)
def test_un_instant_ecrit_se_relit(instant: datetime) -> None:
    assert from_iso(iso(instant)) == instant
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", iso(instant))


@given(INSTANTS, INSTANTS)
def test_les_instants_ecrits_se_comparent_comme_des_textes(un: datetime, autre: datetime) -> None:
    assert (iso(un) < iso(autre)) is (un < autre)


@pytest.mark.rule("W1")
def test_l_heure_d_une_planification_se_lit() -> None:
    assert from_iso("2026-11-21T09:00:00Z") == MAINTENANT
    assert from_iso("2026-11-21T10:00:00+01:00") == MAINTENANT
    assert iso(datetime(2026, 11, 21, 10, tzinfo=timezone(timedelta(hours=1)))) == "2026-11-21T09:00:00.000000Z"


@pytest.mark.rule("W1")
@pytest.mark.parametrize(
    ("instant", "jour"),
    [
        pytest.param(datetime(2026, 11, 20, 22, 59, 59, tzinfo=UTC), date(2026, 11, 20), id="hiver, avant minuit"),
        pytest.param(datetime(2026, 11, 20, 23, 0, tzinfo=UTC), date(2026, 11, 21), id="hiver, minuit"),
        pytest.param(datetime(2026, 7, 20, 21, 59, 59, tzinfo=UTC), date(2026, 7, 20), id="été, avant minuit"),
        pytest.param(datetime(2026, 7, 20, 22, 0, tzinfo=UTC), date(2026, 7, 21), id="été, minuit"),
    ],
)
def test_aujourd_hui_est_le_jour_de_paris(instant: datetime, jour: date) -> None:
    assert contexte(now=instant).today == jour


def test_l_horloge_se_remplace_tout_entiere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "_clock", context._clock)  # put back at the end
    context.set_clock(lambda: MAINTENANT)
    assert live_context(source="192.0.2.1").now == MAINTENANT
    assert live_context().instant == "2026-11-21T09:00:00.000000Z"
