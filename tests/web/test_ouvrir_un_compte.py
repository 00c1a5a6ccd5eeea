"""« Déposer un CV »: what the form asks, documents, captcha, uniqueness of accounts (rules B1 to B3, T5)."""

from typing import Any

import boto3
import pytest

from tests.client import Answer, Client
from tests.web import parcours
from tests.web.conftest import Guichet
from tests.web.parcours import (
    DOCUMENTS,
    IDENTITE,
    MOT_DE_PASSE,
    deposer,
    erreurs,
    ouvrir_les_documents,
    photo,
    s_inscrire,
    valeurs,
)

guichet = parcours.guichet
PAGE = "/deposer-un-cv"
CAPTCHA_PERIME = "L’image précédente ne sert plus : recopiez les chiffres de la nouvelle, ou écoutez-les."
CAPTCHA_FAUX = "Les chiffres ne correspondent pas : recopiez ceux de la nouvelle image, ou écoutez-les."
EXISTE = (
    "Un compte existe déjà avec cette identité ou cette adresse e-mail. Authentifiez-vous, ou écrivez-nous par "
    "« Aide et Contact » si vous n’avez plus vos identifiants."
)


def refuse(guichet: Guichet, reponse: Answer, message: str, ancre: str) -> None:
    """The page comes back with the message in the summary, its link, the title « Erreur : », and nothing was made."""
    assert reponse.status == 422
    assert erreurs(reponse).get(message) == ancre, erreurs(reponse)
    assert reponse.page.title.startswith("Erreur : ")
    assert ancre.removeprefix("#") in reponse.page.ids
    assert guichet.rows("comptes") == [] and guichet.rows("outbox") == []


@pytest.mark.rule("B1", "S2")
@pytest.mark.parametrize(
    ("champ", "message"),
    [
        pytest.param("civilite", "Choisissez votre civilité.", id="civilité"),
        pytest.param("nom", "Saisissez votre nom de famille.", id="nom"),
        pytest.param(
            "nom_usage", "Saisissez votre nom d’usage, ou cochez « Identique au nom de famille ».", id="nom d’usage"
        ),
        pytest.param("prenom", "Saisissez votre prénom.", id="prénom"),
        pytest.param("naissance", "Saisissez votre date de naissance.", id="date de naissance"),
        pytest.param("email", "Saisissez votre adresse e-mail.", id="adresse"),
        pytest.param("confirmation_email", "Saisissez une seconde fois votre adresse e-mail.", id="seconde adresse"),
        pytest.param("mot_de_passe", "Choisissez un mot de passe.", id="mot de passe"),
        pytest.param(
            "confirmation_mot_de_passe", "Saisissez une seconde fois votre mot de passe.", id="second mot de passe"
        ),
        pytest.param("captcha", "Recopiez les chiffres de l’image, ou écoutez-les.", id="image"),
    ],
)
def test_un_champ_oublie_est_nomme_et_le_reste_est_garde(
    guichet: Guichet, visiteur: Client, champ: str, message: str
) -> None:
    reponse = deposer(guichet, visiteur, **{champ: "" if "passe" in champ else "  "})
    refuse(guichet, reponse, message, f"#{champ}")
    gardes = valeurs(reponse, PAGE)
    for nom in {"civilite", "nom", "prenom", "naissance", "email", "confirmation_email"} - {champ}:
        assert gardes[nom] == IDENTITE[nom]
    assert MOT_DE_PASSE not in reponse.body


