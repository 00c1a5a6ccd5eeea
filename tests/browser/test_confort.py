"""What the script adds to pages that work without it: each comfort, as a person meets it."""

import pytest
from playwright.sync_api import Dialog, Page, expect

from infra.local.portail import Portail
from tests.browser import parcours, semis
from tests.browser.clavier import Clavier
from tests.browser.conftest import Ouvrir


@pytest.fixture
def identification(portail: Portail, ordinateur: Page) -> Page:
    """Somebody new, on « Identification », under a clock that the test moves."""
    _, qui = semis.inscrire(portail)
    ordinateur.context.add_cookies(semis.cookies(qui))
    ordinateur.clock.install()
    ordinateur.goto(portail.url + "/mon-profil/identification")
    return ordinateur


@pytest.mark.rule("T1", "S1")
@pytest.mark.controle("T05")
def test_la_fin_de_session_est_annoncee_et_se_repousse(identification: Page) -> None:
    page = identification
    dialogue = page.get_by_role("dialog", name="Votre session va se terminer")
    page.clock.fast_forward("27:00")
    expect(dialogue).to_be_hidden()
    page.clock.fast_forward("00:45")
    expect(dialogue).to_be_visible()
    expect(dialogue).to_contain_text("2 minutes")
    assert Clavier(page).ici()["nom"] == "Rester connecté"
    with page.expect_response("**/session") as reponse:
        page.keyboard.press("Enter")
    assert reponse.value.ok
    expect(dialogue).to_be_hidden()
    page.clock.fast_forward("27:00")
    expect(dialogue).to_be_hidden()
    page.clock.fast_forward("02:00")
    expect(dialogue).to_be_visible()
    page.clock.fast_forward("01:00")
    expect(page.get_by_role("heading", name="Votre session est terminée")).to_be_visible()
    page.get_by_role("button", name="Revenir à la page").click()
    expect(page.get_by_label("Prénom")).to_be_visible()


@pytest.mark.rule("T1")
def test_un_autre_onglet_garde_la_session_ouverte_pour_tous(portail: Portail, identification: Page) -> None:
    page = identification
    page.clock.fast_forward("27:00")
    autre = page.context.new_page()
    autre.goto(portail.url + "/mon-profil")
    page.clock.fast_forward("01:00")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.clock.fast_forward("26:45")
    expect(page.get_by_role("dialog", name="Votre session va se terminer")).to_be_visible()
    autre.reload()
    expect(page.get_by_role("dialog")).to_be_hidden()


@pytest.mark.rule("T1")
def test_au_bout_de_douze_heures_la_session_ne_se_prolonge_plus_et_on_le_dit(
    portail: Portail, ordinateur: Page
) -> None:
    page = ordinateur
    _, qui = semis.inscrire(portail)
    for _ in range(24):
        portail.avancer(29 * 60 + 50)
        qui.get("/session")
    page.context.add_cookies(semis.cookies(qui))
    page.clock.install()
    page.goto(portail.url + "/mon-profil/identification")
    page.clock.fast_forward("02:00")
    portail.avancer(120)
    page.get_by_role("button", name="Rester connecté").click()
    expect(page.get_by_text("ne peut plus être prolongée")).to_be_visible()
    page.get_by_role("button", name="Revenir à la page").click()
    page.get_by_label("Lieu de naissance (ville)").fill("Épinal")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_text("Enregistré à")).to_be_visible()


@pytest.mark.rule("T1", "S6")
def test_une_panne_d_un_instant_ne_ferme_la_session_de_personne(portail: Portail, ouvrir: Ouvrir) -> None:
    _, qui = semis.inscrire(portail)
    with ouvrir(permis=("503",)) as page:
        page.context.add_cookies(semis.cookies(qui))
        page.clock.install()
        page.goto(portail.url + "/mon-profil/identification")
        page.route("**/session", lambda route: route.fulfill(status=503, body=""))
        page.clock.fast_forward("28:00")
        page.get_by_role("button", name="Rester connecté").click()
        expect(page.get_by_text("La connexion ne répond pas. Réessayez.")).to_be_attached()
        page.clock.fast_forward("00:05")
        expect(page.get_by_role("heading", name="Votre session est terminée")).to_be_hidden()
        page.unroute("**/session")
        page.get_by_role("button", name="Rester connecté").click()
        expect(page.get_by_role("dialog")).to_be_hidden()


