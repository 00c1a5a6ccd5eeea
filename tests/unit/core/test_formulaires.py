"""Fields of forms: what is typed becomes a value or a sentence that says how to mend, and is always kept."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wtforms import BooleanField

from chalicelib.core.web.forms import Choix, ChoixMultiples, DateFr, Facultatif, Longueur, PortalForm, Requis, Texte
from tests.unit.delais import sans_attendre
from tests.unit.fabriques import champs, contexte

COULEURS = [("r", "Rouge"), ("v", "Vert"), ("b", "Bleu")]


class EssaiForm(PortalForm):
    """One field of each kind."""

    texte = Texte("Texte", [Requis("Écrivez."), Longueur(10)])
    libre = Texte("Libre", [Facultatif(), Longueur(3)])
    jour = DateFr("Jour", [Requis("Donnez un jour.")])
    choix = Choix("Choix", [Requis("Choisissez.")], choices=COULEURS)
    multiples = ChoixMultiples("Choix", [Requis("Cochez.")], choices=COULEURS)
    oui = BooleanField("Oui", false_values=("", "non", "false"))


BON = {"texte": "bonjour", "jour": "27/03/1985", "choix": "r", "multiples": ["r", "b"]}


def essai(**autre: Any) -> EssaiForm:
    """The form, filled."""
    return EssaiForm(champs(**{**BON, **autre}))


def fautes(**autre: Any) -> dict[str, list[str]]:
    """The sentences by field."""
    form = essai(**autre)
    assert form.validate() is not bool(form.errors)
    return {nom: list(erreurs) for nom, erreurs in form.errors.items()}


def test_un_formulaire_bien_rempli_donne_ses_valeurs() -> None:
    form = essai()
    assert form.validate()
    assert (form.texte.data, form.jour.data, form.choix.data) == ("bonjour", date(1985, 3, 27), "r")
    assert form.multiples.data == ["r", "b"] and form.oui.data is False


# Days


@pytest.mark.rule("B1", "C1", "S2")
@pytest.mark.parametrize(
    "saisie",
    [
        "27/03/1985",
        "27/3/1985",
        "27.03.1985",
        "27-03-1985",
        "27 03 1985",
        "27 / 03 / 1985",
        " 27/03/1985 ",
        "27031985",
        "1985-03-27",
    ],
)
def test_une_date_s_ecrit_comme_on_en_a_l_habitude(saisie: str) -> None:
    form = essai(jour=saisie)
    assert form.validate()
    assert form.jour.data == date(1985, 3, 27)
    assert form.jour._value() == saisie, "what was typed stays on the page"


@pytest.mark.rule("S2")
@pytest.mark.parametrize(
    "saisie",
    [
        pytest.param("29/02/2023", id="année non bissextile"),
        pytest.param("31/04/1985", id="31 avril"),
        pytest.param("00/03/1985", id="jour zéro"),
        pytest.param("27/13/1985", id="mois 13"),
        pytest.param("27/03/0000", id="an zéro"),
        pytest.param("03/27/1985", id="mois d’abord"),
    ],
)
def test_un_jour_qui_n_existe_pas_se_dit(saisie: str) -> None:
    assert fautes(jour=saisie) == {"jour": ["Jour : ce jour n’existe pas, vérifiez le jour et le mois."]}


@pytest.mark.rule("S2")
@pytest.mark.parametrize(
    "saisie",
    [
        pytest.param("27/03/85", id="année courte"),
        pytest.param("27/03", id="sans année"),
        pytest.param("27 mars 1985", id="en lettres"),
        pytest.param("٢٧/٠٣/١٩٨٥", id="chiffres arabes"),
        pytest.param("27/03/1985/", id="barre de trop"),
        pytest.param("-27/03/1985", id="négatif"),
        pytest.param("1e1/03/1985", id="notation scientifique"),
        pytest.param("hier", id="mot"),
    ],
)
def test_ce_qui_n_est_pas_une_date_dit_la_forme_attendue(saisie: str) -> None:
    assert fautes(jour=saisie) == {
        "jour": ["Jour : saisissez la date sous la forme jj/mm/aaaa, par exemple 27/03/1985."]
    }


@pytest.mark.rule("C8")
@pytest.mark.parametrize("saisie", ["", "   ", []])
def test_une_date_vide_n_est_pas_fautive_mais_manque(saisie: Any) -> None:
    assert fautes(jour=saisie) == {"jour": ["Donnez un jour."]}


def test_une_date_29_fevrier_d_une_annee_bissextile() -> None:
    assert fautes(jour="29/02/2024") == {}


def test_une_date_connue_s_affiche_a_la_francaise() -> None:
    assert EssaiForm(data={"jour": date(1985, 3, 7)}).jour._value() == "07/03/1985"
    assert EssaiForm().jour._value() == ""


@pytest.mark.rule("S2")
@given(st.one_of(st.text(), st.text("0123456789/.- \u00a0\n", max_size=14), st.dates().map("{:%d/%m/%Y}".format)))
def test_aucune_date_ne_surprend(saisie: str) -> None:
    champ = essai(jour="").jour
    try:
        champ.process_formdata([saisie])
    except ValueError as faute:
        assert "jj/mm/aaaa" in str(faute)
        assert champ.data is None
        return
    assert champ.data is None or isinstance(champ.data, date)


@given(st.dates(min_value=date(1000, 1, 1)))
def test_toute_date_se_relit_sous_ses_quatre_formes(jour: date) -> None:
    for forme in ("%d/%m/%Y", "%d.%m.%Y", "%d%m%Y", "%Y-%m-%d"):
        champ = essai(jour="").jour
        champ.process_formdata([jour.strftime(forme)])
        assert champ.data == jour


@pytest.mark.rule("T4")
def test_une_date_demesuree_est_jugee_sans_attendre() -> None:
    with sans_attendre():
        assert "jour" in fautes(jour="1" + " " * 100_000 + "x")


# Text and lists


@pytest.mark.rule("S2")
@pytest.mark.parametrize(
    ("saisie", "attendu"),
    [("  a   b ", "a b"), ("a\nb\tc", "a b c"), ("a\u00a0\u202fb", "a b"), ("", ""), ("   ", "")],
)
def test_une_ligne_de_texte_replie_ses_espaces(saisie: str, attendu: str) -> None:
    assert essai(texte=saisie).texte.data == attendu


@pytest.mark.rule("S2")
@pytest.mark.parametrize(
    ("longueur", "attendues"),
    [
        pytest.param(10, {}, id="à la limite"),
        pytest.param(11, {"texte": ["Texte : raccourcissez ce texte de 1 caractère, 10 au plus."]}, id="un de trop"),
        pytest.param(12, {"texte": ["Texte : raccourcissez ce texte de 2 caractères, 10 au plus."]}, id="deux de trop"),
    ],
)
def test_un_texte_trop_long_dit_de_combien(longueur: int, attendues: dict) -> None:
    assert fautes(texte="é" * longueur) == attendues
    assert essai().texte.flags.maxlength == 10


@pytest.mark.rule("S2")
@pytest.mark.parametrize(
    ("champ", "saisie", "attendue"),
    [
        pytest.param("texte", "", "Écrivez.", id="texte vide"),
        pytest.param("texte", "  ", "Écrivez.", id="des espaces"),
        pytest.param("choix", "", "Choisissez.", id="rien choisi"),
        pytest.param("choix", "x", "Choix : choisissez une valeur de la liste.", id="hors de la liste"),
        pytest.param("choix", "Rouge", "Choix : choisissez une valeur de la liste.", id="libellé au lieu du code"),
        pytest.param("multiples", [], "Cochez.", id="rien coché"),
        pytest.param("multiples", [""], "Cochez.", id="vide coché"),
        pytest.param("multiples", ["r", "x"], "Choix : choisissez une valeur de la liste.", id="un hors de la liste"),
    ],
)
def test_ce_qui_manque_ou_sort_de_la_liste_se_dit_d_une_seule_phrase(champ: str, saisie: Any, attendue: str) -> None:
    assert fautes(**{champ: saisie}) == {champ: [attendue]}


def test_plusieurs_choix_se_comptent_une_fois_dans_leur_ordre() -> None:
    assert essai(multiples=["b", "r", "b", ""]).multiples.data == ["b", "r"]


def test_un_champ_facultatif_vide_ne_subit_aucun_controle() -> None:
    assert fautes(libre="") == {} and fautes(libre="  ") == {}
    assert fautes(libre="abc") == {} and list(fautes(libre="abcd")) == ["libre"]


def test_ce_qui_est_requis_le_porte_pour_la_page() -> None:
    assert [f.name for f in essai() if f.flags.required] == ["texte", "jour", "choix", "multiples"]


# What was typed is kept


@pytest.mark.rule("C8", "S2")
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "texte": st.text(),
            "libre": st.text(),
            "jour": st.text(),
            "choix": st.sampled_from(["r", "x", ""]),
            "multiples": st.lists(st.sampled_from(["r", "v", "x", ""]), max_size=4),
            "oui": st.sampled_from(["oui", "", "non", "x"]),
        },
    )
)
def test_ce_qui_est_saisi_se_garde_et_se_relit(saisis: dict[str, Any]) -> None:
    form = EssaiForm(champs(**saisis))
    garde = form.typed()
    assert {nom: garde[nom] for nom in saisis} == saisis
    relu = EssaiForm.of_saved(garde)
    assert relu.typed() == garde
    assert relu.validate() is form.validate()
    assert relu.errors == form.errors


def test_une_erreur_trouvee_apres_coup_s_ajoute_aux_autres() -> None:
    form = essai()
    form.validate()
    form.add_error("texte", "Déjà pris.")
    form.add_error("texte", "Vraiment.")
    assert form.errors == {"texte": ["Déjà pris.", "Vraiment."]}


def test_un_formulaire_se_lit_dans_la_requete() -> None:
    class Demande:
        form = champs(**BON)

    assert EssaiForm.of(contexte(request=Demande())).validate()
