"""What people send: fields that no form asks, hostile texts and files wherever they are shown (docs/controles.csv)."""

import json
import re
import zlib
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest

from chalicelib.commun.pieces.rules import INFECTE
from chalicelib.core.table import Act
from tests import fichiers
from tests.client import Answer, Client
from tests.faults import fixtures, scenes
from tests.faults.monde import Monde
from tests.faults.monde import anonyme as etat_anonyme
from tests.faults.monde import lignes as rangees
from tests.faults.monde import photo as photographie
from tests.web import parcours
from tests.web.conftest import TABLES, Guichet
from tests.web.parcours import (
    BUCKET,
    IDENTITE,
    ROLES,
    Scene,
    annoncer,
    cles,
    compte,
    controler,
    deposer,
    en_poste,
    envoyer,
    inscrit,
    joindre_un_cv,
    messages,
    photo,
    rempli,
    scene,
    tout_remplir,
    transmettre,
    transmise,
)

guichet, fil, repertoire, monde = fixtures.guichet, fixtures.fil, fixtures.repertoire, fixtures.monde
PAGE, CV, LISTE = "/mon-profil/identification", "/mon-profil/cv", "/gestion/inscriptions"
FORCES = {
    "role": "ADMINISTRATEUR",
    "statut": "VALIDEE",
    "etat": "ACTIF",
    "valide": "true",
    "structures": "bretagne",
    "structure_id": "bretagne",
    "owner_id": "0" * 26,
    "proprietaire": "0" * 26,
    "compte": "0" * 26,
    "solde": "1000",
    "prix": "0",
    "email_verified": "true",
    "created_at": "1999-01-01",
    "cree_le": "1999-01-01",
    "due_at": "1999-01-01",
    "ttl": "1",
    "pk": "COMPTE#CANARI",
}
"""What might be taken as it is. Every other name that a row, or another form, has is forged too (`forges`)."""
AUTRES_ISSUES = {
    "POST /connexion - un gestionnaire": 200,  # the page that asks for the code
    "POST /connexion - une saisie en attente": 200,  # the page that gives it back
    "POST /connexion - un essai de trop": 429,
    "POST /deposer-un-cv - déjà un compte": 409,
    "POST /mon-profil/identification - un employeur cherché": 200,
    "POST /mon-profil/identification - un employeur choisi": 200,
    "POST /gestion/inscriptions/recherche": 200,
    "POST /gestion/inscriptions/lot": 200,
    "POST /gestion/inscriptions/lot/complement": 200,  # ADR 15: the fate of each, on the page that answers
    "POST /gestion/inscriptions/lot/rejeter": 200,
}
"""What a form of the scenes answers, where it is no 303: any other refusal means that it was not well filled."""


# Fields that no form asks


def droits(guichet: Guichet) -> dict[str, dict[str, Any]]:
    """What decides the rights of each account."""
    noms = ("role", "etat", "valide", "structures", "email", "totp", "empreinte", "cree_le")
    lignes = [r for r in guichet.rows("comptes") if r["sk"]["S"] == "COMPTE"]
    return {r["pk"]["S"]: {nom: r.get(nom) for nom in noms} for r in lignes}


def noms_demandes(monde: Monde) -> dict[str, set[str]]:
    """Route -> the names of all controls of its form, and those that its scenes know besides."""
    noms: dict[str, set[str]] = {}
    for acte in scenes.FORMULAIRES:
        acte.preparer(monde)
        noms.setdefault(acte.cle, set()).update(monde.valeurs["controles"], acte.saisie)
    return noms


def forges(acte: scenes.Formulaire, noms: dict[str, set[str]]) -> dict[str, str]:
    """A value for each name that a kept row or another form has, and this route does not ask."""
    gardes = {nom for table in TABLES for ligne in rangees(table) for nom in ligne}
    return {nom: FORCES.get(nom, f"CANARI-{nom}") for nom in {*FORCES, *gardes}.union(*noms.values()) - noms[acte.cle]}


def secrets() -> dict[str, Any]:
    """Each account's password and second factor, as they are kept."""
    return {li["pk"]: (li.get("empreinte"), li.get("totp")) for li in rangees("comptes") if li["sk"] == "COMPTE"}


def _corps(mail: dict[str, Any]) -> str:
    return zlib.decompress(mail["body"]).decode() if "body" in mail else ""