@pytest.mark.rule("S6", "T1", "C8")
def test_ce_qui_etait_saisi_quand_la_session_a_pris_fin_se_retrouve(portail: Portail, ordinateur: Page) -> None:
    page = ordinateur
    qui, visiteur = semis.inscrire(portail)
    page.context.add_cookies(semis.cookies(visiteur))
    page.goto(portail.url + "/mon-profil/identification")
    page.get_by_label("Lieu de naissance (ville)").fill("Épinal")
    portail.avancer(31 * 60)
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    parcours.titre(page, "Votre session a pris fin")
    page.get_by_label("Identifiant").fill(qui.email)
    page.locator("#mot_de_passe").fill(qui.mot_de_passe)
    page.get_by_role("button", name="Valider").click()
    parcours.titre(page, "Votre saisie vous attend")
    page.get_by_role("button", name="Envoyer ma saisie").click()
    expect(page.get_by_text("Enregistré à")).to_be_visible()
    expect(page.get_by_label("Lieu de naissance (ville)")).to_have_value("Épinal")


@pytest.mark.rule("C8")
def test_quitter_une_page_dont_la_saisie_n_est_pas_enregistree_avertit(identification: Page) -> None:
    page, avertissements = identification, []

    def rester(dialogue: Dialog) -> None:
        avertissements.append(dialogue.type)
        dialogue.dismiss()

    page.on("dialog", rester)
    page.get_by_label("Lieu de naissance (ville)").press_sequentially("Toul")
    page.get_by_role("link", name="Mon profil").first.click(no_wait_after=True)
    page.wait_for_timeout(300)
    assert avertissements == ["beforeunload"]
    expect(page.get_by_label("Lieu de naissance (ville)")).to_have_value("Toul")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_text("Enregistré à")).to_be_visible()
    page.get_by_role("link", name="Mon profil").first.click()
    parcours.titre(page, "Mon profil d’intervenant")
    assert avertissements == ["beforeunload"]


@pytest.mark.rule("T2", "A1")
@pytest.mark.controle("T25")
def test_le_mot_de_passe_se_montre_et_se_cache(portail: Portail, ordinateur: Page) -> None:
    page, champ = ordinateur, ordinateur.locator("#mot_de_passe")
    page.goto(portail.url + "/connexion")
    champ.fill("Marcher-2-Loin!")
    bouton = page.get_by_role("button", name="Afficher : Mot de passe")
    expect(bouton).to_have_attribute("aria-pressed", "false")
    bouton.press("Space")
    expect(champ).to_have_attribute("type", "text")
    expect(bouton).to_have_attribute("aria-pressed", "true")
    bouton.press("Enter")
    expect(champ).to_have_attribute("type", "password")
    expect(champ).to_have_value("Marcher-2-Loin!")


@pytest.mark.rule("B1", "C1")
def test_identique_au_nom_de_famille_suit_ce_nom(portail: Portail, ordinateur: Page) -> None:
    page, usage = ordinateur, ordinateur.get_by_label("Nom d’usage")
    page.goto(portail.url + "/deposer-un-cv")
    page.get_by_label("Nom de famille (naissance)").fill("Dubois")
    page.get_by_label("Identique au nom de famille").check()
    expect(usage).to_have_value("Dubois")
    expect(usage).not_to_be_editable()
    page.get_by_label("Nom de famille (naissance)").fill("Le Goff")
    expect(usage).to_have_value("Le Goff")
    page.get_by_label("Identique au nom de famille").uncheck()
    expect(usage).to_be_editable()


@pytest.mark.rule("C1")
def test_le_code_postal_propose_ses_communes(identification: Page) -> None:
    page = identification
    page.get_by_role("textbox", name="Code postal", exact=True).fill("54 500")
    expect(page.locator("#communes option[value='Vandœuvre-lès-Nancy']")).to_be_attached()
    page.get_by_role("textbox", name="Code postal", exact=True).fill("29140")
    expect(page.locator("#communes option[value='Rosporden']")).to_be_attached()
    expect(page.locator("#communes option[value='Vandœuvre-lès-Nancy']")).to_have_count(0)
    page.get_by_role("combobox", name="Localité - ville", exact=True).fill("Melgven")
    expect(page.get_by_role("combobox", name="Localité - ville", exact=True)).to_have_value("Melgven")


