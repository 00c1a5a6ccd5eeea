"""Who may ask what: every route by every role, and other people's objects (rules T6, U1, E1 to E4, G0)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest

from chalicelib.commun.comptes.rules import Access
from chalicelib.commun.pieces import public as pieces
from chalicelib.commun.pieces import store as rangement
from chalicelib.commun.pieces.public import DIPLOME
from chalicelib.core.errors import NotFound
from chalicelib.core.web import pages
from chalicelib.intervenants.inscription import queries as lectures
from chalicelib.intervenants.inscription import rules as inscription
from chalicelib.intervenants.inscription import usecases
from chalicelib.intervenants.profil import rules as profil
from tests.web import droits, parcours
from tests.web.conftest import Guichet
from tests.web.memoire import objets
from tests.web.parcours import BUCKET, GENS, ROLES, photo, scene

guichet = parcours.guichet


@pytest.mark.rule("T6", "G0", "E1", "E2")
@pytest.mark.controle("T12", "T39")
@pytest.mark.parametrize("role", ROLES)
def test_chacun_n_ouvre_que_ses_pages(guichet: Guichet, role: str) -> None:
    assert list(droits.pages_de_chacun(guichet, role)) == []


@pytest.mark.rule("T6", "E1", "E3", "E4", "G0")
@pytest.mark.controle("T45")
@pytest.mark.parametrize("role", GENS)
def test_l_etat_de_la_demande_dit_ce_que_l_on_peut_faire(guichet: Guichet, role: str) -> None:
    assert list(droits.actes_permis(guichet, role)) == []


@pytest.mark.rule("T6", "U1")
@pytest.mark.controle("T40")
def test_le_fichier_ou_la_ligne_d_un_autre_n_existe_pas(guichet: Guichet) -> None:
    assert list(droits.objets_des_autres(guichet)) == []


@pytest.mark.rule("T6", "E2")
@pytest.mark.controle("T40", "T41")
def test_la_demande_d_une_autre_structure_n_existe_pas(guichet: Guichet) -> None:
    assert list(droits.demandes_des_autres(guichet)) == []
    liste = scene(guichet).clients["autre gestionnaire"].get("/gestion/inscriptions")
    assert "Aucune demande n’attend votre décision." in liste.page.text
    assert not [nom for nom in GENS.values() if nom in liste.body]


@pytest.mark.rule("T6", "E2", "D7")
@pytest.mark.controle("T41")
def test_la_piece_d_une_autre_demande_n_existe_pas(guichet: Guichet) -> None:
    assert list(droits.pieces_sous_une_autre_demande(guichet)) == []


@pytest.mark.rule("T6")
@pytest.mark.controle("T40")
def test_chaque_route_qui_nomme_un_objet_est_demandee_pour_celui_d_un_autre() -> None:
    assert droits.routes_sans_marche(droits.ROUTES) == []
    nouvelle = "GET /annonces/{annonce_id}"
    assert droits.routes_sans_marche([*droits.ROUTES, nouvelle]) == [nouvelle]


@pytest.mark.rule("T6", "E2")
@pytest.mark.controle("T45")
def test_sa_structure_lit_tout_et_ne_decide_que_de_ce_qui_attend(guichet: Guichet) -> None:
    assert list(droits.demandes_de_sa_structure(guichet)) == []


@pytest.mark.rule("T6")
@pytest.mark.controle("T13")
@pytest.mark.parametrize("methode", ["HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO"])
def test_aucune_autre_methode_n_est_ouverte(guichet: Guichet, methode: str) -> None:
    assert not [motif for motif, methodes in guichet.app.routes.items() if methode in methodes]


@pytest.mark.rule("T6", "E1")
@pytest.mark.controle("T13")
def test_une_methode_deguisee_reste_ce_qu_elle_est(guichet: Guichet) -> None:
    lieu = scene(guichet)
    avant = photo(guichet, ("noyau", "audit"))
    client, chemin = lieu.clients["gestionnaire"], lieu.chemin("/gestion/inscriptions/{compte_id}", "gestionnaire")
    deguisee = client.get(f"{chemin}?_method=POST", **{"x-http-method-override": "POST", "x-method-override": "DELETE"})
    assert deguisee.status == 200
    assert client.get(f"{chemin}/valider").status == 404
    assert photo(guichet, ("noyau", "audit")) == avant


# Mistakes planted one by one in the portal: the walk must see each.


def _de_n_importe_qui(ctx: Any, piece_id: str, usage: Any) -> Any:
    """Finds the file, and forgets to ask whose it is."""
    toutes = [rangement.piece_of(row) for row in rangement.PieceRow.scan(rangement.PieceRow.sk.startswith("PIECE#"))]
    trouvee = next((p for p in toutes if p.id == piece_id and p.usage == usage), None)
    if trouvee is None:
        raise NotFound
    return trouvee


def _sans_acces(ctx: Any, request: Any, access: Access) -> Any:
    """Lets everybody who is logged in where staff are."""
    return _guard(ctx, request, Access.CONNECTE if access is Access.GESTIONNAIRE else access)


def _effacer_puis_refuser(ctx: Any, compte_id: str) -> Any:
    """Changes the bucket, then looks at who asks."""
    boto3.client("s3").delete_object(Bucket=BUCKET, Key=min(objets()))
    return _demande_a_traiter(ctx, compte_id)


def _noter_au_mauvais_endroit(ctx: Any, compte_id: str, *_: str) -> None:
    """A page that is read leaves its trace on what it reads."""
    lue = {"pk": {"S": f"INTERVENANT#{compte_id}"}, "sk": {"S": "LECTURE"}}
    boto3.client("dynamodb").put_item(TableName="guichet-test-intervenants", Item=lue)


_guard, _demande_a_traiter = pages._guard, usecases.demande_a_traiter
_DIPLOME = "/mon-profil/diplomes/{piece_id}/original"
Marche = Callable[[Guichet], Iterator[str]]
PLANTES: dict[str, tuple[Any, str, Any, Marche, str]] = {
    "un dossier oublie sa structure": (
        inscription, "peut_traiter", lambda demande, structures: demande is not None, droits.demandes_des_autres,
        "autre gestionnaire, GET /gestion/inscriptions/{compte_id} : voit la demande « en attente »",
    ),
    "l’original d’un diplôme oublie son propriétaire": (
        pieces, "sienne", _de_n_importe_qui, droits.objets_des_autres,
        f"validé, GET {_DIPLOME} : voit l’objet de « rejeté »",
    ),
    "un diplôme oublie sa demande": (
        lectures, "diplome", lambda demande, piece_id: _de_n_importe_qui(None, piece_id, DIPLOME),
        droits.pieces_sous_une_autre_demande,
        "GET /gestion/inscriptions/{compte_id}/diplomes/{piece_id}/original : sous la demande « en attente », "
        "la pièce de « validé »",
    ),
    "une route oublie son accès": (
        pages, "_guard", _sans_acces, lambda guichet: droits.pages_de_chacun(guichet, "validé"),
        "validé, GET /gestion/inscriptions : pas refusée",
    ),
    "un refus a déjà effacé un fichier": (
        usecases, "demande_a_traiter", _effacer_puis_refuser,
        lambda guichet: droits.pages_de_chacun(guichet, "autre gestionnaire"),
        "autre gestionnaire, GET /gestion/inscriptions/{compte_id}/cv : refusée, et quelque chose change",
    ),
    "une lecture écrit": (
        usecases, "noter_la_lecture", _noter_au_mauvais_endroit,
        lambda guichet: droits.pages_de_chacun(guichet, "gestionnaire"),
        "gestionnaire, GET /gestion/inscriptions/{compte_id} : lire change quelque chose",
    ),
    "un profil à l’étude se modifie": (
        profil, "refus_de_modifier", lambda profil: None, lambda guichet: droits.actes_permis(guichet, "en attente"),
        "en attente, POST /mon-profil/cv : 303",
    ),
    "une demande rejetée se présente aussitôt": (
        inscription, "peut_representer_le", lambda demande: None,
        lambda guichet: droits.actes_permis(guichet, "rejeté"), "rejeté, POST /mon-profil/transmission : 303",
    ),
}  # fmt: skip


class _Rien(dict[str, set[Any]]):
    """Notes nothing."""

    def __missing__(self, key: str) -> set[Any]:
        return set()


@pytest.mark.parametrize("plante", PLANTES)
def test_la_marche_voit_la_faute_plantee(guichet: Guichet, monkeypatch: pytest.MonkeyPatch, plante: str) -> None:
    ou, nom, faute, marcher, attendue = PLANTES[plante]
    scene(guichet)
    guichet.app.asked = _Rien()  # what a planted fault asks of AWS is another check's matter
    monkeypatch.setattr(ou, nom, faute)
    assert attendue in marcher(guichet)


def etat_de(guichet: Guichet, role: str) -> str:
    """The state of the application of a role of the scene."""
    from chalicelib.intervenants.inscription import store

    demande = store.lire(scene(guichet).comptes[role])
    return demande.etat.name if demande else "BROUILLON"


def test_un_role_ou_une_route_que_personne_n_a_decides_se_voit(guichet: Guichet) -> None:
    assert set(droits.OUVERTS) == set(ROLES) and set(droits.ETATS) == set(GENS)
    assert {etat.name for etat in inscription.Etat} == {etat_de(guichet, role) for role in GENS}, (
        "every state of an application has its role"
    )
    lieu = scene(guichet)
    with pytest.raises(KeyError):
        replace(lieu).chemin("/annonces/{annonce_id}", "validé")
