"""The session's cookie and passwords: what proves who asks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core import passwords
from chalicelib.core.web import secret, session
from tests.unit.fabriques import MAINTENANT


@pytest.fixture(autouse=True)
def sans_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets that need no table."""
    monkeypatch.setattr(secret, "secret", lambda name: f"secret de {name}".encode())


def valeur(set_cookie: str) -> str:
    """What the browser sends back."""
    return set_cookie.partition("=")[2].partition(";")[0]


@pytest.mark.rule("T1")
def test_le_cookie_de_session_se_relit_et_porte_sa_protection() -> None:
    ecrit = session.write("c1", "jeton", MAINTENANT)
    assert ecrit.startswith("__Host-session=") and ecrit.endswith("; Path=/; Secure; HttpOnly; SameSite=Lax")
    assert session.read(valeur(ecrit)) == session.SessionCookie("c1", "jeton", int(MAINTENANT.timestamp()))
    assert session.write("c1", "jeton", MAINTENANT + timedelta(seconds=1)) != ecrit


@pytest.mark.rule("T1")
@pytest.mark.parametrize("place", range(4), ids=["propriétaire", "jeton", "instant", "signature"])
def test_un_cookie_retouche_ne_vaut_rien(place: int) -> None:
    morceaux = valeur(session.write("c1", "jeton", MAINTENANT)).split(".")
    morceaux[place] = morceaux[place][:-1] + ("0" if morceaux[place][-1] != "0" else "1")
    assert session.read(".".join(morceaux)) is None


@pytest.mark.rule("T1")
@pytest.mark.parametrize("forme", ["", ".", "a.b.1", "...", "{}.x", "{}.", ".{}"])
def test_un_cookie_qui_n_a_pas_ses_quatre_morceaux_ne_vaut_rien(forme: str) -> None:
    assert session.read(forme.format(valeur(session.write("c1", "jeton", MAINTENANT)))) is None


@pytest.mark.rule("T1")
@given(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from(["{}", "a.b.1.{}", "{}.b.1.c", "a.b.{}.c"]))
def test_aucun_cookie_fabrique_n_est_cru(texte: str, forme: str) -> None:
    assert session.read(forme.format(texte)) is None


@pytest.mark.rule("T1")
def test_une_signature_ne_vaut_que_pour_son_usage_et_ses_parties() -> None:
    signature = secret.sign("session", "a", "b", "1")
    assert secret.signed("session", signature, "a", "b", "1")
    assert not secret.signed("csrf", signature, "a", "b", "1")
    assert not secret.signed("session", signature, "a", "b1", "")
    assert not secret.signed("session", signature, "ab", "", "1")


@pytest.mark.rule("T1")
def test_oublier_un_cookie() -> None:
    assert session.forget().startswith("__Host-session=; ") and session.forget().endswith("; Max-Age=0")
    assert session.write_visit("v1").startswith("__Host-visite=v1; ")


@pytest.mark.rule("T2")
def test_un_mot_de_passe_est_garde_par_argon2id(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (passwords._MEMORY_KIB, passwords._PASSES) == (19 * 1024, 2), "OWASP's first choice"
    monkeypatch.setattr(passwords, "_MEMORY_KIB", 64)
    passwords._hasher.cache_clear()
    passwords._dummy.cache_clear()
    try:
        garde = passwords.hash_password("Marcher-2-Loin!")
        assert garde.startswith("$argon2id$") and "Marcher" not in garde
        assert garde != passwords.hash_password("Marcher-2-Loin!")
        assert passwords.verify(garde, "Marcher-2-Loin!")
        assert not passwords.verify(garde, "marcher-2-loin!")
        assert not passwords.verify(None, "no account has this password")
        assert not passwords.verify("pas une empreinte", "x")
    finally:
        passwords._hasher.cache_clear()
        passwords._dummy.cache_clear()


@pytest.mark.rule("T2")
def test_les_listes_de_mots_courants_parlent_aussi_francais() -> None:
    courants = passwords.common_passwords()
    assert {"password", "azerty", "soleil", "123456"} <= courants
    assert all(mot == mot.lower() for mot in courants)