@pytest.mark.rule("B1", "S2")
@pytest.mark.controle("T23", "T24", "T49")
@pytest.mark.parametrize(
    ("champ", "valeur", "debut"),
    [
        pytest.param("civilite", "DOCTEUR", "Civilité : choisissez une valeur de la liste.", id="civilité hors liste"),
        pytest.param(
            "nom", "<b>Dubois</b>", "Nom de famille (naissance) : n’écrivez que des lettres", id="balises dans le nom"
        ),
        pytest.param(
            "nom", "Dubois42", "Nom de famille (naissance) : n’écrivez que des lettres", id="chiffres dans le nom"
        ),
        pytest.param("prenom", "=1+1", "Prénom : n’écrivez que des lettres", id="formule dans le prénom"),
        pytest.param(
            "prenom", "visitez evil.com", "Prénom : n’écrivez que des lettres", id="adresse web dans le prénom"
        ),
        pytest.param(
            "nom",
            "www.evil.com",
            "Nom de famille (naissance) : n’écrivez que des lettres",
            id="adresse web dans le nom",
        ),
        pytest.param(
            "nom_usage", "Du\u202ebois", "Nom d’usage : n’écrivez que des lettres", id="sens de lecture inversé"
        ),
        pytest.param(
            "nom",
            "D" * 81,
            "Nom de famille (naissance) : raccourcissez ce texte de 1 caractère, 80 au plus.",
            id="nom trop long",
        ),
        pytest.param(
            "naissance",
            "31/02/1985",
            "Date de naissance : ce jour n’existe pas, vérifiez le jour et le mois.",
            id="31 février",
        ),
        pytest.param(
            "naissance",
            "27/03/85",
            "Date de naissance : saisissez la date sous la forme jj/mm/aaaa",
            id="année sur deux chiffres",
        ),
        pytest.param(
            "naissance",
            "٢٧/٠٣/١٩٨٥",
            "Date de naissance : saisissez la date sous la forme jj/mm/aaaa",
            id="chiffres arabes",
        ),
        pytest.param("naissance", "21/11/2026", "La date de naissance doit être passée", id="né aujourd’hui"),
        pytest.param("naissance", "31/12/1899", "Vérifiez l’année de naissance", id="né au XIXe siècle"),
        pytest.param(
            "naissance", "22/11/2010", "Vérifiez l’année de naissance : il faut avoir au moins 16", id="enfant"
        ),
        pytest.param("email", "jean.dubois", "Saisissez une adresse e-mail complète", id="adresse sans domaine"),
        pytest.param("email", "a@b.fr, c@d.fr", "Saisissez une adresse e-mail complète", id="deux adresses"),
        pytest.param("email", "a@b.fr%0d%0aBcc: c@d.fr", "Saisissez une adresse e-mail complète", id="en-tête ajouté"),
        pytest.param("email", "jéan@exemple.fr", "Saisissez une adresse e-mail complète", id="accent avant l’arobase"),
        pytest.param(
            "confirmation_email", "autre@exemple.fr", "Les deux adresses e-mail diffèrent", id="seconde autre"
        ),
        pytest.param("confirmation_mot_de_passe", "Autre-2026!", "Les deux mots de passe diffèrent", id="second autre"),
        pytest.param("mot_de_passe", "Ab1!", "Ajoutez des caractères : il en faut au moins 8.", id="court"),
        pytest.param("mot_de_passe", "Ab1!" * 7, "Raccourcissez votre mot de passe : 24 caractères", id="long"),
        pytest.param("mot_de_passe", "MARCHER-2-LOIN", "Ajoutez au moins une lettre minuscule.", id="sans minuscule"),
        pytest.param("mot_de_passe", "marcher-2-loin", "Ajoutez au moins une lettre majuscule.", id="sans majuscule"),
        pytest.param("mot_de_passe", "Marcher-deux", "Ajoutez au moins un chiffre.", id="sans chiffre"),
        pytest.param("mot_de_passe", "Marcher2Loin", "Ajoutez au moins un caractère spécial", id="sans spécial"),
        pytest.param("mot_de_passe", "Password1!", "Choisissez un mot de passe plus personnel", id="courant"),
        pytest.param("mot_de_passe", "Jean.Dubois1", "Choisissez un mot de passe sans votre nom", id="à son nom"),
        pytest.param("mot_de_passe", "Cnfpt-2026!", "Choisissez un mot de passe sans votre nom", id="au nom du site"),
    ],
)
def test_une_reponse_qui_ne_convient_pas_dit_comment_la_corriger(
    guichet: Guichet, visiteur: Client, champ: str, valeur: str, debut: str
) -> None:
    reponse = deposer(guichet, visiteur, **{champ: valeur})
    message = next((m for m in erreurs(reponse) if m.startswith(debut)), "")
    assert message, erreurs(reponse)
    refuse(guichet, reponse, message, f"#{champ}")


