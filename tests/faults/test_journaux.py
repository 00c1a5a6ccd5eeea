"""No personal datum in the logs, whatever is done and whatever fails: every scene, once as it goes, once when AWS fails
in the middle of it (rule X1). What must not be said is read from what people typed and from what the tables hold."""

import importlib
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from wtforms import Form, HiddenField, StringField
from wtforms.fields.core import UnboundField

from chalicelib.core import log
from chalicelib.core.web.forms import PortalForm
from chalicelib.core.web.request import Request
from tests.faults import scenes
from tests.faults.fil import SORTES, Faute
from tests.faults.monde import Monde, lignes
from tests.meta.test_journaux import Mouchard, oreilles

COURT = 5  # letters: less is found anywhere


def champs_libres() -> set[str]:
    """The fields of all forms in which anything can be typed."""
    scenes.application()
    return {nom for form in _formulaires(PortalForm) for nom in dir(form) if _libre(getattr(form, nom))}


def _formulaires(base: type[Form]) -> Iterator[type[Form]]:
    for form in base.__subclasses__():
        yield form
        yield from _formulaires(form)


def _libre(champ: Any) -> bool:
    if not isinstance(champ, UnboundField):
        return False
    return issubclass(champ.field_class, StringField) and not issubclass(champ.field_class, HiddenField)


def secrets(monde: Monde, libres: set[str]) -> set[str]:
    """What nobody may find in a log: what is typed, who people are, what lets them in, where they come from."""
    _, champs = monde.valeurs.get("formulaire", ("", []))
    dits = {valeur for nom, valeur in champs if nom in libres}
    dits |= {str(monde.valeurs[nom]).rpartition("/")[2] for nom in ("jeton", "lien", "oubli") if nom in monde.valeurs}
    for compte in (r for r in lignes("comptes") if r["sk"] == "COMPTE"):
        siens = ("email", "empreinte", "naissance", "totp") + (
            ("nom", "prenom") if compte["role"] == "INTERVENANT" else ()
        )
        dits |= {str(compte.get(nom) or "") for nom in siens}
    dits |= {str(piece.get("nom") or "") for piece in lignes("pieces")}
    for client in monde.clients.values():
        dits |= {client.source} | {valeur.split(".")[1] for valeur in client.cookies.values() if "." in valeur}
    return {dit for dit in dits if len(dit) >= COURT}


def jouer(monde: Monde, scene: scenes.Scene, libres: set[str], dits: list[str]) -> list[str]:
    """The act, then the act at whose last call AWS fails: what was said that must not be."""
    mouchard, faute, fautes = Mouchard(), None, []
    for _ in range(2):
        scene.preparer(monde)
        dits.clear()
        mouchard.defendre(*secrets(monde, libres))
        with monde.fil.ecoute(faute):
            scene.jouer(monde)
        mouchard.defendre(*secrets(monde, libres))
        mouchard.dits = list(dits)
        fautes += [f"{scene} : {indiscretion}" for indiscretion in mouchard.indiscretions()]
        if monde.fil.appels:
            rang = len(monde.fil.appels) - 1
            faute = Faute(SORTES["erreur_interne"], rang, monde.fil.appels[rang])
    return fautes


@pytest.fixture
def dits() -> Iterator[list[str]]:
    """What every logger writes."""
    importlib.import_module("app")
    log.logger()
    lignes_: list[str] = []
    posees = oreilles(lignes_)
    for logger, oreille in posees.items():
        logger.addHandler(oreille)
    yield lignes_
    for logger, oreille in posees.items():
        logger.removeHandler(oreille)


@pytest.mark.rule("X1", "S6")
def test_aucun_acte_ne_dit_rien_de_personne(monde: Monde, dits: list[str]) -> None:
    logging.disable(logging.NOTSET)
    libres, entendus, fautes = champs_libres(), 0, []
    for scene in [*scenes.SCENES, *scenes.pages()]:
        fautes += jouer(monde, scene, libres, dits)
        entendus += len(dits)
    assert fautes == []
    assert entendus > len(scenes.SCENES), "the ears hear"


@pytest.mark.parametrize(
    "scene",
    [
        "POST /mon-profil/parcours/{bloc}/ajouter - avec un diplôme",
        "POST /gestion/inscriptions/recherche",
        "POST /gestion/inscriptions/{compte_id}/rejeter",
        "POST /mon-compte/adresse-e-mail",
        "POST /mon-profil/identification - un employeur cherché",
    ],
)
def test_une_saisie_dite_se_voit(monde: Monde, dits: list[str], monkeypatch: pytest.MonkeyPatch, scene: str) -> None:
    """The planted red: a form that is logged as it comes."""
    logging.disable(logging.NOTSET)
    jouee, libres = next(s for s in scenes.FORMULAIRES if str(s) == scene), champs_libres()
    assert jouer(monde, jouee, libres, dits) == []
    lire = Request.form.func
    bavarde = property(lambda self: log.event("plante", tout=str(lire(self))) or lire(self))
    monkeypatch.setattr(Request, "form", bavarde)
    assert jouer(monde, jouee, libres, dits)
