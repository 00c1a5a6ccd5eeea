"""Handing in a file, with and without the script: progress, cancel, refusals and when they are told (rules U1, U2)."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from infra.local.portail import Portail
from tests.browser import parcours, semis
from tests.browser.conftest import Ouvrir
from tests.fichiers import docx, eicar, pdf, pdf_protege, png

MO = 1024 * 1024


def ouvrir_le_depot(portail: Portail, page: Page) -> None:
    """Somebody new, on the page where the CV is sent."""
    _, qui = semis.inscrire(portail)
    page.context.add_cookies(semis.cookies(qui))
    page.goto(portail.url + "/mon-profil/cv")
    page.get_by_role("button", name="Ajouter un CV").click()
    parcours.titre(page, "Déposer un CV dans mon profil")


@pytest.fixture
def depot(portail: Portail, ordinateur: Page) -> Page:
    """The page of the deposit, with the script."""
    ouvrir_le_depot(portail, ordinateur)
    return ordinateur


@pytest.fixture
def depot_sans_script(portail: Portail, sans_script: Page) -> Page:
    """The page of the deposit, without the script."""
    ouvrir_le_depot(portail, sans_script)
    return sans_script


@pytest.fixture
def envois(depot: Page) -> Iterator[list[str]]:
    """The addresses to which the page posts."""
    postes: list[str] = []
    depot.on("request", lambda requete: requete.method == "POST" and postes.append(requete.url))
    yield postes


def ralentir(page: Page, octets_par_seconde: int) -> None:
    """A slow line, for what is sent."""
    lien = page.context.new_cdp_session(page)
    lien.send("Network.enable")
    debits = {"uploadThroughput": octets_par_seconde, "downloadThroughput": -1, "latency": 0, "offline": False}
    lien.send("Network.emulateNetworkConditions", debits)


@pytest.mark.rule("U1")
def test_l_envoi_avance_s_annule_et_se_recommence(depot: Page) -> None:
    ralentir(depot, 200_000)
    parcours.choisir_un_fichier(depot, "gros CV.txt", b"Formatrice. " * 150_000)
    expect(depot.get_by_role("progressbar", name="Envoi de gros CV.txt")).to_be_visible()
    expect(depot.get_by_text("Mo sur 1,8 Mo").or_(depot.get_by_text("ko sur 1,8 Mo"))).to_be_visible()
    depot.wait_for_function("() => document.querySelector('progress').value > 0")
    depot.get_by_role("button", name="Annuler l’envoi").click()
    expect(depot.get_by_role("progressbar")).to_have_count(0)
    expect(depot.get_by_label("Votre CV")).to_be_focused()
    expect(depot.get_by_label("Votre CV")).to_have_value("")
    expect(depot.get_by_role("status").filter(has_text="Envoi annulé.")).to_be_attached()
    parcours.choisir_un_fichier(depot, "CV.docx", docx())
    parcours.titre(depot, "Votre CV")
    parcours.attendre_le_verdict(depot, "Votre CV est enregistré")
    expect(depot.get_by_text("CV.docx")).to_be_visible()


@pytest.mark.rule("U2")
@pytest.mark.parametrize(
    ("nom", "octets", "message"),
    [
        pytest.param("cv.pdf", pdf() + b" " * 2 * MO, "Choisissez un fichier de 2 Mo au maximum.", id="trop gros"),
        pytest.param("photo.bmp", b"BM", "Ce format n’est pas accepté. Choisissez un fichier PDF", id="format refusé"),
        pytest.param("cv.pdf", b"", "Ce fichier est vide. Choisissez-en un autre.", id="vide"),
    ],
)
def test_ce_qui_serait_refuse_est_dit_avant_l_envoi(
    depot: Page, envois: list[str], nom: str, octets: bytes, message: str
) -> None:
    parcours.choisir_un_fichier(depot, nom, octets)
    expect(depot.locator("#fichier-erreur")).to_contain_text(message)
    assert depot.get_by_label("Votre CV").get_attribute("aria-invalid") == "true"
    expect(depot.get_by_role("status").filter(has_text=message)).to_be_attached()
    assert envois == []


@pytest.mark.rule("U1", "U2")
def test_un_envoi_interrompu_se_reprend_sans_choisir_de_nouveau(portail: Portail, ouvrir: Ouvrir) -> None:
    with ouvrir(permis=("réseau coupé", "ERR_INTERNET_DISCONNECTED")) as page:
        ouvrir_le_depot(portail, page)
        page.context.set_offline(True)
        parcours.choisir_un_fichier(page)
        expect(page.get_by_text("L’envoi s’est interrompu.").first).to_be_visible()
        page.context.set_offline(False)
        page.get_by_role("button", name="Réessayer").click()
        parcours.titre(page, "Votre CV")
        parcours.attendre_le_verdict(page, "Votre CV est enregistré")


REFUSES = [
    pytest.param("CV.pdf", png(), "ne correspond pas", id="renommé"),
    pytest.param("CV.txt", eicar(), "contient un virus", id="infecté"),
    pytest.param("CV.pdf", pdf_protege(), "protégé par un mot de passe", id="protégé par un mot de passe"),
]


@pytest.mark.rule("U1", "U2", "D10")
@pytest.mark.parametrize(("nom", "octets", "message"), REFUSES)
def test_ce_que_le_controle_refuse_est_dit_et_se_remplace(depot: Page, nom: str, octets: bytes, message: str) -> None:
    parcours.choisir_un_fichier(depot, nom, octets)
    parcours.attendre_le_verdict(depot, "Ce fichier n’a pas été accepté")
    expect(depot.get_by_text(message)).to_be_visible()
    depot.get_by_role("button", name="Choisir un autre fichier").click()
    parcours.choisir_un_fichier(depot, "CV.pdf")
    parcours.attendre_le_verdict(depot, "Votre CV est enregistré")


SANS = [
    pytest.param("CV.pdf", pdf() + b" " * 3 * MO, "Le fichier dépasse 2 Mo.", id="trop gros"),
    pytest.param("photo.bmp", b"BM" + bytes(4000), "format", id="format refusé"),
    pytest.param("CV.pdf", b"", "vide", id="vide"),
    pytest.param("CV.txt", eicar(), "contient un virus", id="infecté"),
]


@pytest.mark.rule("U1", "U2", "S1")
@pytest.mark.parametrize(("nom", "octets", "message"), SANS)
def test_sans_javascript_le_refus_est_dit_apres_l_envoi(
    depot_sans_script: Page, nom: str, octets: bytes, message: str
) -> None:
    page = depot_sans_script
    parcours.choisir_un_fichier(page, nom, octets)
    parcours.attendre_le_verdict(page, "Ce fichier n’a pas été accepté")
    expect(page.get_by_text(message)).to_be_visible()
    page.get_by_role("button", name="Choisir un autre fichier").click()
    parcours.titre(page, "Déposer un CV dans mon profil")


@pytest.mark.rule("U2", "S1")
def test_sans_javascript_ni_fichier_le_depot_dit_d_en_choisir_un(depot_sans_script: Page) -> None:
    page = depot_sans_script
    page.get_by_role("button", name="Déposer le fichier").click()
    parcours.attendre_le_verdict(page, "Ce fichier n’a pas été accepté")


@pytest.mark.rule("D10")
def test_le_cv_se_remplace_et_se_supprime(portail: Portail, ouvrir: Ouvrir) -> None:
    _, qui = semis.inscrire(portail)
    chemin = semis.deposer_un_fichier(qui, nom="Premier.pdf")
    semis.attendre(lambda: "Votre CV est enregistré" in qui.get(chemin).page.text)
    with ouvrir() as page:
        page.context.add_cookies(semis.cookies(qui))
        page.goto(portail.url + "/mon-profil/cv")
        with page.expect_download() as telechargement:
            page.get_by_role("link", name="Télécharger").click()
        assert telechargement.value.suggested_filename == "Premier.pdf"
        page.get_by_role("button", name="Remplacer le CV").click()
        parcours.choisir_un_fichier(page, "Second.pdf")
        parcours.attendre_le_verdict(page, "Votre CV est enregistré")
        page.goto(portail.url + "/mon-profil/cv")
        expect(page.get_by_text("Premier.pdf")).to_have_count(0)
        page.get_by_role("link", name="Supprimer ce CV").click()
        page.get_by_role("button", name="Supprimer ce CV").click()
        expect(page.get_by_role("button", name="Ajouter un CV")).to_be_visible()
        expect(page.get_by_text("Second.pdf")).to_have_count(0)