@pytest.mark.rule("B1")
@pytest.mark.parametrize(
    ("champ", "valeur"),
    [
        pytest.param("naissance", "27.03.1985", id="date à points"),
        pytest.param("naissance", "27031985", id="date sans séparateur"),
        pytest.param("naissance", "1985-03-27", id="date ISO"),
        pytest.param("nom", "d’Estrées-N’Diaye", id="apostrophes et trait d’union"),
        pytest.param("prenom", "J. Émile", id="initiale"),
        pytest.param("prenom", "Mỹ Châu", id="accents lointains"),
        pytest.param("email", " Jean.Dubois@Exemple.fr ", id="adresse avec des espaces"),
    ],
)
def test_une_graphie_ordinaire_est_acceptee(guichet: Guichet, visiteur: Client, champ: str, valeur: str) -> None:
    assert deposer(guichet, visiteur, **{champ: valeur}).status == 303


@pytest.mark.rule("B1")
def test_identique_au_nom_de_famille_dispense_du_nom_d_usage(guichet: Guichet, visiteur: Client) -> None:
    assert deposer(guichet, visiteur, nom_usage="", identique="oui").status == 303
    assert guichet.rows("comptes")[0].keys() and "Bonjour Jean DUBOIS" in guichet.deliver()[0].get_body().get_content()


@pytest.mark.rule("B1", "A5")
@pytest.mark.parametrize("ferme", DOCUMENTS)
def test_un_document_que_l_on_n_a_pas_ouvert_est_demande(guichet: Guichet, visiteur: Client, ferme: str) -> None:
    for nom in DOCUMENTS:
        if nom != ferme:
            visiteur.get(f"/documents/{nom}")
    page = visiteur.get(PAGE)
    assert page.page.text.count("À ouvrir") == 1
    reponse = visiteur.submit(page, PAGE, **IDENTITE, captcha=guichet.captcha(page))
    message = next(m for m in erreurs(reponse) if m.startswith("Ouvrez ce document"))
    refuse(guichet, reponse, message, f"#document-{ferme}")

    visiteur.get(f"/documents/{ferme}")
    defi = valeurs(reponse, PAGE)["defi"]
    assert defi == valeurs(page, PAGE)["defi"], "the image already read still serves"
    captcha = guichet.captcha(reponse)
    assert visiteur.submit(reponse, PAGE, **IDENTITE, captcha=captcha).status == 303


@pytest.mark.rule("B1", "T5")
def test_generer_une_autre_image_garde_la_saisie(guichet: Guichet, visiteur: Client) -> None:
    page = visiteur.get(PAGE)
    saisie = {nom: v for nom, v in IDENTITE.items() if "mot_de_passe" not in nom}
    champs = {**{n: v[0] for n, v in page.page.form(PAGE)["fields"].items()}, **saisie, "action": "autre_image"}
    autre = visiteur.post(PAGE, list(champs.items()))
    assert autre.status == 200 and not erreurs(autre)
    assert valeurs(autre, PAGE).items() >= saisie.items()
    assert valeurs(autre, PAGE)["defi"] != valeurs(page, PAGE)["defi"]
    assert guichet.rows("comptes") == []


@pytest.mark.rule("B1", "S1")
@pytest.mark.parametrize("chemin", [PAGE, "/activation/renvoyer"])
def test_la_touche_entree_valide_le_formulaire(guichet: Guichet, visiteur: Client, chemin: str) -> None:
    boutons = visiteur.get(chemin).page.form(chemin)["buttons"]
    assert boutons[0] == (None, None), "a browser presses the first button"


@pytest.mark.rule("B1", "T5")
@pytest.mark.controle("T36")
def test_un_captcha_faux_est_refuse_et_ne_sert_plus(guichet: Guichet, visiteur: Client) -> None:
    ouvrir_les_documents(visiteur)
    page = visiteur.get(PAGE)
    bon = guichet.captcha(page)
    faux = "".join("2" if c != "2" else "3" for c in bon)
    reponse = visiteur.submit(page, PAGE, **IDENTITE, captcha=faux)
    refuse(guichet, reponse, CAPTCHA_FAUX, "#captcha")
    assert valeurs(reponse, PAGE)["nom"] == "DUBOIS"

    encore = visiteur.submit(page, PAGE, **IDENTITE, captcha=bon)
    refuse(guichet, encore, CAPTCHA_FAUX, "#captcha")
    nouveau = visiteur.submit(reponse, PAGE, **IDENTITE, captcha=" ".join(guichet.captcha(reponse)))
    assert nouveau.status == 303