def envoye(monde: Monde, acte: scenes.Formulaire, corps: dict[str, str], adresse: dict[str, str]) -> Any:
    """The form sent, well filled, with these fields more: where it leads, all that it changed, whose secrets too."""
    acte.preparer(monde)
    avant = secrets()
    action, champs = monde.valeurs["formulaire"]
    issue = acte.envoyer(monde, f"{action}?{urlencode(adresse)}" if adresse else action, [*champs, *corps.items()])
    assert issue.reponse is not None and issue.reponse.status == AUTRES_ISSUES.get(str(acte), 303), issue
    apres = secrets()
    changes = sorted(etat_anonyme(pk) for pk in avant.keys() & apres.keys() if avant[pk] != apres[pk])
    garde = str([rangees(table) for table in TABLES] + [_corps(li) for li in rangees("outbox")]).casefold()
    assert "canari" not in garde and "1999-01-01" not in garde
    assert "canari" not in issue.reponse.headers.get("location", "").casefold()
    return scenes.arrivee(acte, issue.reponse), changes, photographie()


def rien_n_est_pris(monde: Monde, acte: scenes.Formulaire, forge: dict[str, str]) -> None:
    """With these fields more, in its body or in its address, a form does what it does without."""
    attendu = envoye(monde, acte, {}, {})
    assert envoye(monde, acte, forge, {}) == attendu, "dans le corps"
    assert envoye(monde, acte, {}, forge) == attendu, "dans l’adresse"


@pytest.mark.rule("T6")
@pytest.mark.controle("T43", "T44")
def test_aucun_formulaire_ne_prend_ce_qu_il_ne_demande_pas(monde: Monde, subtests: pytest.Subtests) -> None:
    """Every form of every role, well filled: it succeeds, and takes nothing more."""
    demandes = noms_demandes(monde)
    for acte in scenes.FORMULAIRES:
        with subtests.test(str(acte)):
            acte.preparer(monde)
            forge = forges(acte, demandes)
            assert len(forge) > 60, "the names of rows and forms are not read any more"
            rien_n_est_pris(monde, acte, forge)


@pytest.mark.controle("T43")
def test_chaque_route_qui_poste_a_son_formulaire_bien_rempli() -> None:
    """One that ends by the act itself, of which the walk above demands a 303; else by a page, and it is told why."""
    lot, recherche = "POST /gestion/inscriptions/lot", "POST /gestion/inscriptions/recherche"
    par_une_page = {recherche, lot, f"{lot}/complement", f"{lot}/rejeter"}  # questions; ADR 15
    reussis = {a.cle for a in scenes.FORMULAIRES if AUTRES_ISSUES.get(str(a), 303) == 303}
    assert {acte for acte in scenes.actes() if acte.startswith("POST ")} - reussis == par_une_page
    assert set(AUTRES_ISSUES) <= {str(a) for a in scenes.FORMULAIRES}


def _avide(sent: Any) -> Any:
    """Rows that take of a form (or of an address) whatever bears the name of one of their attributes."""
    vrai = Act.put

    def put(act: Act, row: Any, *reste: Any, **suite: Any) -> None:
        for nom, valeurs in sent(act.ctx.request).items():
            if nom in type(row).get_attributes() and isinstance(getattr(row, nom), str):
                setattr(row, nom, valeurs[0])
        vrai(act, row, *reste, **suite)

    return put


@pytest.mark.parametrize("sent", [lambda r: r.form, lambda r: r.query], ids=["du corps", "de l’adresse"])
@pytest.mark.parametrize("tout", [False, True], ids=["un seul nom", "tous les noms"])
def test_une_ligne_qui_prend_ce_qu_on_lui_donne_se_voit(
    monde: Monde, monkeypatch: pytest.MonkeyPatch, sent: Any, tout: bool
) -> None:
    acte = next(a for a in scenes.FORMULAIRES if a.cle == "POST /deposer-un-cv")
    forge = forges(acte, noms_demandes(monde)) if tout else {"role": FORCES["role"]}
    rien_n_est_pris(monde, acte, forge)
    monkeypatch.setattr(Act, "put", _avide(sent))
    with pytest.raises(AssertionError):
        rien_n_est_pris(monde, acte, forge)


@pytest.mark.rule("B1", "T6")
@pytest.mark.controle("T43")
def test_un_compte_s_ouvre_sans_les_droits_qu_il_se_donne(guichet: Guichet, visiteur: Client) -> None:
    assert deposer(guichet, visiteur, **FORCES).status == 303
    (ligne,) = droits(guichet).values()
    assert {nom: ligne[nom] for nom in ("role", "etat", "valide", "structures", "totp")} == {
        "role": {"S": "INTERVENANT"},
        "etat": {"S": "A_ACTIVER"},
        "valide": {"BOOL": False},
        "structures": {"L": []},
        "totp": None,
    }
    assert ligne["email"] == {"S": IDENTITE["email"]} and "CANARI" not in str(photo(guichet, ()))


