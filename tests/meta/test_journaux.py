"""No personal datum in the logs: the whole journey, and what goes wrong on the way, before a spy (rule X1)."""

from __future__ import annotations

import importlib
import logging
import re
import unicodedata
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote_plus

import pytest

from chalicelib.core import log
from tests.client import Answer, Client
from tests.web.conftest import Guichet
from tests.web.parcours import (
    deposer,
    lien_d_activation,
    personnel,
    remplir,
    remplir_le_parcours,
    se_connecter,
    se_connecter_en_gestion,
)

SECRET = "Escalader-7-Falaises!"
PERSONNE = {
    "nom": "VERCINGÉTORIX",
    "nom_usage": "D’Arvernie",
    "prenom": "Zébulon",
    "naissance": "14/07/1983",
    "email": "zebulon.celtill@gergovie.example.fr",
    "confirmation_email": "zebulon.celtill@gergovie.example.fr",
    "mot_de_passe": SECRET,
    "confirmation_mot_de_passe": SECRET,
}
DOMICILE = {
    "voie": "52 rue des Oppidums",
    "ville": "Clermont-Ferrand",
    "code_postal": "63000",
    "lieu_naissance": "Bourg-Saint-Vercors",
    "tel_personnel": "04 73 98 76 54",
}
ORIGINE = "198.51.100.77"
AGENT = "gwendoline@delegation.example.fr"


class Mouchard:
    """Hears what every logger of the process writes, and knows what must not be said."""

    def __init__(self) -> None:
        self.dits: list[str] = []
        self.defendus: set[str] = set()

    def defendre(self, *valeurs: str) -> None:
        """What nobody may find in a log, however it is written."""
        for valeur in filter(None, valeurs):
            self.defendus |= {plat(forme) for forme in (valeur, quote(valeur), valeur.replace(" ", ""))}

    def indiscretions(self) -> list[str]:
        """Lines that say what must not be said."""
        lignes = [(plat(dit), plat(unquote_plus(dit))) for dit in self.dits]
        return [
            f"{defendu} : {ligne[:300]}"
            for defendu in sorted(self.defendus)
            for ligne, decodee in lignes
            if defendu in ligne or defendu in decodee
        ]


def plat(texte: str) -> str:
    """Without case, accents or the kind of apostrophe."""
    decompose = unicodedata.normalize("NFKD", texte.casefold().replace("’", "'"))
    return "".join(c for c in decompose if not unicodedata.combining(c))


class Oreille(logging.Handler):
    """What a logger's own handlers write; at the root, for all the others, what Lambda's does: message and trace."""

    def __init__(self, formatters: list[logging.Formatter], dits: list[str], sauf: set[str]) -> None:
        super().__init__(logging.NOTSET)
        self.formatters, self.dits, self.sauf = formatters, dits, sauf

    def emit(self, record: logging.LogRecord) -> None:
        """Write it down."""
        for formatter in self.formatters if record.name not in self.sauf else []:
            record.exc_text = None  # a formatter keeps here what another one must not reuse
            self.dits.append(formatter.format(record))
        record.exc_text = None


def oreilles(dits: list[str]) -> dict[logging.Logger, Oreille]:
    """One ear for each logger that writes by itself, and one at the root."""
    propres = {}
    for nom in list(logging.root.manager.loggerDict):
        formatters = [h.formatter or logging.Formatter() for h in logging.getLogger(nom).handlers]
        if formatters:
            propres[nom] = formatters
    posees = {logging.getLogger(nom): Oreille(formatters, dits, set()) for nom, formatters in propres.items()}
    return posees | {logging.getLogger(): Oreille([logging.Formatter()], dits, set(propres))}


@pytest.fixture
def mouchard() -> Iterator[Mouchard]:
    """A spy on every logger, ours made first."""
    importlib.import_module("app")
    log.logger()
    espion = Mouchard()
    espion.defendre(*PERSONNE.values(), *DOMICILE.values(), ORIGINE, AGENT, "1983-07-14", "+33473987654")
    posees = oreilles(espion.dits)
    for logger, oreille in posees.items():
        logger.addHandler(oreille)
    yield espion
    for logger, oreille in posees.items():
        logger.removeHandler(oreille)


def inscrire(guichet: Guichet, client: Client, mouchard: Mouchard) -> str:
    """Open the account; the code of the captcha and the link are secrets too."""
    deposee = deposer(guichet, client, **PERSONNE)
    assert deposee.status == 303, deposee.page.text
    lien = lien_d_activation(guichet.deliver()[-1])
    mouchard.defendre(lien.removeprefix("/activation/"))
    return lien


def activer(client: Client, lien: str, mouchard: Mouchard) -> Answer:
    """Follow the link; the session's cookie is a secret."""
    page = client.follow(client.submit(client.get(lien), lien))
    mouchard.defendre(client.cookies["__Host-session"], client.cookies["__Host-session"].split(".")[1])
    return page


# The house


