"""Templates: each is used, extends a layout, compiles, escapes what people typed, and speaks French."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, TemplateError, TemplateSyntaxError, meta

from chalicelib.core.mail import Mail, render_mail
from chalicelib.core.render import environnement
from chalicelib.core.settings import settings
from chalicelib.intervenants.inscription.rules import Demande, Etat
from tests.meta.sources import PAQUET, gabarits, pythons, relatif, sans_commentaires, sans_jinja, textes
from tests.unit.fabriques import compte

SANS_CADRE = {
    "chalicelib/core/templates/base.html": "the layout itself",
    "chalicelib/core/templates/mails/base.html": "the layout of mails, HTML",
    "chalicelib/core/templates/mails/base.txt": "the layout of mails, text",
    "chalicelib/commun/referentiels/templates/communes.html": "options that a script puts in a list",
    "chalicelib/commun/defis/templates/captcha.html": "the captcha alone for a script, included in forms",
    "chalicelib/commun/defis/templates/son.html": "the sound alone for a script, else a bare small window",
    "chalicelib/commun/employeurs/templates/employeurs.html": "answers that a script puts under a field, included too",
}
RELUS = {
    "chalicelib/core/templates/macros/icones.html": ["TRACES[nom]|safe"],
}
"""What is marked as safe, read by somebody: paths of icons written in the same file."""
MOTS_DU_MANUEL = ("Veuillez vous authentifier",)


def nom_de(gabarit: Path) -> str:
    """The name by which the code asks for it."""
    return gabarit.relative_to(PAQUET).as_posix()


def est_un_mail(gabarit: Path) -> bool:
    """Whether it is part of a mail."""
    return "mails" in gabarit.parts or gabarit.stem == "mails"


# Used, framed, compiled


def utilises(code: dict[str, str], modeles: dict[str, str]) -> set[str]:
    """Names of the templates that the code or another template asks for.

    Code names one whole, or by its last part (« {_T}/plan.html », « {_DOSSIER}/activation ») in its own slice; what
    stands in a folder of templates (macros) is only ever asked for by templates.
    """
    env, trouves = Environment(autoescape=True), set()
    for source in modeles.values():
        trouves |= {nom for nom in meta.find_referenced_templates(env.parse(source)) if nom}
    for fichier, source in code.items():
        dits = {noeud.value.removesuffix(".html").rpartition("/")[2] for noeud in textes(source)}
        tranche = fichier.rpartition("/")[0]
        for nom in modeles:
            dossier, _, reste = nom.partition("/templates/")
            morceaux = reste.removesuffix(".html").split("/")
            court = morceaux[1] if morceaux[0] == "mails" else "/".join(morceaux)
            if dossier == tranche and court in dits:
                trouves.add(nom)
        trouves |= {noeud.value for noeud in textes(source)} & set(modeles)
    return trouves


def sans_cadre(source: str) -> bool:
    """Whether a page draws its own frame."""
    return not re.search(r"\{%-?\s*(?:extends|macro)\s", sans_commentaires(source))


def lus(fichiers: list[Path]) -> dict[str, str]:
    """Name -> source."""
    return {nom_de(f): f.read_text(encoding="utf-8") for f in fichiers}


def test_chaque_gabarit_sert() -> None:
    code = {relatif(f).removeprefix("chalicelib/"): f.read_text(encoding="utf-8") for f in pythons()}
    modeles = lus(gabarits())
    assert len(modeles) > 40
    assert sorted(set(modeles) - utilises(code, modeles)) == []


@pytest.mark.rule("S1")
def test_chaque_page_etend_un_cadre() -> None:
    libres = {relatif(f) for f in gabarits() if f.name != "subject.txt" and sans_cadre(f.read_text(encoding="utf-8"))}
    assert libres - set(SANS_CADRE) == set(), "extend a layout, or say here why not"
    assert set(SANS_CADRE) - libres == set(), "this one extends a layout now: take it off the list"


def test_chaque_gabarit_se_compile_et_trouve_ceux_qu_il_demande() -> None:
    env = environnement()
    for gabarit in gabarits():
        env.get_template(nom_de(gabarit))
        for demande in meta.find_referenced_templates(env.parse(gabarit.read_text(encoding="utf-8"))):
            assert demande and (PAQUET / demande).is_file(), f"{relatif(gabarit)} -> {demande}"


@pytest.mark.parametrize(
    ("code", "modeles", "inutiles"),
    [
        pytest.param({"s/r.py": "page('s/templates/a.html')"}, {"s/templates/a.html": ""}, set(), id="nom entier"),
        pytest.param({"s/r.py": "page(f'{T}/a.html')"}, {"s/templates/a.html": ""}, set(), id="nom composé"),
        pytest.param({"s/r.py": "NOMS = ('a', 'b')"}, {"s/templates/a.html": ""}, set(), id="nom dans une liste"),
        pytest.param({"s/r.py": "'''a'''"}, {"s/templates/a.html": ""}, {"s/templates/a.html"}, id="docstring"),
        pytest.param({"t/r.py": "x('a')"}, {"s/templates/a.html": ""}, {"s/templates/a.html"}, id="autre tranche"),
        pytest.param({"s/r.py": "x('ab')"}, {"s/templates/a.html": ""}, {"s/templates/a.html"}, id="autre nom"),
        pytest.param({"s/r.py": "x('m')"}, {"s/templates/x/m.html": ""}, {"s/templates/x/m.html"}, id="macros"),
        pytest.param({}, {"a": "", "b": "{% include 'a' %}"}, {"b"}, id="inclus par un autre"),
        pytest.param({"s/m.py": "f'{D}/un'"}, {"s/templates/mails/un/body.txt": ""}, set(), id="mail"),
        pytest.param({"s/m.py": "x"}, {"s/templates/mails/un/body.txt": ""}, {"s/templates/mails/un/body.txt"}, id="-"),
    ],
)
def test_un_gabarit_inutile_est_rouge(code: dict[str, str], modeles: dict[str, str], inutiles: set[str]) -> None:
    assert set(modeles) - utilises(code, modeles) == inutiles


def test_une_page_sans_cadre_est_rouge() -> None:
    assert sans_cadre("<!doctype html><html>") and sans_cadre('{# {% extends "base.html" %} #}')
    assert not sans_cadre('{% extends "core/templates/base.html" %}')
    assert not sans_cadre("{%- macro x() -%}{%- endmacro -%}")


def test_un_gabarit_mal_ecrit_est_rouge() -> None:
    with pytest.raises(TemplateSyntaxError):
        environnement().from_string("{% if x %}")


# Mails

ECHANTILLONS: dict[str, Any] = {
    "compte": compte(),
    "email": "jean.dubois@exemple.fr",
    "jeton": "jeton-d-essai",
    "demande": Demande(
        "c1",
        Etat.REJETEE,
        "grand-est",
        "INS-2026-7F3K9Q2M",
        "DUBOIS Jean",
        message="Motif",
        premiere_etude_le="2026-11-21T09:00:00.000000Z",
        echeance="2027-01-21T09:00:00.000000Z",
    ),
    "structure": "Délégation Grand Est",
}
SANS_NOM = {"chalicelib.commun.identifiants.mails.adresse_a_confirmer": "the address may be a stranger’s"}
MORCEAUX = {"subject.txt", "body.txt", "body.html"}


def mails() -> dict[str, Callable[..., Mail]]:
    """Every function that makes a mail, by where it stands."""
    trouves = {}
    for fichier in PAQUET.rglob("mails.py"):
        nom = relatif(fichier).removesuffix(".py").replace("/", ".")
        module = importlib.import_module(nom)
        for fonction, _ in inspect.getmembers(module, inspect.isfunction):
            if getattr(module, fonction).__module__ == nom and not fonction.startswith("_"):
                trouves[f"{nom}.{fonction}"] = getattr(module, fonction)
    return trouves


def fabriquer(fonction: Callable[..., Mail]) -> Mail:
    """The mail that the function makes of the samples."""
    voulus = list(inspect.signature(fonction).parameters)
    assert set(voulus) <= set(ECHANTILLONS), f"add a sample of {set(voulus) - set(ECHANTILLONS)}"
    return fonction(**{nom: ECHANTILLONS[nom] for nom in voulus})


def dossiers() -> set[Path]:
    """Folders of mails."""
    return {f.parent for f in gabarits() if f.parent.parent.name == "mails"}


def incomplet(fichiers: set[str]) -> set[str]:
    """What a mail's folder lacks or has too many."""
    return MORCEAUX ^ fichiers