@pytest.mark.rule("S2")
@pytest.mark.controle("T44")
def test_l_adresse_ne_remplit_pas_un_formulaire_envoye(guichet: Guichet, visiteur: Client) -> None:
    inscrit(visiteur)
    page = visiteur.get(PAGE)
    champs = {n: v[0] for n, v in page.page.form(PAGE)["fields"].items()} | {"ville": "Metz", "suite": "rester"}
    adresse = f"{PAGE}?{urlencode({'ville': 'Brest', 'voie': 'Canari', 'nom': 'X', 'commande': 'x'})}"
    assert visiteur.post(adresse, list(champs.items())).status == 303
    gardes = parcours.valeurs(visiteur.get(PAGE), PAGE)
    assert (gardes["ville"], gardes["voie"], gardes["nom"]) == ("Metz", "", IDENTITE["nom"])


# A polyglot in every text and every name

CANARI = "\"'><img src=x onerror=alert(47)><svg/onload=alert(47)></textarea></title>javascript:alert(47)//${7*7}"


LIBRES = ("voie", "ville", "lieu_naissance", "appartement", "batiment", "code_postal", "tel_personnel")


def inerte(reponse: Answer) -> bool:
    """Whether the polyglot is on the page; it never is as markup (client.check looks at each tag's attributes)."""
    if not reponse.headers["content-type"].startswith("text/html"):
        return False  # a list for a spreadsheet; client.check saw that no browser guesses another type
    balises = re.findall(r"<[a-zA-Z][^<>]*>", reponse.body)
    assert not [b for b in balises if re.search(r"\son\w+\s*=|javascript:", re.sub(r'"[^"]*"', '""', b))], reponse.path
    assert "<img src=x" not in reponse.body and "<svg/onload" not in reponse.body, reponse.path
    assert not [lien for lien in reponse.page.links if lien.strip().lower().startswith(("javascript", "data:text"))]
    return "alert(47)" in reponse.body or "onerror=alert" in reponse.body


def partout(lieu: Scene, guichet: Guichet) -> dict[str, int]:
    """Every page that each role can open; how many show the polyglot, by role."""
    vues = dict.fromkeys(ROLES, 0)
    for role in ROLES:
        for motif, methodes in guichet.app.routes.items():
            if "GET" in methodes and "/statique/" not in motif:
                vues[role] += inerte(lieu.clients[role].get(lieu.chemin(motif, role)))
    return vues


def tout_infecter(guichet: Guichet, lieu: Scene) -> None:
    """The rows themselves, past the forms: what an older form or an import may have let in."""
    textes = ("nom", "nom_usage", "prenom", "objet", "subject", "to", "refus")
    for table in ("comptes", "intervenants", "pieces", "outbox"):
        for row in guichet.rows(table):
            for nom in {*textes} & set(row):
                row[nom] = {"S": CANARI}
            if "identification" in row:
                kept = json.loads(row["identification"]["S"])
                row["identification"] = {"S": json.dumps(kept | {n: CANARI for n in LIBRES if n in kept})}
            boto3.client("dynamodb").put_item(TableName=f"guichet-test-{table}", Item=row)


@pytest.mark.rule("S2", "V2", "E2", "U3")
@pytest.mark.controle("T47")
def test_un_texte_piege_n_est_que_du_texte_sur_chaque_page_de_chaque_role(guichet: Guichet) -> None:
    lieu = scene(guichet)
    tout_infecter(guichet, lieu)
    vues = partout(lieu, guichet)
    assert vues["visiteur"] == 0, "nobody's text is shown to a visitor"
    assert all(vues[role] >= 3 for role in ("en inscription", "en attente", "validé")), vues
    assert vues["gestionnaire"] >= 2 and vues["administrateur"] >= 1, vues


@pytest.mark.rule("S2", "V2", "U3")
@pytest.mark.controle("T47", "T50")
def test_un_piege_saisi_voyage_en_texte_jusqu_aux_mails(guichet: Guichet, visiteur: Client) -> None:
    libres = ("lieu_naissance", "appartement", "batiment", "voie", "ville")
    compte_id = inscrit(visiteur)
    piege = CANARI[:60]
    tout_remplir(visiteur, **dict.fromkeys(libres, piege))
    joindre_un_cv(guichet, visiteur, compte_id, fichiers.txt(), f"{piege}.txt")
    assert all(inerte(visiteur.get(chemin)) for chemin in (PAGE, "/mon-profil/verification"))
    inerte(visiteur.get(CV))
    assert transmettre(visiteur).status == 303
    agent = en_poste(guichet.client())
    assert inerte(agent.get(f"{LISTE}/{compte_id}"))
    agent.submit(agent.get(f"{LISTE}/{compte_id}"), f"{LISTE}/{compte_id}/valider")
    for mail in guichet.deliver():
        texte = "".join(part.get_content() for part in mail.walk() if part.get_content_maintype() == "text")
        assert "onerror" not in texte and "alert(" not in str(mail["Subject"])