@pytest.mark.rule("B1", "S2", "T5")
@pytest.mark.controle("T36")
def test_un_captcha_faux_se_dit_avec_les_autres_erreurs_et_un_bon_se_garde(guichet: Guichet, visiteur: Client) -> None:
    ouvrir_les_documents(visiteur)
    page = visiteur.get(PAGE)
    sans_prenom = {**IDENTITE, "prenom": ""}
    bon = guichet.captcha(page)
    garde = visiteur.submit(page, PAGE, **sans_prenom, captcha=bon)
    assert list(erreurs(garde)) == ["Saisissez votre prénom."] and valeurs(garde, PAGE)["captcha"] == bon
    assert valeurs(garde, PAGE)["defi"] == valeurs(page, PAGE)["defi"], "a right answer is not asked twice"

    faux = "".join("2" if c != "2" else "3" for c in bon)
    deux = visiteur.submit(garde, PAGE, **sans_prenom, captcha=faux)
    assert list(erreurs(deux)) == ["Saisissez votre prénom.", CAPTCHA_FAUX]
    devine = visiteur.submit(garde, PAGE, **sans_prenom, captcha=bon)
    assert CAPTCHA_FAUX in erreurs(devine), "no challenge is guessed at twice"
    assert visiteur.submit(deux, PAGE, **IDENTITE, captcha=guichet.captcha(deux)).status == 303


@pytest.mark.rule("B1", "T5")
@pytest.mark.controle("T36")
def test_un_captcha_resolu_ne_sert_qu_une_fois(guichet: Guichet, visiteur: Client) -> None:
    ouvrir_les_documents(visiteur)
    page = visiteur.get(PAGE)
    bon = guichet.captcha(page)
    assert visiteur.submit(page, PAGE, **IDENTITE, captcha=bon).status == 303
    avant = photo(guichet)
    defi = valeurs(page, PAGE)["defi"]
    autre = {**IDENTITE, "nom": "MARTIN", "email": "m@exemple.fr", "confirmation_email": "m@exemple.fr"}
    for chemin in (PAGE, "/activation/renvoyer"):
        reponse = visiteur.submit(visiteur.get(chemin), chemin, **autre, defi=defi, captcha=bon)
        assert {CAPTCHA_FAUX, CAPTCHA_PERIME} & set(erreurs(reponse))
    assert photo(guichet) == avant


@pytest.mark.rule("B1", "T5")
@pytest.mark.controle("T36")
@pytest.mark.parametrize(
    ("attente", "statut"),
    [
        pytest.param(30 * 60 - 1, 303, id="une seconde avant la demi-heure"),
        pytest.param(30 * 60, 422, id="à la demi-heure"),
        pytest.param(30 * 60 + 1, 422, id="une seconde après"),
    ],
)
def test_un_captcha_vaut_une_demi_heure(guichet: Guichet, visiteur: Client, attente: int, statut: int) -> None:
    ouvrir_les_documents(visiteur)
    page = visiteur.get(PAGE)
    bon = guichet.captcha(page)
    guichet.advance(seconds=attente)
    assert visiteur.submit(page, PAGE, **IDENTITE, captcha=bon).status == statut


@pytest.mark.rule("B1", "T5")
@pytest.mark.controle("T36")
@pytest.mark.parametrize(
    "defi",
    [
        pytest.param("", id="sans défi"),
        pytest.param("0" * 26, id="défi inconnu"),
        pytest.param("../" * 9, id="défi qui n’en est pas un"),
        pytest.param("٠" * 26, id="défi en chiffres arabes"),
    ],
)
def test_un_defi_que_nous_n_avons_pas_donne_est_refuse(guichet: Guichet, visiteur: Client, defi: str) -> None:
    refuse(guichet, deposer(guichet, visiteur, defi=defi), CAPTCHA_PERIME, "#captcha")
    assert visiteur.get(f"/captcha/{'0' * 26}/son").status == 404


