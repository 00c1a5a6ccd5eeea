"""Mails as they leave: one recipient, our headers and no other, text and HTML (tests T49, T50)."""

from __future__ import annotations

from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as reglages
from hypothesis import strategies as st
from jinja2 import DictLoader

from chalicelib.core import render
from chalicelib.core.mail import Mail, RenderedMail, mime, render_mail
from tests.unit.fabriques import contexte

EN_TETES = [
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
]  # fmt: skip
COUPURES = ["\r", "\n", "\r\n", "\x00", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x7f", "\x85", "\u2028", "\u2029"]


@pytest.fixture
def gabarit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail that writes what somebody typed everywhere it can."""
    env = render.environnement(
        DictLoader(
            {
                "m/subject.txt": "Bonjour {{ nom }}\n",
                "m/body.txt": "Bonjour {{ nom }}, {{ to }}",
                "m/body.html": "<p>Bonjour {{ nom }}</p>",
            }
        )
    )
    monkeypatch.setattr(render, "_env", lambda: env)


def message(sujet: str = "Sujet", to: str = "a@exemple.fr", **autre: Any) -> Any:
    """What a mail server would read."""
    raw = mime(contexte(), RenderedMail(to, sujet, autre.get("text", "Texte"), autre.get("html", "<p>H</p>")), "id1")
    return message_from_bytes(raw, policy=policy.default)


def en_tetes(recu: Any) -> list[str]:
    """Names of the headers of the whole message."""
    return list(recu.keys())


@pytest.mark.rule("V1")
def test_un_mail_porte_ses_en_tetes_et_ses_deux_formes() -> None:
    recu = message("Votre demande d’inscription", text="Été à Nancy\n", html="<p>Été</p>")
    assert en_tetes(recu) == EN_TETES
    assert recu["From"] == "CNFPT-Espace Intervenants <nepasrepondre@cnfpt.example>"
    assert recu["To"] == "a@exemple.fr"
    assert recu["Subject"] == "Votre demande d’inscription"
    assert recu["Message-ID"] == "<id1@cnfpt.example>"
    assert recu["Auto-Submitted"] == "auto-generated"
    assert recu["Date"].datetime == contexte().now
    assert [part.get_content_type() for part in recu.iter_parts()] == ["text/plain", "text/html"]
    assert recu.get_body(("plain",)).get_content().splitlines() == ["Été à Nancy"]
    assert "Été" in recu.get_body(("html",)).get_content()


@pytest.mark.rule("V1")
def test_un_mail_envoye_deux_fois_est_le_meme() -> None:
    une, autre = message(), message()
    assert une["Message-ID"] == autre["Message-ID"] and une["Date"] == autre["Date"]


@pytest.mark.rule("V1")
def test_aucune_ligne_ne_depasse_ce_que_smtp_permet() -> None:
    raw = mime(contexte(), RenderedMail("a@exemple.fr", "é" * 3000, "x" * 5000, "<p>" + "y" * 5000), "id1")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.rule("V2")
@pytest.mark.controle("T49")
@pytest.mark.parametrize("coupure", COUPURES, ids=lambda c: "U+" + "-".join(f"{ord(x):04X}" for x in c))
def test_un_sujet_ne_peut_pas_ajouter_d_en_tete(coupure: str, gabarit: None) -> None:
    nom = f"Jean{coupure}Bcc: evil@evil.fr{coupure}{coupure}<b>"
    rendu = render_mail(Mail("a@exemple.fr", "m", {"nom": nom}))
    assert not set(rendu.subject) & set("".join(COUPURES))
    recu = message(rendu.subject)
    assert en_tetes(recu) == EN_TETES
    assert recu["Subject"] == "Bonjour Jean Bcc: evil@evil.fr <b>"


@pytest.mark.rule("V2")
@pytest.mark.controle("T49")
@pytest.mark.parametrize("code", ["%0d%0a", "%0A", "\\r\\n", "&#10;", "\\u000a"])
def test_une_coupure_codee_reste_du_texte(code: str, gabarit: None) -> None:
    rendu = render_mail(Mail("a@exemple.fr", "m", {"nom": f"Jean{code}Bcc: evil@evil.fr"}))
    recu = message(rendu.subject)
    assert en_tetes(recu) == EN_TETES
    assert recu["Subject"] == f"Bonjour Jean{code}Bcc: evil@evil.fr"


@pytest.mark.rule("V2")
@pytest.mark.controle("T49")
@pytest.mark.parametrize(
    "sujet", ["=?utf-8?q?x=0D=0ABcc:_evil=40evil.fr?=", "a =?utf-8?b?eA0KQmNjOiBldmlsQGV2aWwuZnI=?= b"]
)
def test_un_sujet_code_a_la_main_reste_du_texte(sujet: str) -> None:
    assert en_tetes(message(sujet)) == EN_TETES


@pytest.mark.rule("V2")
@pytest.mark.controle("T49")
@reglages(max_examples=60)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60).filter(lambda t: "=?" not in t))
def test_aucun_sujet_n_ajoute_d_en_tete(sujet: str) -> None:
    from chalicelib.core.mail import _BREAKS

    assert en_tetes(message(_BREAKS.sub(" ", sujet))) == EN_TETES


@pytest.mark.rule("V2")
@pytest.mark.controle("T49")
@pytest.mark.parametrize(
    "to",
    [
        pytest.param("a@exemple.fr\r\nBcc: evil@evil.fr", id="CRLF"),
        pytest.param("a@exemple.fr\nBcc: evil@evil.fr", id="LF"),
        pytest.param("a@exemple.fr\rBcc: evil@evil.fr", id="CR"),
        pytest.param("a@exemple.fr\u2028Bcc: evil@evil.fr", id="U+2028"),
        pytest.param("a@exemple.fr, evil@evil.fr", id="deux adresses"),
        pytest.param("a@exemple.fr;evil@evil.fr", id="point-virgule"),
        pytest.param("a@exemple.fr evil@evil.fr", id="espace"),
        pytest.param("evil@evil.fr <a@exemple.fr>", id="nom affiché"),
        pytest.param("<a@exemple.fr>", id="chevrons"),
        pytest.param("=?utf-8?q?a=0d=0aBcc:_x?=@exemple.fr", id="mot codé"),
        pytest.param("", id="vide"),
    ],
)
def test_un_mail_n_a_qu_un_destinataire(to: str) -> None:
    with pytest.raises(Exception, match=r"."):
        message(to=to)


@pytest.mark.rule("V1")
def test_un_domaine_accentue_s_ecrit_comme_les_serveurs_le_lisent() -> None:
    raw = mime(contexte(), RenderedMail("x@exémple.fr", "s", "t", "<p>h</p>"), "id1")
    assert b"\r\nTo: x@xn--exmple-cva.fr\r\n" in raw


@pytest.mark.rule("V2")
@pytest.mark.controle("T50")
@pytest.mark.parametrize("nom", ["<script>alert(1)</script>", '<a href="https://evil.fr">', "{{ 7*7 }}", "&lt;b&gt;"])
def test_ce_qu_on_tape_arrive_comme_du_texte(nom: str, gabarit: None) -> None:
    from html import unescape

    rendu = render_mail(Mail("a@exemple.fr", "m", {"nom": nom}))
    assert rendu.text == f"Bonjour {nom}, a@exemple.fr"
    assert "<script" not in rendu.html and "<a" not in rendu.html
    assert unescape(rendu.html) == f"<p>Bonjour {nom}</p>"


def test_les_gabarits_de_mail_sont_ceux_du_paquet() -> None:
    assert (Path(render.ROOT) / "core/templates/mails/base.txt").is_file()