@pytest.mark.rule("C5")
def test_les_departements_sont_ceux_des_regions_cochees(identification: Page) -> None:
    page, departements = identification, identification.get_by_role("group", name="Département(s)")
    expect(departements).to_be_hidden()
    page.get_by_label("Bretagne", exact=True).check()
    page.get_by_label("Finistère", exact=True).check()
    expect(page.get_by_label("Moselle", exact=True)).to_be_hidden()
    page.get_by_label("Bretagne", exact=True).uncheck()
    expect(departements).to_be_hidden()
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_text("Enregistré à")).to_be_visible()


@pytest.mark.rule("B1", "T5")
def test_l_image_se_change_et_s_ecoute(portail: Portail, ordinateur: Page) -> None:
    page = ordinateur
    page.goto(portail.url + "/deposer-un-cv")
    page.get_by_label("Prénom").fill("Chloé")
    premiere = page.get_by_role("img", name="Image de contrôle").get_attribute("src")
    page.get_by_role("button", name="Générer une autre image").click()
    expect(page.get_by_role("img", name="Image de contrôle")).not_to_have_attribute("src", premiere or "")
    expect(page.get_by_label("Prénom")).to_have_value("Chloé")
    page.get_by_role("link", name="Écouter les chiffres").click()
    page.locator("audio").wait_for()
    page.wait_for_function("() => document.querySelector('audio').duration > 2")


@pytest.mark.rule("B1")
def test_un_document_ouvert_est_compte_et_le_dit(portail: Portail, ordinateur: Page) -> None:
    page = ordinateur
    page.goto(portail.url + "/deposer-un-cv")
    charte = page.locator("#document-charte")
    expect(charte).to_contain_text("À ouvrir")
    with page.expect_popup() as popup:
        charte.get_by_role("link").click()
    popup.value.wait_for_load_state()
    expect(charte).to_contain_text("Ouvert")
    page.reload()
    expect(charte).to_contain_text("Ouvert")


@pytest.mark.rule("A7", "S1")
def test_l_aide_d_un_champ_s_ouvre_et_se_ferme_au_clavier(identification: Page) -> None:
    page, clavier = identification, Clavier(identification)
    page.get_by_label("Numéro + libellé de la voie").focus()
    clavier.aller_a("Aide : Code postal", "summary", au_plus=3)
    page.keyboard.press("Enter")
    aide = page.get_by_text("Cinq chiffres en France")
    expect(aide).to_be_visible()
    page.keyboard.press("Escape")
    expect(aide).to_be_hidden()
    assert clavier.ici()["balise"] == "summary"


@pytest.mark.rule("A7", "S1")
@pytest.mark.parametrize(
    ("chemin", "titre"),
    [
        ("identification", "Choisir votre statut professionnel"),
        ("identification", "Le rôle de la structure de rattachement"),
        ("parcours", "Votre expérience de formateur"),
    ],
)
def test_en_savoir_plus_s_ouvre_et_se_ferme_au_clavier(identification: Page, chemin: str, titre: str) -> None:
    page, clavier = identification, Clavier(identification)
    page.goto(page.url.replace("identification", chemin))
    lien, dialogue = page.get_by_role("link", name=f"En savoir plus : {titre}"), page.get_by_role("dialog", name=titre)
    lien.focus()
    page.keyboard.press("Enter")
    expect(dialogue).to_be_visible()
    assert page.evaluate("() => !!document.activeElement.closest('dialog[open]')")
    page.keyboard.press("Escape")
    expect(dialogue).to_be_hidden()
    expect(lien).to_be_focused()
    page.keyboard.press("Enter")
    clavier.aller_a("Fermer", "a", au_plus=3)
    page.keyboard.press("Enter")
    expect(dialogue).to_be_hidden()
    expect(lien).to_be_focused()


