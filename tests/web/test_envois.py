"""Mails: what they say, what nobody can add to them, sent at least once, given up in sight (rules V1, V2, W1)."""

import re
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from chalicelib.core import aws, outbox
from chalicelib.core.context import Context
from tests.client import Client
from tests.web import parcours
from tests.web.conftest import Guichet
from tests.web.parcours import IDENTITE, deposer, en_poste, messages, transmise, valider

guichet = parcours.guichet
MORTS = "/administration/envois"


def textes(mail: EmailMessage) -> tuple[str, str]:
    """The two parts of a mail."""
    parts = [mail.get_body((genre,)) for genre in ("plain", "html")]
    return tuple(part.get_content() for part in parts if part)  # type: ignore[return-value]


def lignes(guichet: Guichet) -> list[dict[str, str]]:
    """The outbox, as plain values."""
    return [{nom: next(iter(v.values())) for nom, v in row.items()} for row in guichet.rows("outbox")]


def envoyer(guichet: Guichet, *corps: str) -> dict[str, Any]:
    """The queue hands messages to the worker."""
    records = [
        {"messageId": str(i), "receiptHandle": "r", "body": c, "attributes": {}, "messageAttributes": {},
         "eventSource": "aws:sqs", "eventSourceARN": "arn", "awsRegion": "eu-west-3"}
        for i, c in enumerate(corps)
    ]  # fmt: skip
    return dict(guichet.app.handler_map["envoyer_mails"]({"Records": records}, None))


@pytest.fixture
def ses_en_panne(guichet: Guichet) -> Any:
    """SES refuses everything while the list it gives is not empty."""
    pannes = ["Throttling"]

    def refuser(params: dict[str, Any], **_: Any) -> None:
        if pannes:
            raise RuntimeError(pannes[0])

    evenements = aws.client("sesv2").meta.events
    evenements.register_first("before-parameter-build.sesv2.SendEmail", refuser)
    yield pannes
    evenements.unregister("before-parameter-build.sesv2.SendEmail", refuser)


# What mails say


@pytest.mark.rule("V1", "B4", "E1", "E2")
@pytest.mark.controle("T20", "T50")
def test_chaque_mail_est_complet_en_texte_et_en_html(
    guichet: Guichet, visiteur: Client, subtests: pytest.Subtests
) -> None:
    compte_id = transmise(guichet.client(), nom="MARTIN", email="m@exemple.fr")
    valider(en_poste(guichet.client()), compte_id)
    parcours.ouvrir_les_documents(visiteur)
    faux = {"host": "evil.test", "x-forwarded-host": "evil.test", "forwarded": "host=evil.test", "x-host": "evil.test"}
    page = visiteur.get("/deposer-un-cv", **faux)
    champs = {**{n: v[0] for n, v in page.page.form("/deposer-un-cv")["fields"].items()}, **IDENTITE}
    envoi = visiteur.post("/deposer-un-cv", list((champs | {"captcha": guichet.captcha(page)}).items()), **faux)
    assert envoi.location == "/deposer-un-cv/envoye" and "evil.test" not in page.body
    mails = guichet.deliver()
    assert [m["Subject"].partition(" INS-")[0] for m in sorted(mails, key=lambda m: m["Subject"])] == [
        "Inscription sur l’Espace intervenants",
        "Votre demande d’inscription",
        "Votre demande d’inscription est validée",
    ]
    for mail in mails:
        with subtests.test(str(mail["Subject"])):
            texte, html = textes(mail)
            assert mail["From"] == "CNFPT-Espace Intervenants <nepasrepondre@cnfpt.example>"
            assert (mail["Auto-Submitted"], mail["Date"].datetime) == ("auto-generated", guichet.now)
            for partie in (texte, html.replace("&nbsp;", " ")):
                assert "Ceci est un message automatique. Merci de ne pas y répondre." in partie
                assert "Si le lien n’est pas cliquable" in partie and "Aide et Contact" in partie
                assert "6 janvier 1978" in partie and "evil.test" not in partie
                liens = re.findall(r"https?://[^\s\"<>)]+", partie)
                assert liens and all(lien.startswith("https://guichet.test/") for lien in liens), liens
            assert 'lang="fr"' in html and "<script" not in html
            assert all(len(ligne) <= 998 for ligne in mail.as_bytes().splitlines())


