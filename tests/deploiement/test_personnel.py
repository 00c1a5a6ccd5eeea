"""infra/personnel.py, on moto: an account that can log in, what is refused, what a replacement ends."""

import json
import re
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from chalicelib.core import totp
from infra import personnel
from tests.client import Answer, Client
from tests.web import parcours
from tests.web.conftest import Guichet
from tests.web.parcours import actes, photo, se_connecter

guichet = parcours.guichet
EMAIL = "gaelle.gestion@exemple.fr"
QUI = {
    "email": EMAIL,
    "nom": "D’Hôte",
    "prenom": "Gaëlle",
    "role": "GESTIONNAIRE",
    "structures": "grand-est, bretagne",
}
LISTE = "/gestion/inscriptions"
SERVICE = "Espace Intervenants CNFPT"


@pytest.fixture
def visiteur(guichet: Guichet) -> Client:
    """Somebody who is not logged in."""
    return guichet.client()


@pytest.fixture(autouse=True)
def etapes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stage of the tests, as .chalice/config.json would have it."""
    (tmp_path / "config.json").write_text(
        json.dumps({"stages": {"test": {"environment_variables": {"STAGE": "test"}}}})
    )
    monkeypatch.setattr(personnel, "CONFIG", tmp_path / "config.json")


def lancer(*drapeaux: str, stage: str = "test", **given: str) -> int:
    """`python -m infra.personnel`."""
    options = [part for name, value in given.items() for part in (f"--{name}", value)]
    return personnel.main(["--stage", stage, *options, *drapeaux])


def acces(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """The password and the key that were shown."""
    out = capsys.readouterr().out
    mot, cle = re.search(r"mot de passe   : (\S+)", out), re.search(r"second facteur : (\S+)", out)
    uri = re.search(r"otpauth://\S+", out)
    assert mot and cle and uri
    lue = urlsplit(uri[0])
    assert parse_qs(lue.query) == {
        "secret": [cle[1]],
        "issuer": [SERVICE],
        "algorithm": ["SHA1"],
        "digits": ["6"],
        "period": ["30"],
    }
    assert unquote(lue.path) == f"/{SERVICE}:{EMAIL}"
    return mot[1], cle[1]


def entrer(guichet: Guichet, client: Client, mot: str, cle: str) -> Answer:
    """Both factors, through the pages."""
    page = se_connecter(client, EMAIL, mot)
    code = totp.code(cle, int(guichet.now.timestamp()) // totp.PERIOD)
    return client.follow(client.submit(page, "/connexion/code", code=code)) if page.status == 200 else page


def choisir_le_sien(client: Client, recu: str) -> Answer:
    """What the page that replaces a provisional password asks."""
    chemin, mot = "/mon-compte/mot-de-passe", "Courir-3-Fois!"
    champs = {"mot_de_passe_actuel": recu, "mot_de_passe": mot, "confirmation_mot_de_passe": mot}
    return client.follow(client.submit(client.get(chemin), chemin, **champs))


@pytest.mark.rule("B3", "J6", "X3", "Z3")
@pytest.mark.controle("T34")
def test_un_gestionnaire_cree_entre_par_ses_deux_facteurs(
    guichet: Guichet, visiteur: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lancer(**QUI) == 0
    mot, cle = acces(capsys)
    assert len(mot) >= 20 and len(cle) == 32, "160 bits in base32"
    entree = entrer(guichet, visiteur, mot, cle)
    assert visiteur.follow(entree).page.title.startswith("Choisissez votre mot de passe")
    assert visiteur.get(LISTE).status == 303
    assert choisir_le_sien(visiteur, mot).status == 200
    page = visiteur.get(LISTE)
    assert page.status == 200 and "Gaëlle D’Hôte" in page.page.text
    assert "Délégation Bretagne" in page.page.text and "Délégation Grand Est" in page.page.text
    (trace,) = actes(guichet, "creer_un_compte_du_personnel")
    assert json.loads(trace["details"]) == {"role": "GESTIONNAIRE", "structures": "grand-est,bretagne"}
    tables = str(photo(guichet, ()))
    assert mot not in tables and EMAIL not in str(guichet.rows("audit"))


def test_un_administrateur_n_a_pas_de_structure(
    guichet: Guichet, visiteur: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lancer(**QUI | {"role": "ADMINISTRATEUR", "structures": ""}) == 0
    mot, cle = acces(capsys)
    entrer(guichet, visiteur, mot, cle)
    assert choisir_le_sien(visiteur, mot).status == 200
    assert visiteur.get("/administration/envois").status == 200


@pytest.mark.rule("B3")
@pytest.mark.parametrize(
    ("autre", "dit"),
    [
        ({"email": EMAIL.upper(), "nom": "Autre"}, "a déjà l’adresse"),
        ({"email": "autre@exemple.fr", "nom": "D'HOTE"}, "homonyme"),
    ],
    ids=["adresse", "identité"],
)
def test_une_seconde_creation_est_refusee(
    guichet: Guichet, capsys: pytest.CaptureFixture[str], autre: dict[str, str], dit: str
) -> None:
    lancer(**QUI)
    avant, _ = photo(guichet, ()), capsys.readouterr()
    assert lancer(**QUI | autre) == 1
    assert dit in (vu := capsys.readouterr()).err and not vu.out
    assert photo(guichet, ()) == avant
    homonyme = {"email": "autre@exemple.fr", "naissance": "05/04/1980"}
    assert lancer(**QUI | homonyme) == 0


@pytest.mark.parametrize(
    ("autre", "dit"),
    [
        ({"stage": ""}, "étape inconnue : «  »"),
        ({"stage": "prod"}, "étape inconnue : « prod »"),
        ({"role": "INTERVENANT"}, "rôle inconnu"),
        ({"role": ""}, "rôle inconnu"),
        ({"structures": "grand-est,lune"}, "structure inconnue : lune"),
        ({"structures": ""}, "au moins une structure"),
        ({"role": "ADMINISTRATEUR"}, "un administrateur n’en a aucune"),
        ({"email": "gaelle"}, "l’adresse « gaelle »"),
        ({"nom": " "}, "--nom manque"),
        ({"naissance": "31/02/1980"}, "--naissance"),
    ],
)
def test_ce_qui_est_refuse_n_ecrit_rien(
    guichet: Guichet, capsys: pytest.CaptureFixture[str], autre: dict[str, str], dit: str
) -> None:
    assert lancer(**QUI | autre) == 1
    assert dit in capsys.readouterr().err
    assert not any(photo(guichet).values())


@pytest.mark.rule("T1", "J6", "X3")
def test_remplacer_ferme_les_sessions_et_les_anciens_facteurs(
    guichet: Guichet, visiteur: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    lancer(**QUI)
    ancien = acces(capsys)
    entrer(guichet, visiteur, *ancien)
    en_route = guichet.client()
    etape = se_connecter(en_route, EMAIL, ancien[0])
    assert lancer("--remplacer", email=EMAIL) == 0
    nouveau = acces(capsys)
    assert nouveau[0] != ancien[0] and nouveau[1] != ancien[1]
    assert visiteur.get(LISTE).status == 303, "the session is over"
    assert en_route.submit(etape, "/connexion/code", code="000000").status == 422
    assert entrer(guichet, guichet.client(), *ancien).status == 422
    assert entrer(guichet, guichet.client(), nouveau[0], ancien[1]).status == 422
    neuf = guichet.client()
    assert neuf.follow(entrer(guichet, neuf, *nouveau)).page.title.startswith("Choisissez votre mot de passe")
    assert actes(guichet, "remplacer_l_acces_d_un_compte")


@pytest.mark.parametrize(
    ("given", "dit"),
    [
        ({"email": "inconnu@exemple.fr"}, "aucun compte du personnel"),
        ({"email": parcours.IDENTITE["email"]}, "aucun compte du personnel"),
        ({"email": EMAIL, "role": "ADMINISTRATEUR"}, "--remplacer ne prend que"),
    ],
    ids=["inconnue", "intervenant", "rôle"],
)
def test_on_ne_remplace_que_l_acces_du_personnel(
    guichet: Guichet, visiteur: Client, capsys: pytest.CaptureFixture[str], given: dict[str, str], dit: str
) -> None:
    lancer(**QUI)
    parcours.inscrit(visiteur)
    avant, _ = photo(guichet, ()), capsys.readouterr()
    assert lancer("--remplacer", **given) == 1
    assert dit in capsys.readouterr().err
    assert photo(guichet, ()) == avant


def test_une_etape_qui_n_est_pas_deployee_se_dit(guichet: Guichet, capsys: pytest.CaptureFixture[str]) -> None:
    import boto3

    boto3.client("dynamodb").delete_table(TableName="guichet-test-comptes")
    assert lancer(**QUI) == 1
    assert "étape déployée" in capsys.readouterr().err
