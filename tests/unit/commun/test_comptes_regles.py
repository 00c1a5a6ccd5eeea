"""The law of accounts: identities, passwords, sessions, links, rights."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.commun.comptes.rules import (
    ACTIVATION_VALIDE,
    PERSONNALISER,
    SESSION_ABSOLUE,
    Access,
    Civilite,
    EtatDuLien,
    Faute,
    Politique,
    Role,
    cle_email,
    d_abord,
    etat_du_lien,
    faute_de_fond,
    fautes_de_forme,
    fin_de_session,
    inactivite,
    provisoire_echu,
    sans_accents,
)
from chalicelib.core.context import iso
from tests.unit.fabriques import compte, identite

SECONDE = timedelta(seconds=1)
OUVERTURE = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
COURANTS = frozenset({"azerty", "motdepasse", "soleil1!"})


# One identity, however it is typed (rule B3)


@pytest.mark.rule("B3")
@pytest.mark.parametrize(
    ("une", "autre"),
    [
        pytest.param("DUBOIS", "Dubois", id="casse"),
        pytest.param("Lefèvre", "LEFEVRE", id="accents et capitales"),
        pytest.param("Lefèvre", "Lefe\u0300vre", id="accent composé ou décomposé"),
        pytest.param("Le-Fèvre", "Le Fevre", id="trait d’union"),
        pytest.param("Le‑Fèvre", "Le Fevre", id="trait d’union insécable"),
        pytest.param("de  la   Tour", "de la Tour", id="espaces doubles"),
        pytest.param(" Dubois ", "Dubois", id="espaces autour"),
        pytest.param("Lecœur", "LECOEUR", id="ligature"),
        pytest.param("Sørensen", "Sorensen", id="lettre barrée"),
        pytest.param("D’Alembert", "D'Alembert", id="apostrophe courbe ou droite"),
        pytest.param("Straße", "STRASSE", id="eszett en capitales"),
        pytest.param("Nguyễn", "nguyen", id="accents empilés"),
        pytest.param("Dubois\u00a0Martin", "Dubois Martin", id="espace insécable"),
    ],
)
def test_deux_ecritures_d_une_meme_identite_ont_la_meme_cle(une: str, autre: str) -> None:
    assert identite(nom=une).cle == identite(nom=autre).cle
    assert identite(prenom=une).cle == identite(prenom=autre).cle


@pytest.mark.rule("B3")
@pytest.mark.parametrize(
    "autre",
    [
        pytest.param({"civilite": Civilite.MADAME}, id="civilité"),
        pytest.param({"nom": "DUBOSC"}, id="nom"),
        pytest.param({"prenom": "Jeanne"}, id="prénom"),
        pytest.param({"naissance": date(1985, 3, 28)}, id="date de naissance"),
        pytest.param({"nom": "DUBOIS Jean", "prenom": ""}, id="prénom passé dans le nom"),
        pytest.param({"nom": "DUBOIS JEAN"}, id="nom plus long"),
    ],
)
def test_deux_personnes_differentes_ont_des_cles_differentes(autre: dict) -> None:
    assert identite(**autre).cle != identite().cle


@pytest.mark.rule("B3")
def test_le_nom_d_usage_ne_compte_pas_dans_l_identite() -> None:
    assert identite(nom_usage="MARTIN").cle == identite().cle


@pytest.mark.rule("B3")
@given(st.text(st.characters(max_codepoint=0x2100), max_size=40))
def test_la_cle_d_un_nom_ne_depend_ni_de_la_casse_ni_des_separateurs(nom: str) -> None:
    plat = sans_accents(nom)
    assert sans_accents(plat) == plat
    assert sans_accents(f"  {nom.replace(' ', ' - ')}  ") == plat
    assert not set(plat) & set("-'’_|\u00a0") and plat == " ".join(plat.split())


@pytest.mark.rule("G0")
def test_le_nom_affiche_est_celui_d_usage_quand_il_y_en_a_un() -> None:
    assert identite().nom_affiche == "Jean DUBOIS"
    assert identite(nom_usage="Martin").nom_affiche == "Jean Martin"
    assert compte().nom_affiche == "Jean DUBOIS"


@pytest.mark.rule("B3")
@pytest.mark.parametrize(
    ("une", "autre", "meme"),
    [
        pytest.param("Jean.Dubois@Exemple.FR", "jean.dubois@exemple.fr", True, id="casse"),
        pytest.param(" jean@exemple.fr ", "jean@exemple.fr", True, id="espaces autour"),
        pytest.param("ｊean@exemple.fr", "jean@exemple.fr", True, id="pleine chasse"),
        pytest.param("jean+cv@exemple.fr", "jean@exemple.fr", False, id="suffixe après plus"),
        pytest.param("jean.dubois@exemple.fr", "jeandubois@exemple.fr", False, id="point"),
    ],
)
def test_deux_ecritures_d_une_meme_adresse(une: str, autre: str, meme: bool) -> None:
    assert (cle_email(une) == cle_email(autre)) is meme


# Passwords (rules B2, T2, Z1)


@pytest.mark.rule("B2")
@pytest.mark.controle("T22", "T23")
@pytest.mark.parametrize(
    ("mot", "attendues"),
    [
        pytest.param("aB3!aB3", {Faute.COURT}, id="7 caractères"),
        pytest.param("aB3!aB3!", set(), id="8 caractères"),
        pytest.param("aB3!" * 6, set(), id="24 caractères"),
        pytest.param("aB3!" * 6 + "a", {Faute.LONG}, id="25 caractères"),
        pytest.param("AB3!AB3!", {Faute.MINUSCULE}, id="sans minuscule"),
        pytest.param("ab3!ab3!", {Faute.MAJUSCULE}, id="sans majuscule"),
        pytest.param("aBc!aBc!", {Faute.CHIFFRE}, id="sans chiffre"),
        pytest.param("aB3daB3d", {Faute.SPECIAL}, id="sans caractère spécial"),
        pytest.param("éÀ3_éÀ3_", set(), id="lettres accentuées et tiret bas"),
        pytest.param("", {Faute.COURT, Faute.MINUSCULE, Faute.MAJUSCULE, Faute.CHIFFRE, Faute.SPECIAL}, id="vide"),
    ],
)
def test_la_forme_d_un_mot_de_passe(mot: str, attendues: set[Faute]) -> None:
    assert set(fautes_de_forme(mot, Politique())) == attendues


@pytest.mark.rule("Z1")
@pytest.mark.controle("T22", "T23")
def test_un_organisme_peut_porter_le_maximum_a_128_et_abandonner_les_classes() -> None:
    libre = Politique(maximum=128, classes=False)
    assert fautes_de_forme("cheval agrafe pile correct ensuite", libre) == ()
    assert fautes_de_forme("a" * 128, libre) == ()
    assert fautes_de_forme("a" * 129, libre) == (Faute.LONG,)
    assert fautes_de_forme("a" * 7, libre) == (Faute.COURT,)


@pytest.mark.rule("B2", "S2", "Z1")
@pytest.mark.parametrize("faute", Faute, ids=lambda faute: faute.name)
def test_chaque_faute_dit_comment_la_reparer(faute: Faute) -> None:
    phrase = faute.phrase(Politique(minimum=10, maximum=64))
    assert phrase.endswith(".") and "{" not in phrase
    assert phrase.split()[0] in {"Ajoutez", "Raccourcissez", "Choisissez"}
    assert faute is not Faute.COURT or "10" in phrase
    assert faute is not Faute.LONG or "64" in phrase


@pytest.mark.rule("T2")
@pytest.mark.controle("T24")
@pytest.mark.parametrize(
    ("mot", "attendue"),
    [
        pytest.param("Azerty1!", Faute.COURANT, id="mot courant garni d’un chiffre et d’un signe"),
        pytest.param("MotDePasse-12", Faute.COURANT, id="mot courant, casse et tiret"),
        pytest.param("Soleil1!", Faute.COURANT, id="tel quel dans la liste"),
        pytest.param("Dubois-1985!", Faute.CONTEXTUEL, id="son nom"),
        pytest.param("DÛBOIS-1985!", Faute.CONTEXTUEL, id="son nom avec un accent"),
        pytest.param("Jean-Dubois1", Faute.CONTEXTUEL, id="son prénom et son nom"),
        pytest.param("exemple-12-FR!", Faute.CONTEXTUEL, id="le domaine de son adresse"),
        pytest.param("Cnfpt-2026!", Faute.CONTEXTUEL, id="le nom du site"),
        pytest.param("Intervenant1!", Faute.CONTEXTUEL, id="le nom du portail"),
        pytest.param("Marcher-2-Loin!", None, id="phrase"),
        pytest.param("Dubois-marche-2-loin!", None, id="son nom parmi d’autres mots"),
        pytest.param("12345678-!?", None, id="sans lettre"),
    ],
)
def test_les_mots_courants_et_contextuels_sont_refuses(mot: str, attendue: Faute | None) -> None:
    personnels = ("DUBOIS", "Jean", "jean.dubois@exemple.fr")
    assert faute_de_fond(mot, personnels, COURANTS) is attendue


@pytest.mark.rule("T2")
@given(st.text(max_size=30), st.lists(st.text(max_size=20), max_size=4))
def test_aucun_mot_de_passe_ne_fait_echouer_le_controle(mot: str, personnels: list[str]) -> None:
    assert faute_de_fond(mot, tuple(personnels), COURANTS) in {None, Faute.COURANT, Faute.CONTEXTUEL}
    assert set(fautes_de_forme(mot, Politique())) <= set(Faute)


# Sessions (rule T1)


@pytest.mark.rule("T1")
@pytest.mark.parametrize(
    ("role", "delai"),
    [
        pytest.param(Role.INTERVENANT, timedelta(minutes=30), id="intervenant 30 minutes"),
        pytest.param(Role.GESTIONNAIRE, timedelta(minutes=15), id="gestionnaire 15 minutes"),
        pytest.param(Role.ADMINISTRATEUR, timedelta(minutes=15), id="administrateur 15 minutes"),
    ],
)
def test_une_session_inactive_vit_jusqu_a_la_seconde_de_son_delai(role: Role, delai: timedelta) -> None:
    fin = fin_de_session(role, OUVERTURE, OUVERTURE)
    assert inactivite(role) == delai
    assert fin - SECONDE < OUVERTURE + delai, "one second before: alive"
    assert fin == OUVERTURE + delai, "at the instant: alive still (the caller ends it after)"
    assert not OUVERTURE + delai + SECONDE <= fin, "one second after: ended"


@pytest.mark.rule("T1")
@pytest.mark.parametrize("role", Role, ids=lambda role: role.name)
def test_une_session_active_finit_douze_heures_apres_son_ouverture(role: Role) -> None:
    limite = OUVERTURE + timedelta(hours=12)
    assert timedelta(hours=12) == SESSION_ABSOLUE
    assert fin_de_session(role, OUVERTURE, limite - SECONDE) == limite
    assert fin_de_session(role, OUVERTURE, limite) == limite
    assert fin_de_session(role, OUVERTURE, limite + SECONDE) == limite
    juste_avant = limite - inactivite(role)
    assert fin_de_session(role, OUVERTURE, juste_avant - SECONDE) == limite - SECONDE


@pytest.mark.rule("T1")
@given(st.sampled_from(Role), st.integers(0, 100_000), st.integers(0, 100_000))
def test_se_montrer_plus_tard_ne_raccourcit_jamais_une_session(role: Role, un: int, deux: int) -> None:
    vue, revue = (OUVERTURE + timedelta(seconds=s) for s in sorted((un, deux)))
    assert fin_de_session(role, OUVERTURE, vue) <= fin_de_session(role, OUVERTURE, revue)
    assert fin_de_session(role, OUVERTURE, revue) <= OUVERTURE + SESSION_ABSOLUE


# Links by e-mail (rules B4, T3)


@pytest.mark.rule("B4", "T3")
@pytest.mark.parametrize(
    ("delai", "attendu"),
    [
        pytest.param(timedelta(0), EtatDuLien.VALABLE, id="à l’envoi"),
        pytest.param(timedelta(days=7) - SECONDE, EtatDuLien.VALABLE, id="une seconde avant sept jours"),
        pytest.param(timedelta(days=7), EtatDuLien.VALABLE, id="à sept jours juste"),
        pytest.param(timedelta(days=7) + SECONDE, EtatDuLien.EXPIRE, id="une seconde après sept jours"),
    ],
)
def test_un_lien_d_activation_vaut_sept_jours(delai: timedelta, attendu: EtatDuLien) -> None:
    assert timedelta(days=7) == ACTIVATION_VALIDE
    fin = iso(OUVERTURE + ACTIVATION_VALIDE)
    assert etat_du_lien("VALABLE", fin, iso(OUVERTURE + delai)) is attendu


@pytest.mark.rule("T3")
@pytest.mark.controle("T32")
@pytest.mark.parametrize("etat", ["UTILISE", "REMPLACE"])
@pytest.mark.parametrize("delai", [timedelta(0), timedelta(days=30)], ids=["dans le délai", "après le délai"])
def test_un_lien_utilise_ou_remplace_le_dit_meme_perime(etat: str, delai: timedelta) -> None:
    fin = iso(OUVERTURE + ACTIVATION_VALIDE)
    assert etat_du_lien(etat, fin, iso(OUVERTURE + delai)).value == etat


# Who may ask what (rule T6)

NON_VALIDE, VALIDE = compte(), compte(valide=True)
GESTIONNAIRE, ADMINISTRATEUR = compte(Role.GESTIONNAIRE), compte(Role.ADMINISTRATEUR)


@pytest.mark.rule("T6", "E5")
@pytest.mark.parametrize(
    ("acces", "permis"),
    [
        pytest.param(Access.PUBLIC, (True, True, True, True), id="public"),
        pytest.param(Access.CONNECTE, (True, True, True, True), id="connecté"),
        pytest.param(Access.INTERVENANT, (True, True, False, False), id="intervenant"),
        pytest.param(Access.INTERVENANT_VALIDE, (False, True, False, False), id="intervenant validé"),
        pytest.param(Access.GESTIONNAIRE, (False, False, True, False), id="gestionnaire"),
        pytest.param(Access.ADMINISTRATEUR, (False, False, False, True), id="administrateur"),
    ],
)
def test_la_matrice_des_acces(acces: Access, permis: tuple[bool, ...]) -> None:
    assert tuple(map(acces.allows, (NON_VALIDE, VALIDE, GESTIONNAIRE, ADMINISTRATEUR))) == permis
    assert acces.public is (acces is Access.PUBLIC)


@pytest.mark.rule("T6")
def test_un_personnel_marque_valide_n_en_devient_pas_intervenant() -> None:
    assert not Access.INTERVENANT_VALIDE.allows(compte(Role.GESTIONNAIRE, valide=True))
    assert Role.GESTIONNAIRE.est_personnel and Role.ADMINISTRATEUR.est_personnel
    assert not Role.INTERVENANT.est_personnel


# A password that somebody was given (rules J2, Z3)


@pytest.mark.rule("J2", "Z3")
def test_un_mot_de_passe_provisoire_fait_entrer_jusqu_a_son_dernier_instant() -> None:
    provisoire = compte(provisoire_jusqu_a=iso(OUVERTURE))
    assert [provisoire_echu(provisoire, iso(OUVERTURE + k * SECONDE)) for k in (-1, 0, 1)] == [False, False, True]
    assert not provisoire_echu(compte(), iso(OUVERTURE)), "their own does not end"


@pytest.mark.rule("J2", "Z3")
@pytest.mark.parametrize(
    ("acces", "route", "avant"),
    [
        (Access.GESTIONNAIRE, "/gestion/inscriptions", PERSONNALISER),
        (Access.CONNECTE, "/mes-connexions", PERSONNALISER),
        (Access.PUBLIC, "/", PERSONNALISER),
        (Access.PUBLIC, "/mentions-legales", ""),
        (Access.PUBLIC, "/mot-de-passe-oublie", ""),
        (Access.CONNECTE, PERSONNALISER, ""),
        (Access.CONNECTE, "/session", ""),
        (Access.CONNECTE, "/deconnexion", ""),
    ],
)
def test_qui_a_un_mot_de_passe_provisoire_choisit_d_abord_le_sien(acces: Access, route: str, avant: str) -> None:
    assert d_abord(compte(provisoire_jusqu_a="2026-11-28T09:00:00Z"), acces, route) == avant
    assert d_abord(compte(), acces, route) == ""