@pytest.mark.rule("V1")
def test_chaque_dossier_de_mail_a_ses_trois_morceaux_et_sa_fonction() -> None:
    assert len(dossiers()) >= 3
    assert {relatif(d): incomplet({f.name for f in d.iterdir()}) for d in dossiers()} == {
        relatif(d): set() for d in dossiers()
    }
    faits = [fabriquer(fonction).template for fonction in mails().values()]
    assert sorted(faits) == sorted(d.relative_to(PAQUET).as_posix() for d in dossiers())


@pytest.mark.rule("V1", "V2")
@pytest.mark.controle("T50")
@pytest.mark.parametrize("nom", sorted(mails()))
def test_chaque_mail_se_rend_avec_ce_que_la_regle_demande(nom: str) -> None:
    rendu = render_mail(fabriquer(mails()[nom]))
    assert rendu.subject and "\n" not in rendu.subject and len(rendu.subject) < 100
    for texte in (rendu.text, rendu.html):
        plat = " ".join(texte.replace("\u00a0", " ").replace("&nbsp;", " ").split())
        assert ("Bonjour," if nom in SANS_NOM else "Bonjour Jean DUBOIS") in plat
        assert nom not in SANS_NOM or "DUBOIS" not in plat
        assert "Si le lien n’est pas cliquable" in plat, "rule V1"
        assert "Ceci est un message automatique. Merci de ne pas y répondre." in plat
        assert "règlement général sur la protection des données" in plat
        assert "/aide-et-contact" in plat
        assert "{{" not in plat and "{%" not in plat and "None" not in plat
    assert not re.search(r"<\w", rendu.text), "no tag in the text part"
    adresses = re.findall(r"""https?://[^\s"'<>)]+""", rendu.text + rendu.html)
    assert adresses and all(adresse.startswith(settings().base_url + "/") for adresse in adresses), "test T50"
    assert not re.search("dubois|jean", rendu.subject, re.IGNORECASE), "no personal datum in a subject (test T50)"