# Lists for spreadsheets


@pytest.mark.rule("S4")
@pytest.mark.controle("T51")
@pytest.mark.parametrize(
    "piege", ["=1+1", "+33", "-2", "@SOMME(A1)", "\t=1", "\r=1", '=HYPERLINK("https://evil.test")']
)
def test_un_nom_piege_n_est_pas_une_formule_dans_le_tableur(guichet: Guichet, visiteur: Client, piege: str) -> None:
    transmise(visiteur)
    for row in guichet.rows("intervenants"):
        if row["sk"]["S"] == "DEMANDE":
            row["nom"] = {"S": piege}
            boto3.client("dynamodb").put_item(TableName="guichet-test-intervenants", Item=row)
    corps = en_poste(guichet.client()).get(f"{LISTE}.csv").body.removeprefix("\ufeff")
    (_, ligne) = corps.split("\r\n", 1)
    cellule = ligne.split(";")[1].strip('"')
    assert cellule.startswith("'") and cellule[1:2] == piege[:1]


# Files


@pytest.mark.rule("U1", "U2", "U3")
@pytest.mark.controle("T56", "T53")
@pytest.mark.parametrize("etat", ["attendu", "contrôlé", "analysé", "infecté", "refusé"])
def test_un_fichier_qui_n_est_pas_libere_ne_se_telecharge_par_personne(
    guichet: Guichet, visiteur: Client, etat: str
) -> None:
    compte_id = transmise(visiteur)
    autre = rempli(client := guichet.client(), nom="MARTIN", nom_usage="MARTIN", email="m@exemple.fr")
    piece_id = annoncer(client)
    if etat != "attendu":
        octets = {"infecté": fichiers.eicar(), "refusé": fichiers.docx_macros()}.get(etat, fichiers.txt())
        etag = envoyer(autre, piece_id, octets, "cv.docx" if etat == "refusé" else "cv.txt")
        if etat == "analysé":
            parcours.analyser(guichet, autre, piece_id, etag)
        else:
            controler(guichet, autre, piece_id)
    page = client.get(f"{CV}/{piece_id}")
    assert (INFECTE in page.page.text or "contient un virus" in page.page.text) is (etat == "infecté")
    assert cles("disponible/") == set() and messages("images") == []
    parcours.depuis_la(client, autre) if etat in {"infecté", "refusé"} else None
    agent = en_poste(guichet.client("192.0.2.9"))
    for qui, chemin in (
        (client, f"{CV}/{piece_id}/original"),
        (visiteur, f"{CV}/{piece_id}/original"),
        (agent, f"{LISTE}/{autre}/cv"),
        (agent, f"{LISTE}/{compte_id}/cv"),
    ):
        reponse = qui.get(chemin)
        assert reponse.status == 404 and piece_id not in reponse.headers.get("location", "")


@pytest.mark.rule("U3")
@pytest.mark.controle("T46", "T55")
def test_un_lien_de_telechargement_ne_vaut_que_pour_un_fichier(guichet: Guichet, visiteur: Client) -> None:
    """What is signed holds the key, the end and how it is served: a change of any is refused by S3."""
    from urllib.parse import parse_qs, urlsplit

    compte_id = rempli(visiteur)
    liens = []
    for nom in ("un.txt", "deux.html"):
        guichet.advance(minutes=1)
        octets = fichiers.txt() if nom.endswith("txt") else fichiers.html()
        piece_id = joindre_un_cv(guichet, visiteur, compte_id, octets, nom)
        lien = urlsplit(visiteur.get(f"{CV}/{piece_id}/original").location)
        demande = {n: v[0] for n, v in parse_qs(lien.query).items()}
        assert lien.path.endswith(f"disponible/{compte_id}/{piece_id}") and BUCKET in lien.netloc + lien.path
        assert demande["response-content-disposition"].startswith("attachment; filename=")
        assert demande["response-content-type"] == "application/octet-stream", "HTML too is only bytes"
        assert int(demande["X-Amz-Expires"]) <= 60 and demande["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
        liens.append(demande)
    assert len({demande["X-Amz-Signature"] for demande in liens}) == 2
    assert compte(guichet) == compte_id
