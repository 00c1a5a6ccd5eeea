"""Colours and logo of the body that deploys (rule S5)."""

from pathlib import Path

import pytest

from chalicelib.core.web import identite as core
from infra import identite

BLEU = ":root{--marque:#0b3d78;--entete:#0b3d78;--marque-2:#06264c}"
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path d="M0 0h10v10z"/></svg>'


@pytest.mark.rule("S5")
def test_nos_couleurs_se_lisent_de_jour_et_de_nuit() -> None:
    assert identite.fautes_de_contraste({}, {}) == []


@pytest.mark.rule("S5")
@pytest.mark.parametrize(
    ("une", "autre", "attendu"),
    [("#000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#123456", "#123456", 1.0)],
)
def test_le_contraste_est_celui_de_wcag(une: str, autre: str, attendu: float) -> None:
    assert identite.contraste(une, autre) == pytest.approx(attendu, abs=0.01)


@pytest.mark.rule("S5")
def test_un_organisme_donne_ses_couleurs_et_son_logo_puis_les_retire(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier, statique = tmp_path / "organisme", tmp_path / "static"
    dossier.mkdir()
    (dossier / "couleurs.css").write_text(BLEU, encoding="utf-8")
    (dossier / "logo.svg").write_text(LOGO, encoding="utf-8")
    monkeypatch.setattr(core, "STATIC", statique)
    identite.poser(dossier, statique / "identite")
    posee = (statique / "identite" / "couleurs.css").read_text(encoding="utf-8")
    assert posee.startswith("@media (prefers-color-scheme: light){:root{--marque:#0b3d78"), "our dark colours stay"
    vue = core.identite.__wrapped__()
    assert vue == core.Identite("identite/couleurs.css", "identite/logo.svg", "#0b3d78")
    identite.poser(None, statique / "identite")
    assert core.identite.__wrapped__() == core.Identite()


@pytest.mark.rule("S5")
@pytest.mark.parametrize(
    ("fichier", "texte", "dit"),
    [
        pytest.param("couleurs.css", ":root{--marque:#f0f0f0}", "--marque sur --papier, contraste 1,1", id="pâle"),
        pytest.param(
            "couleurs.css", BLEU + "@media (prefers-color-scheme: dark){:root{--encre:#222222}}",
            "thème sombre : --encre sur --papier", id="la nuit",
        ),
        pytest.param("couleurs.css", ":root{--titres:Papyrus}", "écrivez une couleur", id="pas une couleur"),
        pytest.param("couleurs.css", ":root{--inconnue:#000000}", "écrivez une couleur", id="jeton inconnu"),
        pytest.param("couleurs.css", "body{display:none}", "ne contient que", id="une autre règle"),
        pytest.param("couleurs.css", "@import url(//x.test/a.css);", "ne contient que", id="un import"),
        pytest.param("logo.svg", LOGO.replace("<path", "<script/><path"), "ni programme", id="un programme"),
        pytest.param("logo.svg", LOGO.replace("<p", '<image href="//x.test/a.png"/><p'), "ni lien", id="lien"),
        pytest.param("logo.svg", "GIF89a", "un dessin SVG", id="pas un dessin"),
        pytest.param("autre.txt", "", "ni couleurs.css ni logo.svg", id="dossier vide"),
    ],
)  # fmt: skip
def test_ce_qui_ne_se_lit_pas_ou_appelle_ailleurs_est_refuse(
    tmp_path: Path, fichier: str, texte: str, dit: str
) -> None:
    (tmp_path / fichier).write_text(texte, encoding="utf-8")
    with pytest.raises(identite.FauteIdentite, match=dit):
        identite.poser(tmp_path, tmp_path / "cible")
    assert not (tmp_path / "cible").exists()


@pytest.mark.rule("S5")
def test_les_pages_prennent_l_identite_de_l_organisme(monkeypatch: pytest.MonkeyPatch) -> None:
    from chalicelib.core import render
    from chalicelib.core.context import live_context
    from chalicelib.core.web.request import Request

    ctx = live_context(request=Request("GET", "/", "/", {}, {}, {}))
    env = render._env()
    faux = core.Identite("guichet.css", "icone.svg", "#0b3d78")  # files that exist: their addresses hold their content
    monkeypatch.setitem(env.globals, "identite", faux)
    env.cache.clear()
    html = render.render(
        "commun/contenus/templates/accessibilite.html", ctx=ctx, menu=[], fil=[], commande="", session_fin=None
    )
    env.cache.clear()
    assert 'content="#0b3d78"' in html and 'class="logo"' in html and html.count("-guichet.css") == 2