HOSTILES = {
    "balise": "<b>Jean</b><img src=x>",
    "lien": '<a href="https://evil.test">x</a>',
    "en-tête": "Jean\r\nBcc: x@evil.test\r\n\r\ncorps",
    "séparateur de ligne": "Jean\u2028Bcc: x@evil.test",
    "gabarit": "{{7*7}}${7*7}",
    "guillemets": '"Jean" <x@evil.test>',
}


@pytest.mark.rule("V2")
@pytest.mark.controle("T47", "T49", "T50")
@pytest.mark.parametrize("nom", HOSTILES.values(), ids=HOSTILES)
def test_un_nom_hostile_arrive_en_texte_sans_en_tete(guichet: Guichet, nom: str) -> None:
    """Forms refuse such names; a mail does not count on it."""
    from chalicelib.commun.comptes.rules import Civilite, Compte, EtatCompte, Identite, Role
    from chalicelib.core.table import Act
    from chalicelib.intervenants.inscription import mails

    identite = Identite(Civilite.MONSIEUR, nom, nom, date(1985, 3, 27), nom)
    compte = Compte(
        "0" * 26, Role.INTERVENANT, EtatCompte.A_ACTIVER, "a@exemple.fr", identite, cree_le="2026-11-21T09:00:00Z"
    )
    act = Act(Context(now=guichet.now))
    outbox.add(act, mails.activation(compte, "jeton"))
    act.commit()
    (mail,) = guichet.deliver()
    assert mail.get_all("To") == ["a@exemple.fr"] and mail["Bcc"] is None and mail["Cc"] is None
    assert sorted(mail.keys()) == [
        "Auto-Submitted", "Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Subject", "To",
    ]  # fmt: skip
    _, html = textes(mail)
    assert "<b>" not in html and "<img" not in html and 'href="https://evil' not in html and ">49" not in html


@pytest.mark.rule("V2")
@pytest.mark.controle("T49")
@pytest.mark.parametrize("adresse", ["a@b.fr\r\nBcc: x@evil.test", "a@b.fr, x@evil.test", "a@b.fr\x00", "<a@b.fr> x"])
def test_une_adresse_hostile_ne_fait_partir_aucun_mail(guichet: Guichet, adresse: str) -> None:
    from chalicelib.core.mail import Mail
    from chalicelib.core.table import Act
    from tests.web.parcours import inscrit

    inscrit(guichet.client())
    act = Act(Context(now=guichet.now))
    modele = "intervenants/inscription/templates/mails/validee"
    demande = type("D", (), {"reference": "INS-2026-00000000"})
    compte = type("C", (), {"nom_affiche": "Jean"})
    outbox.add(act, Mail(adresse, modele, {"compte": compte, "demande": demande, "structure": "x"}))
    act.commit()
    assert guichet.deliver() == []
    assert [li["etat"] for li in lignes(guichet)] == ["A_ENVOYER"]


# Sent at least once


@pytest.mark.rule("V1")
def test_un_mail_part_par_la_file_et_ne_laisse_pas_son_texte(guichet: Guichet, visiteur: Client) -> None:
    deposer(guichet, visiteur)
    (message,) = messages("mails")
    assert envoyer(guichet, message, message) == {"batchItemFailures": []}
    assert len(guichet.sent) == 1, "the second message of the same mail sends nothing"
    (ligne,) = lignes(guichet)
    assert ligne["etat"] == "ENVOYE" and not {"text", "html", "to", "due_pk"} & set(ligne)
    guichet.advance(days=1)
    assert guichet.sweep("balayer_mails")["seen"] == 0


@pytest.mark.rule("V1", "W1")
def test_le_balayage_trouve_les_mails_que_la_file_n_a_pas_appris(guichet: Guichet, visiteur: Client) -> None:
    deposer(guichet, visiteur)
    assert len(messages("mails")) == 1, "lost"
    guichet.advance(seconds=59)
    assert guichet.sweep("balayer_mails") == {"due": 0, "seen": 0, "changed": 0, "failed": 0}
    guichet.advance(seconds=1)
    assert guichet.sweep("balayer_mails") == {"due": 1, "seen": 1, "changed": 1, "failed": 0}
    assert guichet.sweep("balayer_mails")["seen"] == 1, "told twice, sent once"
    assert envoyer(guichet, *messages("mails")) == {"batchItemFailures": []}
    assert len(guichet.sent) == 1