@pytest.mark.rule("B1", "T5")
@pytest.mark.controle("T36")
def test_le_captcha_d_une_autre_visite_ne_sert_pas(guichet: Guichet, visiteur: Client) -> None:
    robot = guichet.client("192.0.2.66")
    page = visiteur.get(PAGE)
    defi, bon = valeurs(page, PAGE)["defi"], guichet.captcha(page)
    refuse(guichet, deposer(guichet, robot, defi=defi, captcha=bon), CAPTCHA_PERIME, "#captcha")
    assert robot.get(f"/captcha/{defi}/son").status == 404
    assert deposer(guichet, visiteur, defi=defi, captcha=bon).status == 303


@pytest.mark.rule("T5")
def test_le_captcha_s_ecoute(guichet: Guichet, visiteur: Client) -> None:
    page = visiteur.get(PAGE)
    chemin = f"/captcha/{valeurs(page, PAGE)['defi']}/son"
    assert chemin in page.page.links
    entiere = visiteur.get(chemin)
    assert 'src="data:audio/' in entiere.body and guichet.captcha(page) not in entiere.body
    partie = visiteur.get(chemin, **{"hx-request": "true"})
    assert "<html" not in partie.body and "<audio controls" in partie.body


@pytest.mark.rule("T5", "T4")
@pytest.mark.controle("T36")
def test_un_meme_code_ne_se_montre_que_vingt_fois(guichet: Guichet, visiteur: Client) -> None:
    """Many drawings of one code would show what in them is noise; then another code comes."""
    page = visiteur.get(PAGE)
    premier = valeurs(page, PAGE)["defi"]
    defis = []
    for _ in range(21):
        page = visiteur.submit(page, PAGE, **IDENTITE, captcha="")
        defis.append(valeurs(page, PAGE)["defi"])
    assert set(defis[:20]) == {premier} and defis[20] != premier
    son = f"/captcha/{defis[20]}/son"
    assert [visiteur.get(son).status for _ in range(21)] == [200] * 20 + [429]


@pytest.mark.rule("B4", "B3")
def test_deux_comptes_echus_n_empechent_pas_de_s_inscrire(guichet: Guichet, visiteur: Client) -> None:
    """One has the address, the other the identity; the sweep has not come yet."""
    deposer(guichet, visiteur, nom="MARTIN", nom_usage="MARTIN")
    deposer(guichet, guichet.client("192.0.2.5"), email="autre@exemple.fr", confirmation_email="autre@exemple.fr")
    guichet.advance(days=7, seconds=1)
    assert deposer(guichet, guichet.client("192.0.2.6")).status == 303
    assert len([r for r in guichet.rows("comptes") if r["sk"]["S"] == "COMPTE"]) == 1


@pytest.mark.rule("B3")
@pytest.mark.controle("T31")
@pytest.mark.parametrize(
    ("premier", "second"),
    [
        pytest.param({}, {"nom": "dubois", "prenom": "JEAN"}, id="casse"),
        pytest.param({"nom": "Du  Bois"}, {"nom": "Du-Bois"}, id="espaces et trait d’union"),
        pytest.param({"prenom": "Éléonore"}, {"prenom": "ELEONORE"}, id="accents"),
        pytest.param({"nom": "N’Diaye"}, {"nom": "N Diaye"}, id="apostrophe"),
        pytest.param({}, {"naissance": "1985-03-27"}, id="date autrement écrite"),
        pytest.param({}, {"nom_usage": "MARTIN"}, id="autre nom d’usage"),
    ],
)
def test_la_meme_identite_autrement_ecrite_est_refusee(
    guichet: Guichet, visiteur: Client, premier: dict[str, str], second: dict[str, str]
) -> None:
    assert deposer(guichet, visiteur, **premier).status == 303
    avant = photo(guichet)
    autre = guichet.client("192.0.2.2")
    adresse = {"email": "autre@exemple.fr", "confirmation_email": "autre@exemple.fr"}
    reponse = deposer(guichet, autre, **{**premier, **second, **adresse})
    assert (reponse.status, erreurs(reponse)) == (409, {EXISTE: "#email"})
    assert valeurs(reponse, PAGE)["email"] == "autre@exemple.fr"
    assert photo(guichet) == avant