def test_un_mail_incomplet_est_rouge(monkeypatch: pytest.MonkeyPatch) -> None:
    assert incomplet(MORCEAUX) == set()
    assert incomplet({"subject.txt", "body.txt"}) == {"body.html"}
    assert incomplet({*MORCEAUX, "pied.html"}) == {"pied.html"}
    mail = fabriquer(mails()["chalicelib.intervenants.inscription.mails.activation"])
    with pytest.raises(TemplateError, match="undefined"):
        render_mail(Mail(mail.to, mail.template, {"compte": compte()}))
    with pytest.raises(AssertionError, match="add a sample"):
        fabriquer(lambda inconnu: mail)


# What people typed stays text

_SUR = re.compile(r"[\w.\[\]]*\|\s*safe\b|\bMarkup\(|autoescape\s+false")
_STYLE = re.compile(r"\sstyle\s*=")
_EVENEMENT = re.compile(r"""\son[a-z]+\s*=|["']on[a-z]+["']\s*:""")
_ACTIF = re.compile(r"hx-on|javascript:|<script(?![^>]*\ssrc=)|<style\b|\ssrcdoc\s*=", re.IGNORECASE)
_CADRE = re.compile(r"<(?:iframe|object|embed|base)\b|https?://(?!www\.w3\.org/)", re.IGNORECASE)


def dangers(source: str, mail: bool = False, permis: tuple[str, ...] = ()) -> list[str]:
    """What would let typed text become markup, or what the content security policy refuses."""
    lu = sans_commentaires(source)
    nu = sans_jinja(source)
    trouves = [dit for dit in _SUR.findall(lu) if dit not in permis]
    trouves += _EVENEMENT.findall(nu) + _EVENEMENT.findall(re.sub(r"\s\w+\s*=", "", lu)) + _ACTIF.findall(lu)
    trouves += _CADRE.findall(nu)
    return trouves + ([] if mail else _STYLE.findall(nu))