@pytest.mark.rule("V1")
def test_deux_envoyeurs_ne_font_pas_partir_deux_fois_le_meme_mail(guichet: Guichet, visiteur: Client) -> None:
    """The second comes while the first talks to SES."""
    deposer(guichet, visiteur)
    (message,) = messages("mails")
    imbriques: list[Any] = []

    def pendant(**_: Any) -> None:
        if not imbriques:
            imbriques.append("during")
            imbriques.append(envoyer(guichet, message))

    evenements = aws.client("sesv2").meta.events
    evenements.register("before-parameter-build.sesv2.SendEmail", pendant)
    envoyer(guichet, message)
    evenements.unregister("before-parameter-build.sesv2.SendEmail", pendant)
    assert imbriques == ["during", {"batchItemFailures": []}] and len(guichet.sent) == 1


@pytest.mark.rule("V1", "W1")
@pytest.mark.parametrize(("attente", "repart"), [(59, 0), (60, 0), (61, 1)], ids=["59 s", "60 s", "61 s"])
def test_un_envoyeur_tue_rend_le_mail_apres_une_minute(
    guichet: Guichet, visiteur: Client, monkeypatch: pytest.MonkeyPatch, attente: int, repart: int
) -> None:
    deposer(guichet, visiteur)
    (message,) = messages("mails")
    vrai = outbox.mime
    monkeypatch.setattr(outbox, "mime", lambda *a: (_ for _ in ()).throw(SystemExit("killed")))
    with pytest.raises(SystemExit):
        envoyer(guichet, message)
    monkeypatch.setattr(outbox, "mime", vrai)
    guichet.advance(seconds=attente)
    guichet.sweep("balayer_mails")
    envoyer(guichet, message, *messages("mails"))
    assert len(guichet.sent) == repart


# Given up