@pytest.mark.rule("B3")
@pytest.mark.parametrize("champ", ["civilite", "nom", "prenom", "naissance"])
def test_une_identite_qui_differe_d_un_trait_est_une_autre_personne(
    guichet: Guichet, visiteur: Client, champ: str
) -> None:
    assert deposer(guichet, visiteur).status == 303
    autre = {"civilite": "MADAME", "nom": "DUBOS", "prenom": "Jeanne", "naissance": "28/03/1985"}[champ]
    adresse = {"email": "autre@exemple.fr", "confirmation_email": "autre@exemple.fr"}
    assert deposer(guichet, guichet.client("192.0.2.2"), **{champ: autre}, **adresse).status == 303


@pytest.mark.rule("B3", "Z2")
@pytest.mark.parametrize("email", ["jean.dubois@exemple.fr", "JEAN.DUBOIS@EXEMPLE.FR", " Jean.Dubois@exemple.FR "])
def test_la_meme_adresse_est_refusee_par_les_memes_mots(guichet: Guichet, visiteur: Client, email: str) -> None:
    s_inscrire(guichet, visiteur)
    avant = photo(guichet)
    autre = {"nom": "MARTIN", "prenom": "Luc", "email": email, "confirmation_email": email}
    reponse = deposer(guichet, guichet.client("192.0.2.2"), **autre)
    assert (reponse.status, erreurs(reponse)) == (409, {EXISTE: "#email"})
    assert photo(guichet) == avant


def archiver(guichet: Guichet) -> None:
    """The account's state, as the slice that archives will write it."""
    for row in guichet.rows("comptes"):
        if row["sk"]["S"] == "COMPTE":
            row["etat"] = {"S": "ARCHIVE"}
            boto3.client("dynamodb").put_item(TableName="guichet-test-comptes", Item=row)


@pytest.mark.rule("B3")
@pytest.mark.controle("T31")
@pytest.mark.parametrize(
    "autre",
    [
        pytest.param({"email": "autre@exemple.fr", "confirmation_email": "autre@exemple.fr"}, id="même identité"),
        pytest.param({"nom": "MARTIN", "prenom": "Luc"}, id="même adresse"),
    ],
)
def test_un_compte_archive_se_dit_et_se_reactive_par_l_assistance(
    guichet: Guichet, visiteur: Client, autre: dict[str, str]
) -> None:
    s_inscrire(guichet, visiteur)
    archiver(guichet)
    reponse = deposer(guichet, guichet.client("192.0.2.2"), **autre)
    assert reponse.status == 409
    assert next(iter(erreurs(reponse))).startswith("Un compte archivé existe déjà")
    assert "Écrivez-nous par Aide et Contact" in reponse.page.text and "Authentifiez-vous, ou" not in reponse.page.text


@pytest.mark.rule("B1", "T4")
def test_un_double_clic_sur_valider_ouvre_un_seul_compte_et_repond_pareil(guichet: Guichet, visiteur: Client) -> None:
    ouvrir_les_documents(visiteur)
    page = visiteur.get(PAGE)
    champs = {**IDENTITE, "captcha": guichet.captcha(page)}
    premiere = visiteur.submit(page, PAGE, **champs)
    avant = photo(guichet)
    seconde = visiteur.submit(page, PAGE, **champs)
    assert (premiere.status, premiere.location) == (seconde.status, seconde.location) == (303, "/deposer-un-cv/envoye")
    assert photo(guichet) == avant and len(guichet.deliver()) == 1


@pytest.mark.rule("T4")
@pytest.mark.controle("T31", "T37")
def test_trop_d_inscriptions_d_une_meme_origine_attendent_sans_perdre_la_saisie(
    guichet: Guichet, visiteur: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from chalicelib.core.web.limits import Limit
    from chalicelib.intervenants.inscription import usecases

    monkeypatch.setattr(usecases, "INSCRIPTIONS", Limit("inscriptions", 1, timedelta(hours=1)))
    assert deposer(guichet, visiteur).status == 303
    autre: dict[str, Any] = {"nom": "MARTIN", "email": "m@exemple.fr", "confirmation_email": "m@exemple.fr"}
    reponse = deposer(guichet, visiteur, **autre)
    assert reponse.status == 429 and int(reponse.headers["retry-after"]) <= 3600
    assert valeurs(reponse, PAGE)["nom"] == "MARTIN" and "attendez 60 minutes" in reponse.page.text
    assert MOT_DE_PASSE not in reponse.body
    assert deposer(guichet, guichet.client("192.0.2.77"), **autre).status == 303
