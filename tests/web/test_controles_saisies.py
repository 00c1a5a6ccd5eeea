"""What people send: fields that no form asks, hostile texts and files wherever they are shown (docs/controles.csv)."""

import json
import re
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest

from chalicelib.commun.pieces.rules import INFECTE
from tests import fichiers
from tests.client import Answer, Client
from tests.web import parcours
from tests.web.conftest import Guichet
from tests.web.parcours import (
    BUCKET,
    IDENTIFICATION,
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

guichet = parcours.guichet
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
    "immatriculation": "CANARI-1",
    "email_verified": "true",
    "created_at": "1999-01-01",
    "cree_le": "1999-01-01",
    "totp": "CANARI2345",
    "empreinte": "CANARI-3",
    "due_at": "1999-01-01",
    "ttl": "1",
    "pk": "COMPTE#CANARI",
    "decidee_par": "CANARI-4",
}
"""Names of what is kept or might be: none is a field of a form."""


# Fields that no form asks


def droits(guichet: Guichet) -> dict[str, dict[str, Any]]:
    """What decides the rights of each account."""
    noms = ("role", "etat", "valide", "structures", "email", "totp", "empreinte", "cree_le")
    lignes = [r for r in guichet.rows("comptes") if r["sk"]["S"] == "COMPTE"]
    return {r["pk"]["S"]: {nom: r.get(nom) for nom in noms} for r in lignes}


@pytest.mark.rule("T6")
@pytest.mark.controle("T43", "T44")
@pytest.mark.parametrize("ou", ["dans le corps", "dans l’adresse"])
def test_aucun_formulaire_ne_prend_ce_qu_il_ne_demande_pas(guichet: Guichet, ou: str) -> None:
    """Every form of every role, well filled, with fields of its own making."""
    lieu = scene(guichet)
    avant, roles = droits(guichet), {"PUBLIC": "visiteur", "CONNECTE": "validé", "INTERVENANT": "en inscription"}
    cles_validees = f"COMPTE#{lieu.comptes['en attente']}"
    for motif, methodes in sorted(guichet.app.routes.items(), key=lambda r: (r[0] == "/deconnexion", r[0] != PAGE)):
        if "POST" in methodes:
            acces = methodes["POST"].view_function.access.name
            role = roles.get(acces, acces.lower())
            depart = lieu.clients[role].get(PAGE).page.form(PAGE)["fields"] if motif == PAGE else {}
            champs = {**depart, **IDENTIFICATION, "commande": lieu.commande(role)}
            corps = champs | FORCES if ou == "dans le corps" else champs
            suite = "?" + urlencode(FORCES | {"ville": "CANARI-ville"}) if ou != "dans le corps" else ""
            paires = [(n, v) for n, vs in corps.items() for v in (vs if isinstance(vs, list) else [vs])]
            reponse = lieu.clients[role].post(lieu.chemin(motif, role) + suite, paires)
            assert reponse.status == 303 if motif == PAGE else reponse.status < 500, motif
    apres = droits(guichet)
    attendu = avant | {cles_validees: avant[cles_validees] | {"valide": {"BOOL": True}}}
    assert apres == attendu, "the gestionnaire's decision alone changed a right"
    assert "canari" not in str(photo(guichet, ())).casefold() and "1999-01-01" not in str(photo(guichet, ()))


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