@pytest.mark.rule("V1")
def test_un_envoi_qui_echoue_est_remis_de_plus_en_plus_tard_puis_abandonne(
    guichet: Guichet, visiteur: Client, ses_en_panne: list[str]
) -> None:
    deposer(guichet, visiteur)
    messages("mails")
    guichet.advance(seconds=60)
    delais = []
    for essai in range(1, 9):
        guichet.sweep("balayer_mails")
        assert envoyer(guichet, *messages("mails")) == {"batchItemFailures": []}
        (ligne,) = lignes(guichet)
        assert int(ligne["tries"]) == essai
        if essai < 8:
            du = datetime.fromisoformat(ligne["due_at"].replace("Z", "+00:00"))
            delais.append((du - guichet.now) // timedelta(minutes=1))
            guichet.now = du - timedelta(seconds=1)
            assert guichet.sweep("balayer_mails")["seen"] == 0
            guichet.now = du
    assert delais == [2, 4, 8, 16, 32, 60, 60]
    assert (ligne["etat"], ligne["raison"]) == ("MORT", "ESSAIS") and "due_pk" not in ligne
    assert int(ligne["ttl"]) == int((guichet.now + timedelta(days=62)).timestamp()), "an address is not kept for ever"
    guichet.advance(days=10)
    assert guichet.sweep("balayer_mails")["seen"] == 0 and guichet.sent == []


def abandonner(guichet: Guichet, visiteur: Client, pannes: list[str]) -> None:
    """A mail that eight tries did not send."""
    deposer(guichet, visiteur)
    for _ in range(8):
        guichet.advance(hours=2)
        guichet.deliver()
    messages("mails")
    pannes.clear()


@pytest.mark.rule("V1", "T1")
def test_l_administrateur_voit_les_mails_abandonnes_et_les_relance(
    guichet: Guichet, visiteur: Client, ses_en_panne: list[str]
) -> None:
    admin = en_poste(guichet.client(), "a@demo.fr", (), "ADMINISTRATEUR", "Alix")
    assert "Aucun e-mail n’est en échec." in admin.get(MORTS).page.text
    abandonner(guichet, visiteur, ses_en_panne)
    admin = en_poste(guichet.client(), "b@demo.fr", (), "ADMINISTRATEUR", "Brune")
    page = admin.get(MORTS)
    assert IDENTITE["email"] in page.page.text and "Inscription sur l’Espace intervenants" in page.page.text
    assert "Huit essais sans succès" in page.page.text
    action = next(f["action"] for f in page.page.forms if f["action"].endswith("/renvoyer"))
    for _ in range(2):  # a double click
        retour = admin.follow(admin.submit(page, action))
        assert retour.path == MORTS and "Aucun e-mail n’est en échec." in retour.page.text
    envoyer(guichet, *messages("mails"))
    assert [m["To"] for m in guichet.sent] == [IDENTITE["email"]]


@pytest.mark.rule("V1")
@pytest.mark.parametrize(("morts", "montres", "dit"), [(100, 100, False), (101, 100, True)])
def test_la_page_dit_qu_elle_ne_montre_pas_tout(guichet: Guichet, morts: int, montres: int, dit: bool) -> None:
    with outbox.MailRow.batch_write() as lot:
        for rang in range(morts):
            le = f"2026-03-02T08:00:00.{rang:06}+00:00"
            mort = outbox.MailRow(f"MAIL#{rang:03}", "MAIL", to="a@exemple.fr", subject="Essai", etat="MORT")
            mort.raison, mort.cree_le, mort.gsi1pk, mort.gsi1sk = "ESSAIS", le, "MAILS#MORTS", le
            lot.save(mort)
    page = en_poste(guichet.client(), "a@demo.fr", (), "ADMINISTRATEUR", "Alix").get(MORTS)
    assert page.body.count('/renvoyer"') == montres
    assert ("Seuls les 100 plus récents" in page.page.text) is dit


@pytest.mark.rule("V1", "X3")
def test_relancer_un_mail_s_ecrit_dans_l_audit(guichet: Guichet, visiteur: Client, ses_en_panne: list[str]) -> None:
    abandonner(guichet, visiteur, ses_en_panne)
    admin = en_poste(guichet.client(), "a@demo.fr", (), "ADMINISTRATEUR", "Alix")
    page = admin.get(MORTS)
    action = next(f["action"] for f in page.page.forms if f["action"].endswith("/renvoyer"))
    admin.submit(page, action)
    (acte,) = parcours.actes(guichet, "renvoyer_un_mail")
    assert acte["objet"] == action.split("/")[3] and acte["acteur"] == parcours.compte(guichet, "a@demo.fr")


def rebond(guichet: Guichet, genre: str, adresse: str, bounce: str = "Permanent") -> None:
    """SES tells what became of a mail."""
    detail = {
        "Email Bounced": {"bounce": {"bounceType": bounce, "bouncedRecipients": [{"emailAddress": adresse}]}},
        "Email Complaint Received": {"complaint": {"complainedRecipients": [{"emailAddress": adresse}]}},
    }[genre]
    guichet.app.handler_map["recevoir_rebond"](parcours._evenement("aws.ses", genre, detail), None)


@pytest.mark.rule("V1")
@pytest.mark.parametrize(
    ("genre", "raison"),
    [("Email Bounced", "L’adresse n’existe plus"), ("Email Complaint Received", "Signalé comme indésirable")],
    ids=["adresse morte", "plainte"],
)
def test_une_adresse_qui_renvoie_les_mails_n_en_recoit_plus(
    guichet: Guichet, visiteur: Client, genre: str, raison: str
) -> None:
    for _ in range(2):
        rebond(guichet, genre, IDENTITE["email"].upper())
    deposer(guichet, visiteur)
    assert guichet.deliver() == []
    admin = en_poste(guichet.client(), "a@demo.fr", (), "ADMINISTRATEUR", "Alix")
    page = admin.get(MORTS)
    assert raison in page.page.text
    admin.submit(page, next(f["action"] for f in page.page.forms if f["action"].endswith("/renvoyer")))
    assert [m["To"] for m in guichet.deliver()] == [IDENTITE["email"]], "relaunched, the address has another chance"


@pytest.mark.rule("V1")
def test_un_rebond_passager_ne_marque_pas_l_adresse(guichet: Guichet, visiteur: Client) -> None:
    rebond(guichet, "Email Bounced", IDENTITE["email"], "Transient")
    deposer(guichet, visiteur)
    assert len(guichet.deliver()) == 1
    assert IDENTITE["email"] not in str(guichet.rows("noyau"))
