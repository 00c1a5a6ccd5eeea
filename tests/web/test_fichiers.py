"""The CV's file: announced, sent, checked, scanned, shown, replaced, swept (rules D10, U1 to U4, Z5)."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib.commun.pieces.rules import CV, INFECTE, USAGES, EtatPiece, Usage
from chalicelib.core import contenu
from chalicelib.core.contenu import Format
from tests import fichiers
from tests.client import Client
from tests.web import parcours
from tests.web.conftest import Guichet
from tests.web.parcours import (
    actes,
    analyser,
    annoncer,
    cles,
    controler,
    en_poste,
    envoyer,
    erreurs,
    joindre_un_cv,
    messages,
    photo,
    rempli,
    transmettre,
    valide,
)

guichet = parcours.guichet
PAGE = "/mon-profil/cv"
JOUR = 24 * 3600


@pytest.fixture
def moi(guichet: Guichet, visiteur: Client) -> str:
    """The account of a trainer who fills a profile."""
    return rempli(visiteur)


def etat(guichet: Guichet, piece_id: str) -> str:
    """The state of a file; "" when nothing is left of it."""
    rows = [r for r in guichet.rows("pieces") if r["sk"]["S"] == f"PIECE#{piece_id}"]
    return str(rows[0]["etat"]["S"]) if rows else ""


# Announcing


@pytest.mark.rule("D10", "U1")
@pytest.mark.controle("T46", "T53")
def test_le_formulaire_fixe_la_cle_le_type_et_la_taille(guichet: Guichet, visiteur: Client, moi: str) -> None:
    piece_id = annoncer(visiteur)
    page = visiteur.get(f"{PAGE}/{piece_id}")
    depot = next(f for f in page.page.forms if f["action"].startswith("https://"))
    origine = "{0.scheme}://{0.netloc}".format(urlsplit(depot["action"]))
    for directive in ("form-action", "connect-src"):
        assert f"{directive} 'self' {origine}" in page.headers["content-security-policy"]
    champs = {nom: v[0] for nom, v in depot["fields"].items()}
    assert champs["key"] == f"quarantaine/{moi}/{piece_id}"
    regle = json.loads(base64.b64decode(champs["policy"]))
    assert regle["expiration"].startswith("2026-") or regle["expiration"]
    conditions = regle["conditions"]
    for attendu in (
        {"key": champs["key"]},
        {"Content-Type": "application/octet-stream"},
        {"success_action_redirect": f"https://guichet.test{PAGE}/{piece_id}"},
        ["content-length-range", 0, 20 * 1024 * 1024],
    ):
        assert attendu in conditions
    assert not [c for c in conditions if isinstance(c, list) and c[0] == "starts-with" and c[1] != "$x-amz-meta-nom"]
    assert [a["details"] for a in actes(guichet, "annoncer_un_fichier")] == ['{"usage": "cv"}']


@pytest.mark.rule("T4", "U1")
@pytest.mark.controle("T37")
def test_les_depots_d_une_journee_sont_limites(
    guichet: Guichet, visiteur: Client, moi: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from chalicelib.commun.pieces import usecases
    from chalicelib.core.web.limits import Limit

    assert (usecases.DEPOTS.most, usecases.DEPOTS.window) == (40, timedelta(hours=24))
    monkeypatch.setattr(usecases, "DEPOTS", Limit("depots", 2, timedelta(hours=24)))
    annoncer(visiteur)
    annoncer(visiteur)
    avant = photo(guichet)
    trop = visiteur.submit(visiteur.get(PAGE), PAGE)
    assert trop.status == 429 and photo(guichet) == avant
    guichet.advance(seconds=int(trop.headers["retry-after"]))
    parcours.se_connecter(visiteur, parcours.IDENTITE["email"])
    annoncer(visiteur)


@pytest.mark.rule("D10", "T1")
def test_un_double_clic_annonce_un_seul_fichier(guichet: Guichet, visiteur: Client, moi: str) -> None:
    page = visiteur.get(PAGE)
    premiere, seconde = visiteur.submit(page, PAGE), visiteur.submit(page, PAGE)
    assert premiere.location == seconde.location and len(guichet.rows("pieces")) == 1


# Checked and scanned


@pytest.mark.rule("D10", "U1")
@pytest.mark.controle("T56")
@pytest.mark.parametrize("ordre", ["contrôle puis analyse", "analyse puis contrôle"])
def test_un_bon_fichier_sort_de_quarantaine_une_fois_les_deux_verdicts_recus(
    guichet: Guichet, visiteur: Client, moi: str, ordre: str
) -> None:
    piece_id = annoncer(visiteur)
    etag = envoyer(moi, piece_id, fichiers.txt(), "mon cv.txt")
    etapes = [lambda: controler(guichet, moi, piece_id), lambda: analyser(guichet, moi, piece_id, etag)]
    premiere, seconde = etapes if ordre.startswith("contrôle") else etapes[::-1]
    premiere()
    premiere()
    assert cles() == {f"quarantaine/{moi}/{piece_id}"} and etat(guichet, piece_id) != "DISPONIBLE"
    attente = visiteur.get(f"{PAGE}/{piece_id}?envoye=oui")
    assert "Votre fichier est en cours de vérification" in attente.page.text
    assert visiteur.get(f"{PAGE}/{piece_id}/original").status == 404, "nobody opens it yet"
    seconde()
    seconde()
    premiere()
    assert cles() == {f"disponible/{moi}/{piece_id}"} and etat(guichet, piece_id) == "DISPONIBLE"
    assert len(actes(guichet, "recevoir_un_fichier")) == 1 and len(messages("images")) == 1
    assert "mon cv.txt" in visiteur.get(PAGE).page.text
    assert "Votre CV est enregistré" in visiteur.get(f"{PAGE}/{piece_id}").page.text
    assert "Terminé" in visiteur.get("/mon-profil").page.text


@pytest.mark.rule("D10", "U1", "Z5")
@pytest.mark.controle("T53")
@pytest.mark.parametrize("format_", sorted(CV.formats, key=lambda f: f.name), ids=lambda f: f.name)
def test_chaque_format_du_manuel_est_accepte(guichet: Guichet, visiteur: Client, moi: str, format_: Format) -> None:
    nom = f"cv.{format_.name.lower()}"
    piece_id = joindre_un_cv(guichet, visiteur, moi, fichiers.BONS[format_](), nom)
    assert etat(guichet, piece_id) == "DISPONIBLE" and nom in visiteur.get(PAGE).page.text


@pytest.mark.rule("U1", "U2")
@pytest.mark.controle("T53")
@pytest.mark.parametrize("usage", USAGES.values(), ids=lambda u: u.code)
def test_un_mauvais_fichier_est_refuse_avec_sa_raison(
    guichet: Guichet, subtests: pytest.Subtests, usage: Usage
) -> None:
    from chalicelib.commun.pieces import queries, store
    from chalicelib.core.context import live_context
    from chalicelib.core.table import Act

    gros = b"mot " * (usage.taille_max // 4 + 1)
    trop_gros = fichiers.Mauvais("cv.txt", lambda: gros, contenu.RefusFichier.TROP_GROS)
    tous = [*fichiers.MAUVAIS, trop_gros]
    act = Act(live_context())
    annonces = [(act.ctx.new_id(), act.ctx.new_id()) for _ in tous]
    for qui, piece_id in annonces:
        store.annoncer(act, qui, piece_id, usage.code, "")
    act.commit()
    for mauvais, (qui, piece_id) in zip(tous, annonces, strict=True):
        with subtests.test(mauvais.id):
            octets = mauvais.construire()
            etag = envoyer(qui, piece_id, octets, mauvais.nom)
            analyser(guichet, qui, piece_id, etag)
            controler(guichet, qui, piece_id)
            piece = queries.piece(qui, piece_id)
            assert piece and piece.etat is EtatPiece.REFUSE
            extension = mauvais.nom.rpartition(".")[2].upper()
            attendu = mauvais.refus if extension in Format.__members__ and Format[extension] in usage.formats else None
            attendu = attendu or contenu.RefusFichier.MAUVAIS_FORMAT
            attendu = contenu.RefusFichier.TROP_GROS if len(octets) > usage.taille_max else attendu
            assert piece.refus == contenu.message(attendu, usage.formats, usage.taille_max)
    assert cles() == set()


@pytest.mark.rule("U2", "S2")
@pytest.mark.controle("T53")
def test_le_refus_se_dit_dans_le_profil_et_se_reprend(guichet: Guichet, visiteur: Client, moi: str) -> None:
    ancien = joindre_un_cv(guichet, visiteur, moi, fichiers.txt(), "ancien.txt")
    guichet.advance(minutes=1)
    piece_id = annoncer(visiteur)
    envoyer(moi, piece_id, fichiers.docx_macros(), "cv.docx")
    controler(guichet, moi, piece_id)
    page = visiteur.get(f"{PAGE}/{piece_id}")
    raison = contenu.message(contenu.RefusFichier.MACROS, CV.formats, CV.taille_max)
    assert "Ce fichier n’a pas été accepté" in page.page.text and raison in page.page.text
    liste = visiteur.get(PAGE)
    assert f"« cv.docx » : {raison}" in liste.page.text and "ancien.txt" in liste.page.text
    assert visiteur.get(f"{PAGE}/{ancien}/original").status == 303, "the former CV stays"
    suivant = visiteur.submit(page, PAGE)
    assert suivant.status == 303 and suivant.location != f"{PAGE}/{piece_id}"


@pytest.mark.rule("U1", "U2")
@pytest.mark.controle("T56")
@pytest.mark.parametrize(
    ("verdict", "fin", "mots"),
    [
        pytest.param("THREATS_FOUND", "REFUSE", INFECTE, id="virus"),
        pytest.param("UNSUPPORTED", "REFUSE", "Ce fichier n’a pas pu être analysé", id="illisible"),
        pytest.param("ACCESS_DENIED", "RECU", "en cours de vérification", id="accès refusé à l’analyse"),
        pytest.param("FAILED", "RECU", "en cours de vérification", id="analyse en échec"),
    ],
)
@pytest.mark.parametrize("ordre", ["avant", "après"])
def test_le_verdict_de_l_antivirus_decide(
    guichet: Guichet, visiteur: Client, moi: str, verdict: str, fin: str, mots: str, ordre: str
) -> None:
    piece_id = annoncer(visiteur)
    etag = envoyer(moi, piece_id, fichiers.txt(), "cv.txt")
    if ordre == "avant":
        analyser(guichet, moi, piece_id, etag, verdict)
    controler(guichet, moi, piece_id)
    if ordre == "après":
        analyser(guichet, moi, piece_id, etag, verdict)
        analyser(guichet, moi, piece_id, etag, verdict)
    assert etat(guichet, piece_id) == fin
    assert mots in visiteur.get(f"{PAGE}/{piece_id}?envoye=oui").page.text
    assert cles("disponible/") == set()
    assert cles() == (set() if fin == "REFUSE" else {f"quarantaine/{moi}/{piece_id}"})
    assert [a["objet"] for a in actes(guichet, "refuser_un_fichier")] == ([piece_id] if fin == "REFUSE" else [])


@pytest.fixture
def copie_exacte(guichet: Guichet) -> Iterator[None]:
    """S3 copies an object only if it is still the one that was named; moto forgets to look."""
    from chalicelib.core import aws

    def regarder(params: dict[str, Any], **_: Any) -> None:
        present = boto3.client("s3").head_object(**params["CopySource"])["ETag"]
        if present.strip('"') != params["CopySourceIfMatch"].strip('"'):
            raise ClientError({"Error": {"Code": "PreconditionFailed"}}, "CopyObject")

    evenements = aws.client("s3").meta.events
    evenements.register("provide-client-params.s3.CopyObject", regarder)
    yield
    evenements.unregister("provide-client-params.s3.CopyObject", regarder)


@pytest.mark.rule("U1")
@pytest.mark.controle("T56")
@pytest.mark.usefixtures("copie_exacte")
def test_un_fichier_mis_a_la_place_de_celui_qui_fut_controle_ne_sort_pas(
    guichet: Guichet, visiteur: Client, moi: str
) -> None:
    piece_id = annoncer(visiteur)
    bon = envoyer(moi, piece_id, fichiers.txt(), "cv.txt")
    controler(guichet, moi, piece_id)
    envoyer(moi, piece_id, fichiers.eicar(), "cv.txt")
    analyser(guichet, moi, piece_id, bon)
    assert etat(guichet, piece_id) == "RECU" and cles() == {f"quarantaine/{moi}/{piece_id}"}
    controler(guichet, moi, piece_id)
    assert etat(guichet, piece_id) == "REFUSE" and cles() == set()


@pytest.mark.rule("U1")
def test_chaque_verdict_vaut_pour_le_fichier_qu_il_a_vu(guichet: Guichet, visiteur: Client, moi: str) -> None:
    piece_id = annoncer(visiteur)
    premier = envoyer(moi, piece_id, fichiers.txt(), "cv.txt")
    analyser(guichet, moi, piece_id, premier)
    second = envoyer(moi, piece_id, fichiers.html(), "cv.html")
    controler(guichet, moi, piece_id)
    assert etat(guichet, piece_id) == "RECU", "checked is the second, scanned the first"
    analyser(guichet, moi, piece_id, second)
    assert etat(guichet, piece_id) == "DISPONIBLE" and "cv.html" in visiteur.get(PAGE).page.text


@pytest.mark.rule("U1")
def test_un_fichier_libere_ne_se_remplace_pas_par_la_quarantaine(guichet: Guichet, visiteur: Client, moi: str) -> None:
    piece_id = joindre_un_cv(guichet, visiteur, moi, fichiers.txt(), "cv.txt")
    etag = envoyer(moi, piece_id, fichiers.eicar(), "cv.txt")
    controler(guichet, moi, piece_id)
    analyser(guichet, moi, piece_id, etag, "THREATS_FOUND")
    assert etat(guichet, piece_id) == "DISPONIBLE" and cles() == {f"disponible/{moi}/{piece_id}"}
    corps = boto3.client("s3").get_object(Bucket=parcours.BUCKET, Key=f"disponible/{moi}/{piece_id}")["Body"].read()
    assert corps == fichiers.txt()


@pytest.mark.rule("U1", "U4")
@pytest.mark.parametrize(
    "cle", ["quarantaine/inconnu/inconnue", "quarantaine/x", "quarantaine/a/b/c", "quarantaine/../disponible"]
)
def test_un_objet_que_personne_n_a_annonce_est_jete(guichet: Guichet, visiteur: Client, moi: str, cle: str) -> None:
    avant = photo(guichet)
    boto3.client("s3").put_object(Bucket=parcours.BUCKET, Key=cle, Body=b"x")
    detail = {"bucket": {"name": parcours.BUCKET}, "object": {"key": cle}}
    guichet.app.handler_map["verifier_depot"](parcours._evenement("aws.s3", "Object Created", detail), None)
    analyse = parcours._evenement(
        "aws.guardduty",
        "GuardDuty Malware Protection Object Scan Result",
        {
            "s3ObjectDetails": {"bucketName": parcours.BUCKET, "objectKey": cle, "eTag": "e"},
            "scanResultDetails": {"scanResultStatus": "THREATS_FOUND"},
        },
    )
    guichet.app.handler_map["recevoir_verdict"](analyse, None)
    assert cles() == set() and photo(guichet) == avant


@pytest.mark.rule("E1", "U1")
def test_ce_qui_arrive_apres_la_transmission_est_jete(guichet: Guichet, visiteur: Client, moi: str) -> None:
    piece_id = annoncer(visiteur)
    assert transmettre(visiteur).status == 303
    assert etat(guichet, piece_id) == "ABANDONNE"
    etag = envoyer(moi, piece_id, fichiers.txt(), "cv.txt")
    analyser(guichet, moi, piece_id, etag)
    controler(guichet, moi, piece_id)
    assert cles() == set() and etat(guichet, piece_id) == "ABANDONNE"
    assert visiteur.get(f"{PAGE}/{piece_id}").status == 404


# Names and downloads


@pytest.mark.rule("U3", "V2")
@pytest.mark.controle("T46", "T55")
@pytest.mark.parametrize(
    ("nom", "sur"),
    [
        pytest.param("../../etc/passwd.txt", "passwd.txt", id="chemin"),
        pytest.param('a"b\r\nSet-Cookie: x=1.txt', "a b Set-Cookie x=1.txt", id="en-tête"),
        pytest.param("cv\u202etxt.txt", "cvtxt.txt", id="sens de lecture inversé"),
        pytest.param("<script>alert(1)</script>.txt", "script.txt", id="balise"),
        pytest.param("CV d’Éléonore – été 2026.txt", "CV d’Éléonore – été 2026.txt", id="accents"),
        pytest.param("履歴書.txt", "履歴書.txt", id="japonais"),
        pytest.param("", "Curriculum vitae.txt", id="sans nom"),
        pytest.param("a" * 500 + ".txt", "a" * 96 + ".txt", id="nom interminable"),
    ],
)
def test_le_nom_donne_par_une_personne_est_rendu_sur(
    guichet: Guichet, visiteur: Client, moi: str, nom: str, sur: str
) -> None:
    piece_id = joindre_un_cv(guichet, visiteur, moi, fichiers.txt(), nom)
    assert etat(guichet, piece_id) == "DISPONIBLE"
    lien = visiteur.get(f"{PAGE}/{piece_id}/original")
    assert lien.status == 303 and "\n" not in lien.location
    demande = parse_qs(urlsplit(lien.location).query)
    (disposition,) = demande["response-content-disposition"]
    assert disposition.startswith("attachment; filename=") and disposition.isascii() and disposition.isprintable()
    assert unquote(disposition.partition("filename*=UTF-8''")[2]) == sur
    assert demande["response-content-type"] == ["application/octet-stream"]
    assert demande["X-Amz-Expires"] == ["60"]
    assert urlsplit(lien.location).path.endswith(f"disponible/{moi}/{piece_id}")
    assert "<script>alert" not in visiteur.get(PAGE).body


# Replaced, deleted, swept


@pytest.mark.rule("D10", "U4")
@pytest.mark.parametrize(
    ("attente", "reste"),
    [(JOUR - 1, True), (JOUR, False), (JOUR + 1, False)],
    ids=["24 h moins 1 s", "24 h", "24 h et 1 s"],
)
def test_une_version_remplacee_est_balayee_le_lendemain(
    guichet: Guichet, visiteur: Client, moi: str, attente: int, reste: bool
) -> None:
    ancien = joindre_un_cv(guichet, visiteur, moi, fichiers.txt(), "ancien.txt")
    guichet.advance(minutes=1)
    nouveau = joindre_un_cv(guichet, visiteur, moi, fichiers.html(), "nouveau.html")
    assert etat(guichet, ancien) == "REMPLACE"
    page = visiteur.get(PAGE)
    assert "nouveau.html" in page.page.text and "ancien.txt" not in page.page.text
    assert visiteur.get(f"{PAGE}/{ancien}/original").status == visiteur.get(f"{PAGE}/{ancien}").status == 404
    guichet.advance(seconds=attente)
    assert guichet.sweep("balayer_pieces")["changed"] == (0 if reste else 1)
    assert cles() == {f"disponible/{moi}/{nouveau}"} | ({f"disponible/{moi}/{ancien}"} if reste else set())
    assert etat(guichet, ancien) == ("REMPLACE" if reste else "") and etat(guichet, nouveau) == "DISPONIBLE"
    if not reste:
        assert guichet.sweep("balayer_pieces") == {"due": 0, "seen": 0, "changed": 0, "failed": 0}


@pytest.mark.rule("D10", "U1")
def test_le_dernier_fichier_choisi_l_emporte_meme_s_il_est_verifie_le_premier(
    guichet: Guichet, visiteur: Client, moi: str
) -> None:
    premier = annoncer(visiteur)
    etag = envoyer(moi, premier, fichiers.txt(), "premier.txt")
    controler(guichet, moi, premier)
    guichet.advance(seconds=30)
    second = joindre_un_cv(guichet, visiteur, moi, fichiers.html(), "second.html")
    guichet.advance(seconds=30)
    analyser(guichet, moi, premier, etag)
    assert (etat(guichet, premier), etat(guichet, second)) == ("REMPLACE", "DISPONIBLE")
    assert "second.html" in visiteur.get(PAGE).page.text
    assert cles("disponible/") == {f"disponible/{moi}/{second}"}
    guichet.advance(seconds=JOUR)
    guichet.sweep("balayer_pieces")
    assert cles() == {f"disponible/{moi}/{second}"}


@pytest.mark.rule("D10", "T1")
def test_supprimer_son_cv(guichet: Guichet, visiteur: Client, moi: str) -> None:
    piece_id = joindre_un_cv(guichet, visiteur, moi, fichiers.txt(), "cv.txt")
    demande = f"{PAGE}/{piece_id}/supprimer"
    assert demande in visiteur.get(PAGE).page.links
    page = visiteur.get(demande)
    assert page.page.h1 == ["Supprimer ce CV ?"] and "cv.txt" in page.page.text
    reponses = [visiteur.submit(page, demande) for _ in range(2)]
    assert [r.location for r in reponses] == [PAGE, PAGE], "a double click answers the same"
    vide = visiteur.get(PAGE)
    assert "cv.txt" not in vide.page.text and "facultatif" in vide.page.text
    assert visiteur.get(f"{PAGE}/{piece_id}/original").status == visiteur.get(demande).status == 404
    assert [a["objet"] for a in actes(guichet, "supprimer_un_fichier")] == [piece_id]
    guichet.advance(seconds=JOUR - 1)
    assert guichet.sweep("balayer_pieces")["changed"] == 0
    guichet.advance(seconds=1)
    assert guichet.sweep("balayer_pieces")["changed"] == 1
    assert cles() == set() and guichet.rows("pieces") == []


@pytest.mark.rule("U4", "W1")
@pytest.mark.parametrize("envoye", [False, True], ids=["jamais envoyé", "envoyé sans que l’événement arrive"])
@pytest.mark.parametrize(
    ("attente", "reste"),
    [(JOUR - 1, True), (JOUR, False), (JOUR + 1, False)],
    ids=["24 h moins 1 s", "24 h", "24 h et 1 s"],
)
def test_un_fichier_annonce_et_jamais_recu_est_balaye(
    guichet: Guichet, visiteur: Client, moi: str, attente: int, reste: bool, envoye: bool
) -> None:
    piece_id = annoncer(visiteur)
    if envoye:
        envoyer(moi, piece_id, fichiers.txt())
    guichet.advance(seconds=attente)
    parti = int(not reste)
    assert guichet.sweep("balayer_pieces") == {"due": parti, "seen": parti, "changed": parti, "failed": 0}
    assert etat(guichet, piece_id) == ("ATTENDU" if reste else "") and bool(cles()) is (reste and envoye)
    assert guichet.sweep("balayer_pieces")["changed"] == 0
    if not reste:
        etag = envoyer(moi, piece_id, fichiers.txt())
        controler(guichet, moi, piece_id)
        analyser(guichet, moi, piece_id, etag)
        assert cles() == set() and guichet.rows("pieces") == []


@pytest.mark.rule("U4", "U2")
def test_un_refus_se_lit_un_jour_puis_s_efface(guichet: Guichet, visiteur: Client, moi: str) -> None:
    piece_id = annoncer(visiteur)
    envoyer(moi, piece_id, fichiers.eicar(), "cv.txt")
    controler(guichet, moi, piece_id)
    guichet.advance(seconds=JOUR - 1)
    guichet.sweep("balayer_pieces")
    assert etat(guichet, piece_id) == "REFUSE"
    guichet.advance(seconds=1)
    guichet.sweep("balayer_pieces")
    assert guichet.rows("pieces") == []


@pytest.mark.rule("U1", "W1")
@pytest.mark.controle("T56")
def test_un_fichier_dont_le_verdict_tarde_est_regarde_de_nouveau(guichet: Guichet, visiteur: Client, moi: str) -> None:
    piece_id = annoncer(visiteur)
    etag = envoyer(moi, piece_id, fichiers.txt(), "cv.txt")
    controler(guichet, moi, piece_id)
    for _ in range(3):
        guichet.advance(seconds=599)
        assert guichet.sweep("balayer_pieces")["seen"] == 0
        guichet.advance(seconds=1)
        assert guichet.sweep("balayer_pieces") == {"due": 1, "seen": 1, "changed": 1, "failed": 0}
        assert etat(guichet, piece_id) == "RECU"
    guichet.advance(days=2)
    guichet.sweep("balayer_pieces")
    analyser(guichet, moi, piece_id, etag)
    assert etat(guichet, piece_id) == "DISPONIBLE", "a file is never thrown away because the scanner is late"


@pytest.mark.rule("U1", "D10", "E1")
@pytest.mark.parametrize("issue", ["un autre fichier", "retiré"])
def test_un_fichier_bloque_dans_sa_verification_ne_retient_personne(
    guichet: Guichet, visiteur: Client, issue: str
) -> None:
    moi = parcours.rempli(visiteur)
    bloque = annoncer(visiteur)
    etag = envoyer(moi, bloque, fichiers.txt(), "cv.txt")
    controler(guichet, moi, bloque)
    analyser(guichet, moi, bloque, etag, "FAILED")
    assert parcours.transmettre(visiteur).status == 422
    guichet.advance(minutes=1)
    if issue == "retiré":
        retrait = f"{PAGE}/{bloque}/supprimer"
        assert retrait in visiteur.get(PAGE).page.links
        assert visiteur.submit(visiteur.get(retrait), retrait).status == 303
    else:
        parcours.joindre_un_cv(guichet, visiteur, moi, fichiers.txt(), "autre.txt")
    assert etat(guichet, bloque) == ("ABANDONNE" if issue == "retiré" else "REMPLACE")
    assert parcours.transmettre(visiteur).status == 303


@pytest.mark.rule("U4", "W1")
def test_le_balayage_des_fichiers_tue_en_route_finit_la_fois_suivante(
    guichet: Guichet, visiteur: Client, moi: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.commun.pieces import store

    for _ in range(3):
        envoyer(moi, annoncer(visiteur), fichiers.txt())
    guichet.advance(seconds=JOUR)
    vrai = store.effacer
    monkeypatch.setattr(store, "effacer", lambda row: (_ for _ in ()).throw(SystemExit("killed")))
    with pytest.raises(SystemExit):
        guichet.sweep("balayer_pieces")
    assert (len(cles()), len(guichet.rows("pieces"))) == (2, 3)
    monkeypatch.setattr(store, "effacer", vrai)
    assert guichet.sweep("balayer_pieces") == {"due": 3, "seen": 3, "changed": 3, "failed": 0}
    assert cles() == set() and guichet.rows("pieces") == []


# What staff look at


def dossier_d_un_valide(guichet: Guichet, client: Client) -> tuple[str, Client]:
    """A validated trainer and a gestionnaire who opens the application."""
    compte_id = valide(client, nom="MARTIN", email="m@exemple.fr")
    return compte_id, en_poste(guichet.client("192.0.2.9"))


@pytest.mark.rule("U3", "E2", "E6")
@pytest.mark.controle("T46")
def test_le_personnel_voit_les_pages_et_telecharge_l_original(guichet: Guichet, visiteur: Client) -> None:
    compte_id, agent = dossier_d_un_valide(guichet, visiteur)
    dossier = f"/gestion/inscriptions/{compte_id}"
    assert "Aucun CV n’a été déposé" in agent.get(dossier).page.text and agent.get(f"{dossier}/cv").status == 404
    piece_id = joindre_un_cv(guichet, visiteur, compte_id, fichiers.pdf(), "cv.pdf")
    attente = agent.get(dossier)
    assert "Ses pages sont en cours de préparation" in attente.page.text

    (message,) = messages("images")
    dessiner(guichet, message)
    dessiner(guichet, message)
    images = cles("pages/")
    assert images and all(cle.startswith(f"pages/{compte_id}/{piece_id}/") for cle in images)
    vue = agent.get(dossier)
    for cle in images:
        assert f"{cle}?" in vue.body and "X-Amz-Expires=900" in vue.body
    assert "img-src 'self' data: https://" in vue.headers["content-security-policy"]
    original = agent.get(f"{dossier}/cv")
    assert original.status == 303 and "attachment" in unquote(original.location)
    lus = actes(guichet, "lire_un_cv")
    assert [(a["objet"], a["source"]) for a in lus] == [(compte_id, "192.0.2.9")] and lus[0]["acteur"]
    assert len(actes(guichet, "lire_un_profil")) == 3


def dessiner(guichet: Guichet, message: str) -> dict[str, Any]:
    """The queue hands a message to its worker."""
    record = {"messageId": "m", "receiptHandle": "r", "body": message, "attributes": {}, "messageAttributes": {},
              "eventSource": "aws:sqs", "eventSourceARN": "arn", "awsRegion": "eu-west-3"}  # fmt: skip
    return dict(guichet.app.handler_map["dessiner_pages"]({"Records": [record]}, None))


@pytest.mark.rule("U3", "E6", "D10")
def test_le_personnel_voit_le_cv_du_moment_et_jamais_celui_qu_on_verifie(guichet: Guichet, visiteur: Client) -> None:
    compte_id, agent = dossier_d_un_valide(guichet, visiteur)
    dossier = f"/gestion/inscriptions/{compte_id}"
    joindre_un_cv(guichet, visiteur, compte_id, fichiers.txt(), "premier.txt")
    guichet.advance(minutes=1)
    piece_id = annoncer(visiteur)
    etag = envoyer(compte_id, piece_id, fichiers.html(), "second.html")
    controler(guichet, compte_id, piece_id)
    vue = agent.get(dossier)
    assert "premier.txt" in vue.page.text and "second.html" not in vue.body
    analyser(guichet, compte_id, piece_id, etag)
    vue = agent.get(dossier)
    assert "second.html" in vue.page.text and "premier.txt" not in vue.page.text
    assert f"disponible/{compte_id}/{piece_id}" in agent.get(f"{dossier}/cv").location


@pytest.mark.rule("U3", "W1")
def test_des_pages_que_la_file_n_a_pas_apprises_sont_redemandees(guichet: Guichet, visiteur: Client, moi: str) -> None:
    joindre_un_cv(guichet, visiteur, moi, fichiers.pdf(), "cv.pdf")
    assert len(messages("images")) == 1, "lost"
    guichet.advance(seconds=599)
    assert guichet.sweep("balayer_pieces")["seen"] == 0
    guichet.advance(seconds=1)
    assert guichet.sweep("balayer_pieces") == {"due": 1, "seen": 1, "changed": 1, "failed": 0}
    (message,) = messages("images")
    dessiner(guichet, message)
    guichet.advance(hours=1)
    assert guichet.sweep("balayer_pieces")["seen"] == 0 and messages("images") == []


@pytest.mark.rule("W1")
def test_un_message_qui_echoue_revient_seul(
    guichet: Guichet, visiteur: Client, moi: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    joindre_un_cv(guichet, visiteur, moi, fichiers.pdf(), "cv.pdf")
    monkeypatch.setattr(contenu, "pages_images", lambda *a: (_ for _ in ()).throw(RuntimeError("drawing fails")))
    (message,) = messages("images")
    assert dessiner(guichet, message) == {"batchItemFailures": [{"itemIdentifier": "m"}]}


@pytest.mark.rule("U3", "W1")
def test_des_pages_qui_ne_se_dessinent_pas_sont_abandonnees_au_bout_d_un_jour(
    guichet: Guichet, visiteur: Client
) -> None:
    compte_id, agent = dossier_d_un_valide(guichet, visiteur)
    piece_id = joindre_un_cv(guichet, visiteur, compte_id, fichiers.pdf(), "cv.pdf")
    assert len(messages("images")) == 1, "its worker failed"
    guichet.advance(seconds=JOUR)
    guichet.sweep("balayer_pieces")
    assert messages("images") == [] and etat(guichet, piece_id) == "DISPONIBLE"
    agent.cookies.clear()
    agent = en_poste(guichet.client("192.0.2.9"), "i@demo.fr", prenom="Inès")
    vue = agent.get(f"/gestion/inscriptions/{compte_id}")
    assert "Ce format ne s’affiche pas ici : téléchargez le fichier." in vue.page.text


@pytest.mark.rule("E1", "U1")
def test_on_ne_transmet_pas_pendant_la_verification_du_cv(guichet: Guichet, visiteur: Client, moi: str) -> None:
    piece_id = annoncer(visiteur)
    etag = envoyer(moi, piece_id, fichiers.txt(), "cv.txt")
    controler(guichet, moi, piece_id)
    avant = photo(guichet)
    reponse = transmettre(visiteur)
    assert reponse.status == 422 and "encore en cours de vérification" in " ".join(erreurs(reponse))
    assert photo(guichet) == avant
    analyser(guichet, moi, piece_id, etag)
    assert transmettre(visiteur).status == 303
    agent = en_poste(guichet.client("192.0.2.9"))
    assert "cv.txt" in agent.get(f"/gestion/inscriptions/{moi}").page.text