@pytest.mark.rule("X1")
def test_le_parcours_entier_ne_dit_rien_de_personne(guichet: Guichet, mouchard: Mouchard, capfd: Any) -> None:
    client = guichet.client(ORIGINE)
    activer(client, inscrire(guichet, client, mouchard), mouchard)
    assert client.follow(remplir(client, **DOMICILE, regions=["84"], departements=["63"])).status == 200
    remplir_le_parcours(client)
    client.follow(client.submit(client.get("/mon-profil/verification"), "/mon-profil/transmission"))
    personnel(AGENT, ["grand-est"], prenom="Gwendoline")
    gestion = guichet.client()
    liste = se_connecter_en_gestion(guichet, gestion, AGENT)
    dossier = gestion.get(next(href for href in liste.page.links if href.startswith("/gestion/inscriptions/")))
    assert DOMICILE["voie"] in dossier.page.text
    gestion.follow(gestion.submit(dossier, next(f["action"] for f in dossier.page.forms if "valider" in f["action"])))
    assert len(guichet.deliver()) == 2
    for balayage in guichet.app.pure_lambda_functions:
        guichet.sweep(balayage.name)

    noms = " ".join(mouchard.dits)
    assert all(nom in noms for nom in ("compte.ouvert", "compte.active", "inscription.validee", "mail.sent"))
    assert mouchard.indiscretions() == []
    mouchard.dits = list(capfd.readouterr())
    assert mouchard.indiscretions() == [], "nor on the outputs of the process"


@pytest.mark.rule("X1")
def test_ce_qui_est_refuse_ne_dit_rien_de_personne(guichet: Guichet, mouchard: Mouchard) -> None:
    client = guichet.client(ORIGINE)
    lien = inscrire(guichet, client, mouchard)
    assert deposer(guichet, guichet.client(ORIGINE), **PERSONNE).status == 409
    assert deposer(guichet, guichet.client(ORIGINE), **{**PERSONNE, "naissance": "x"}).status == 422
    assert deposer(guichet, guichet.client(ORIGINE), **{**PERSONNE, "captcha": "000"}).status == 422
    assert se_connecter(guichet.client(ORIGINE), PERSONNE["email"], SECRET).status == 422, "not activated yet"
    activer(client, lien, mouchard)
    assert client.get(lien).status == 410
    for _ in range(12):
        dernier = se_connecter(guichet.client(ORIGINE), PERSONNE["email"], SECRET + "?")
    assert dernier.status == 429
    assert client.get("/gestion/inscriptions").status == 404
    assert client.post("/mon-profil/identification", [("nom", PERSONNE["nom"])]).status == 403
    assert any("connexion.refusee" in dit for dit in mouchard.dits)
    assert mouchard.indiscretions() == []


@pytest.mark.rule("X1", "S6")
def test_une_panne_ne_dit_rien_de_personne(
    guichet: Guichet, mouchard: Mouchard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message of an exception often holds the value that it did not like."""
    from chalicelib.intervenants.profil import queries

    def tomber(*_: Any, **__: Any) -> None:
        raise RuntimeError(f"cannot treat {PERSONNE['nom']} <{PERSONNE['email']}>")

    client = guichet.client(ORIGINE)
    activer(client, inscrire(guichet, client, mouchard), mouchard)
    monkeypatch.setattr(queries, "page_identification", tomber)
    page = client.get("/mon-profil/identification")
    assert page.status == 500
    reference = re.search(r"\b[0-9A-Z]{8}\b", page.page.text)
    assert reference and any(reference.group() in dit for dit in mouchard.dits), "the reference is in the log"
    assert any("tomber" in dit and "RuntimeError" in dit for dit in mouchard.dits), "where it happened too"
    assert mouchard.indiscretions() == []


@pytest.mark.rule("X1", "V1")
def test_un_envoi_refuse_ne_dit_pas_a_qui(
    guichet: Guichet, mouchard: Mouchard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SES names the address in its refusals."""
    from botocore.exceptions import ClientError

    from chalicelib.core import aws

    def refuser(**_: Any) -> None:
        message = f"Email address is not verified: {PERSONNE['email']}"
        raise ClientError({"Error": {"Code": "MessageRejected", "Message": message}}, "SendEmail")

    monkeypatch.setattr(aws.client("sesv2"), "send_email", refuser)
    assert deposer(guichet, guichet.client(ORIGINE), **PERSONNE).status == 303
    assert guichet.deliver() == []
    assert any("mail.failed" in dit for dit in mouchard.dits)
    assert mouchard.indiscretions() == []


# The planted red


@pytest.mark.parametrize(
    "dit",
    [
        pytest.param("bonjour VERCINGÉTORIX", id="tel quel"),
        pytest.param("bonjour vercingetorix", id="sans casse ni accents"),
        pytest.param("nom=VERCING%C3%89TORIX", id="codé"),
        pytest.param("tel 0473987654", id="numéro sans espaces"),
        pytest.param("52+rue+des+Oppidums", id="formulaire"),
        pytest.param("D'Arvernie", id="apostrophe droite"),
        pytest.param("né le 1983-07-14", id="date écrite autrement"),
        pytest.param("de 198.51.100.77", id="adresse d’origine"),
    ],
)
def test_une_indiscretion_plantee_est_rouge(dit: str, mouchard: Mouchard) -> None:
    log.event("plante", ids="01hq3v")
    assert mouchard.indiscretions() == []
    log.event("plante", texte=dit)
    assert len(mouchard.indiscretions()) >= 1


@pytest.mark.parametrize("logger", ["botocore.endpoint", "chalice", "guichet", "n.importe.lequel", ""])
def test_le_mouchard_entend_tous_les_journaux(logger: str, mouchard: Mouchard) -> None:
    logging.getLogger(logger).error("perdu : %s", PERSONNE["email"])
    try:
        raise ValueError(SECRET)
    except ValueError:
        logging.getLogger(logger).exception("tombé")
    trouvees = " ".join(mouchard.indiscretions())
    assert "perdu : zebulon" in trouvees and "tombe" in trouvees and plat(SECRET) in trouvees