@pytest.mark.rule("V2")
@pytest.mark.controle("T47")
def test_aucun_gabarit_ne_laisse_passer_de_balise_ni_de_script() -> None:
    trouves = {
        relatif(f): dangers(f.read_text("utf-8"), est_un_mail(f), tuple(RELUS.get(relatif(f), ()))) for f in gabarits()
    }
    assert {nom: dits for nom, dits in trouves.items() if dits} == {}


@pytest.mark.controle("T47")
def test_aucun_python_ne_declare_sur_ce_qu_on_a_tape() -> None:
    fautifs = [relatif(f) for f in pythons() if re.search(r"\bMarkup\b|autoescape=False", f.read_text("utf-8"))]
    assert fautifs == []


def test_ce_qui_est_declare_sur_existe_encore() -> None:
    for fichier, dits in RELUS.items():
        source = (PAQUET.parent / fichier).read_text(encoding="utf-8")
        assert all(dit in source for dit in dits), "take it off the list"


@pytest.mark.parametrize(
    "source",
    [
        "{{ nom|safe }}",
        "{{ nom | safe }}",
        "{{ Markup(nom) }}",
        "{% autoescape false %}",
        '<p style="color:red">',
        '<p\nstyle = "x">',
        '<a onclick="x()">',
        "<body\tonload=x>",
        '{{ bouton("x", attrs={"onclick": "y"}) }}',
        '<p hx-on:click="x">',
        '<p hx-on::after-request="x">',
        '<a href="javascript:x">',
        '{% set a = "JavaScript:x" %}',
        "<script>x</script>",
        "<style>x</style>",
        '<iframe srcdoc="x">',
        '<img src="https://ailleurs.fr/x.png">',
        '<base href="/">',
    ],
)
def test_un_danger_plante_est_rouge(source: str) -> None:
    assert dangers(source)


@pytest.mark.parametrize(
    "source",
    [
        '{{ bouton("x", style="lien") }}',
        "{# style= onclick= |safe #}",
        '<script src="{{ statique("guichet.js") }}" defer></script>',
        '<option value="{{ v }}">{{ l }}</option>',
        '<a href="{{ url("/x") }}" hx-get="{{ url("/x") }}">',
        '<svg xmlns="http://www.w3.org/2000/svg">',
    ],
)
def test_ce_qui_est_sain_est_vert(source: str) -> None:
    assert dangers(source) == []
    assert dangers('<p style="x">', mail=True) == []


# French

_APOSTROPHE = re.compile(r"\w*[^\W\d_]'[^\W\d_]\w*")
_MOTS = re.compile(r"\b(?:veuillez|invalides?)\b[^.\n<\"]*", re.IGNORECASE)
_POINTS = re.compile(r"\w*\.\.\.(?!\w)")


def fautes(texte: str) -> list[str]:
    """Straight apostrophes, dots for an ellipsis, and words that order or blame."""
    for permis in MOTS_DU_MANUEL:
        texte = texte.replace(permis, "")
    return _APOSTROPHE.findall(texte) + _MOTS.findall(texte) + _POINTS.findall(texte)


@pytest.mark.rule("S1", "S2")
def test_les_gabarits_sont_ecrits_en_bon_francais() -> None:
    trouvees = {relatif(f): fautes(sans_commentaires(f.read_text(encoding="utf-8"))) for f in gabarits()}
    assert {nom: dits for nom, dits in trouvees.items() if dits} == {}


@pytest.mark.rule("S1", "S2")
def test_les_phrases_du_code_sont_ecrites_en_bon_francais() -> None:
    trouvees = {
        f"{relatif(f)}:{noeud.lineno}": fautes(noeud.value)
        for f in pythons()
        if "contenu" not in f.parts  # signatures of formats, not sentences; its own tests read its messages
        for noeud in textes(f.read_text(encoding="utf-8"))
    }
    assert {nom: dits for nom, dits in trouvees.items() if dits} == {}


@pytest.mark.parametrize(
    "texte", ["l'adresse", "Aujourd'hui", "Veuillez saisir", "veuillez patienter", "Date invalide.", "En cours..."]
)
def test_une_faute_de_francais_est_rouge(texte: str) -> None:
    assert fautes(texte)


@pytest.mark.parametrize("texte", ["l’adresse", "Veuillez vous authentifier", "url('/x') ~ 'y'", "En cours…", "validé"])
def test_le_bon_francais_est_vert(texte: str) -> None:
    assert fautes(texte) == []