@pytest.mark.rule("A7", "S1")
def test_en_savoir_plus_s_ouvre_au_doigt(portail: Portail, telephone: Page) -> None:
    page = telephone
    page.context.add_cookies(semis.cookies(semis.inscrire(portail)[1]))
    page.goto(portail.url + "/mon-profil/identification")
    page.get_by_role("link", name="En savoir plus : Choisir votre statut").tap()
    dialogue = page.get_by_role("dialog", name="Choisir votre statut professionnel")
    expect(dialogue).to_be_visible()
    dialogue.get_by_role("link", name="Fermer").tap()
    expect(dialogue).to_be_hidden()
    page.locator("#regions-infobulle summary").tap()
    expect(page.get_by_text("Les régions où vous acceptez d’intervenir")).to_be_visible()


@pytest.mark.rule("A7", "S1")
def test_sans_script_en_savoir_plus_se_lit_sur_la_page(portail: Portail, sans_script: Page) -> None:
    page = sans_script
    page.context.add_cookies(semis.cookies(semis.inscrire(portail)[1]))
    page.goto(portail.url + "/mon-profil/parcours")
    texte = page.get_by_text("Elle n’est prévenue que des annonces d’action économique en Bretagne.")
    expect(texte).to_be_hidden()
    page.get_by_role("link", name="En savoir plus : Choisir vos alertes").click()
    expect(texte).to_be_visible()
    page.get_by_role("link", name="Fermer").locator("visible=true").click()
    expect(texte).to_be_hidden()


@pytest.mark.rule("C8")
def test_sans_script_une_valeur_enregistree_ailleurs_se_reprend(portail: Portail, sans_script: Page) -> None:
    page = sans_script
    _, qui = semis.inscrire(portail)
    semis.remplir(qui)
    page.context.add_cookies(semis.cookies(qui))
    page.goto(portail.url + "/mon-profil/identification")
    semis.remplir(qui, ville="Épinal", voie="3 rue des Ponts")
    page.get_by_label("Lieu de naissance (ville)").fill("Metz")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.get_by_label("Reprendre la valeur enregistrée : Localité - ville").check()
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_text("Enregistré à")).to_be_visible()
    expect(page.locator("#ville")).to_have_value("Épinal")
    expect(page.get_by_label("Lieu de naissance (ville)")).to_have_value("Metz")


@pytest.mark.rule("S3", "E1")
def test_mon_profil_s_imprime_sans_la_navigation(portail: Portail, ordinateur: Page) -> None:
    page = ordinateur
    _, qui = semis.inscrire(portail)
    semis.remplir(qui)
    semis.transmettre(qui)
    page.context.add_cookies(semis.cookies(qui))
    page.add_init_script("window.print = () => (window.imprime = true)")
    page.goto(portail.url + "/mon-profil")
    page.get_by_role("link", name="Relire ou imprimer toutes mes réponses").click()
    expect(page.get_by_text("Édité le")).to_be_hidden()
    page.get_by_role("button", name="Imprimer mon profil").click()
    assert page.evaluate("() => window.imprime")
    page.emulate_media(media="print")
    for montre in (
        "Profil de ",
        "Demande INS-",
        "Édité le",
        "12 rue des Carmes",
        "Expériences professionnelles",
    ):
        expect(page.get_by_text(montre).first).to_be_visible()
    for cache in ("navigation", "button", "contentinfo"):
        expect(page.get_by_role(cache)).to_have_count(0)


@pytest.mark.rule("S3")
def test_sans_script_rien_ne_promet_d_imprimer(portail: Portail, sans_script: Page) -> None:
    sans_script.context.add_cookies(semis.cookies(semis.inscrire(portail)[1]))
    sans_script.goto(portail.url + "/mon-profil/verification")
    expect(sans_script.get_by_text("Imprimer mon profil")).to_be_hidden()


@pytest.mark.rule("B3", "B4")
def test_un_double_clic_n_ouvre_qu_un_compte(portail: Portail, ouvrir: Ouvrir) -> None:
    qui = semis.personne()
    with ouvrir() as page:
        page.goto(portail.url + "/deposer-un-cv")
        parcours.remplir_le_compte(portail, page, qui)
        page.get_by_role("button", name="Valider").dblclick()
        parcours.titre(page, "Consultez votre messagerie")
    portail.attendre_mail(qui.email)
    portail.avancer(61)
    assert len(portail.mails(qui.email)) == 1
