"""The gallery: the page patterns in all their states, drawn without the application, to be looked at.

    python -m infra.local.galerie             writes build/galerie/*.html (open them as files)
    python -m infra.local.galerie --verifier  also takes pictures (320, 1280, dark, print) into build/galerie/images and
                                              checks contrast of the tokens, accessibility (axe), reflow at 320 px and at
                                              200 % text; exit code 1 on a fault
"""

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import ChoiceLoader, FileSystemLoader
from markupsafe import Markup
from wtforms import BooleanField, Form, PasswordField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired

from chalicelib.core.render import environnement

ROOT = Path(__file__).resolve().parents[2]
MODELES = Path(__file__).parent / "maquettes"
SORTIE = ROOT / "build" / "galerie"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "RGAAv4", "best-practice"]
IMAGE = "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCAyMDAgNzAiPjx0ZXh0IHg9IjIyIiB5PSI0OCIgZm9udC1zaXplPSIzNiIgZm9udC1mYW1pbHk9InNlcmlmIiBsZXR0ZXItc3BhY2luZz0iOCI+NDA3MTkyPC90ZXh0Pjwvc3ZnPg=="
PAGE = "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCA1OTUgODQyIj48cmVjdCB3aWR0aD0iNTk1IiBoZWlnaHQ9Ijg0MiIgZmlsbD0iI2ZmZiIvPjxnIGZpbGw9IiM1NTUiPjxyZWN0IHg9IjYwIiB5PSI3MCIgd2lkdGg9IjI2MCIgaGVpZ2h0PSIyNiIvPjxnIGZpbGw9IiNiYmIiPjxyZWN0IHg9IjYwIiB5PSIxNDAiIHdpZHRoPSI0NzUiIGhlaWdodD0iMTAiLz48cmVjdCB4PSI2MCIgeT0iMTY0IiB3aWR0aD0iNDQwIiBoZWlnaHQ9IjEwIi8+PHJlY3QgeD0iNjAiIHk9IjE4OCIgd2lkdGg9IjQ2MCIgaGVpZ2h0PSIxMCIvPjxyZWN0IHg9IjYwIiB5PSIyNDAiIHdpZHRoPSI0NzUiIGhlaWdodD0iMTAiLz48cmVjdCB4PSI2MCIgeT0iMjY0IiB3aWR0aD0iMzgwIiBoZWlnaHQ9IjEwIi8+PHJlY3QgeD0iNjAiIHk9IjI4OCIgd2lkdGg9IjQ2NSIgaGVpZ2h0PSIxMCIvPjwvZz48L2c+PC9zdmc+"
OUI_NON = [("oui", "Oui"), ("non", "Non")]


def exige(message: str) -> InputRequired:
    """A required field."""
    return InputRequired(message)


class Connexion(Form):
    """The login card."""

    identifiant = StringField("Identifiant", [exige("Saisissez votre identifiant.")])
    mot_de_passe = PasswordField("Mot de passe", [exige("Saisissez votre mot de passe.")])


class Inscription(Form):
    """Rule B1."""

    civilite = RadioField("Civilité", [exige("Choisissez une civilité.")], choices=[("Monsieur", "Monsieur"), ("Madame", "Madame")])
    nom = StringField("Nom de famille (naissance)", [exige("Saisissez votre nom de famille.")])
    identique = BooleanField("Identique au nom de famille")
    nom_usage = StringField("Nom d’usage", [exige("Saisissez votre nom d’usage.")])
    prenom = StringField("Prénom", [exige("Saisissez votre prénom.")])
    naissance = StringField("Date de naissance", [exige("Saisissez votre date de naissance, par exemple 25/03/1980.")])
    email = StringField("Adresse e-mail (identifiant)", [exige("Saisissez votre adresse e-mail.")])
    email2 = StringField("Confirmer l’adresse e-mail (identifiant)", [exige("Saisissez de nouveau votre adresse e-mail.")])
    mot_de_passe = PasswordField("Mot de passe", [exige("Choisissez un mot de passe.")])
    mot_de_passe2 = PasswordField("Confirmer le mot de passe", [exige("Saisissez de nouveau le mot de passe.")])
    code = StringField("Recopier le texte de l’image", [exige("Recopiez les chiffres de l’image, ou écoutez-les.")])


class Identification(Form):
    """Rules C1, C2, C5."""

    civilite = RadioField("Civilité", [exige("Choisissez une civilité.")], choices=[("Monsieur", "Monsieur"), ("Madame", "Madame")])
    nom = StringField("Nom de famille (naissance)", [exige("Saisissez votre nom.")])
    prenom = StringField("Prénom", [exige("Saisissez votre prénom.")])
    nationalite = StringField("Nationalité", [exige("Choisissez votre nationalité.")])
    pays = StringField("Pays de résidence", [exige("Choisissez votre pays.")])
    code_postal = StringField("Code postal", [exige("Saisissez votre code postal.")])
    ville = StringField("Localité - ville", [exige("Saisissez votre ville.")])
    telephone = StringField("Téléphone personnel", [exige("Saisissez un numéro de téléphone, par exemple 06 12 34 56 78.")])
    statut = StringField("Statut professionnel", [exige("Choisissez votre statut.")])
    grade = StringField("Grade ou qualité")
    quotite = StringField("Quotité hebdomadaire")
    regions = SelectMultipleField("Région(s)", [exige("Cochez au moins une région.")], choices=[])
    departements = SelectMultipleField("Département(s)", choices=[])
    etranger = RadioField("Je suis disponible pour effectuer des formations à l’étranger", choices=OUI_NON)
    motivation = TextAreaField("Votre motivation pour devenir intervenant", [exige("Dites en quelques mots ce qui vous motive.")])


class Recherche(Form):
    """Quick search, filters of the staff."""

    categorie = StringField("Catégorie d’intervention")
    specialite = StringField("Spécialité de formation")
    nom = StringField("Nom ou adresse e-mail")
    structure = StringField("Structure")
    anciennete = SelectMultipleField("En attente depuis", choices=[])


class Decision(Form):
    """Rule E2."""

    decision = RadioField("Que décidez-vous ?", choices=[("valide", "Valider"), ("complement", "Demander un complément"), ("rejet", "Rejeter")])
    motif = TextAreaField("Texte envoyé à l’intervenante")


class Composants(Form):
    """One field of each kind."""

    simple = StringField("Champ facultatif")
    requis = StringField("Champ obligatoire", [exige("Remplissez ce champ : deux caractères au moins.")])
    plein = StringField("Champ en lecture seule")
    duree = StringField("Durée")
    jour = StringField("Date de fin", [exige("Cette date n’existe pas : février a 28 jours en 2027.")])
    passe = PasswordField("Mot de passe")
    recit = TextAreaField("Commentaire")
    choix = StringField("Structure de rattachement", [exige("Choisissez une structure.")])
    radio = RadioField("Statut professionnel", [exige("Choisissez votre statut.")], choices=[])
    publics = SelectMultipleField("Publics", [exige("Cochez au moins un public.")], choices=[])
    accord = BooleanField("Je souhaite recevoir des alertes", [exige("Cochez cette case pour continuer.")])


def en_faute(form: Form, *noms: str) -> Form:
    """The form with the errors of these fields (of all required ones when none is named)."""
    for field in form:
        if (not noms and field.flags.required) or field.name in noms:
            field.errors = [v.message for v in field.validators] or ["Vérifiez ce champ."]
    return form


def entree(libelle: str, actif: bool = False, badge: int = 0, sous_menu: list[Any] | None = None) -> SimpleNamespace:
    """An entry of the menu."""
    return SimpleNamespace(libelle=libelle, href=f"#{libelle}", actif=actif, badge=badge, sous_menu=sous_menu or [])


VISITEUR = [entree("Accueil", True), entree("Recherche avancée d’annonces"), entree("Remplir un CV en ligne"), entree("Informations complémentaires")]
CANDIDAT = [entree("Mon compte", True, 0, [entree("Mon profil", True), entree("Changer mon mot de passe"), entree("Récupérer mes données"), entree("Me désinscrire")]), entree("Aide et Contact")]
MON_COMPTE = ["Mes informations", "Mes données et documents", "Mon parcours", "Mes interventions", "Changer mon mot de passe", "Récupérer mes données", "Me désinscrire"]
VALIDE = [
    entree("Accueil"),
    entree("Tableau de bord"),
    entree("Mon compte", True, 2, [entree(x, x == "Mes informations", 2 if "données et" in x else 0) for x in MON_COMPTE]),
    entree("Mes réponses aux annonces"),
    entree("Recherche avancée d’annonces"),
    entree("Messagerie", badge=3),
    entree("Informations complémentaires"),
]
GESTION = [entree("Demandes d’inscription", True, 12), entree("CVthèque"), entree("Dossiers"), entree("Annonces"), entree("Support", badge=5), entree("Messagerie"), entree("Statistiques")]

LONG = "Marie-Bérénice de La Rochefoucauld-Montmorency-Châteaubriand"
BLOCS = [
    ("Le formateur", "identification.html", [
        ("Civilité", "Madame", "#c"), ("Nom de famille (naissance)", "Dubois", "#n"), ("Nom d’usage", LONG, "#u"),
        ("Date de naissance", "25 mars 1980", "#d"), ("Adresse", "12 rue des Lilas\n57000 Metz", "#a"), ("Téléphone professionnel", None, "#t")]),
    ("Le statut", "identification.html", [("Statut professionnel", "Fonctionnaire", "#s"), ("Fonction publique", "Territoriale", "#f"), ("Grade ou qualité", "", "#g")]),
    ("Zone d’intervention", "identification.html", [("Région(s)", ["Grand Est", "Bourgogne-Franche-Comté"], "#r"), ("Département(s)", ["Moselle", "Meurthe-et-Moselle", "Doubs"], "#dp")]),
]  # fmt: skip
EVENEMENTS = [
    {"quand": "21 novembre 2026 à 14 h 32", "titre": "Demande transmise", "auteur": "Jeanne Dubois", "code": "info"},
    {"quand": "2 novembre 2026 à 9 h 05", "titre": "Complément demandé", "auteur": "Paul Weber", "code": "attention", "detail": "Précisez vos expériences d’animation auprès d’agents de catégorie A."},
    {"quand": "12 octobre 2026 à 18 h 40", "titre": "Compte activé", "code": "succes"},
]
ETATS_TACHES = [("termine", "Terminé"), ("incomplet", "Incomplet"), ("termine", "Terminé"), ("probleme", "Il y a un problème"), ("a_faire", "À remplir"), ("impossible", "Pas encore possible")]
TACHES = [
    {"libelle": nom, "href": None if etat[0] == "impossible" else "#t", "etat": etat, "aide": aide}
    for (nom, aide), etat in zip(
        [("Le formateur", None), ("Le statut et l’employeur", "Il manque le SIRET de l’employeur."), ("Zone d’intervention et structure de rattachement", None),
         ("Sous-spécialités et souhaits", "Une sous-spécialité n’existe plus : choisissez-en une autre."), ("Expériences et formations", None), ("Vérifier et transmettre", "Quand les autres parties seront terminées.")],
        ETATS_TACHES, strict=True)
]  # fmt: skip
ANNONCES = [
    [Markup('<a href="#a">0542207127</a>'), "La dématérialisation des dossiers dans la relation avec les usagers", "Culture", "Grand Est"],
    [Markup('<a href="#b">0352611014</a>'), "Préparation à l’oral du concours d’attaché territorial", "Management", "Bretagne"],
    [Markup('<a href="#c">0872611009</a>'), "Gérer les situations d’agressivité à l’accueil", "Accueil", "Nouvelle-Aquitaine, Occitanie"],
    [Markup('<a href="#d">0672610233</a>'), "Droit de l’urbanisme : actualité et pratique", "Aménagement", "Grand Est"],
]


def globales() -> dict[str, Any]:
    """What the application gives every template."""
    reglages = SimpleNamespace(
        organisme="CNFPT", organisme_url="https://www.cnfpt.fr/", plan_acces_url="https://www.cnfpt.fr/contact", source_url="https://code.exemple.fr/guichet", version="20261121", espace="Espace Intervenants"
    )
    return {
        "url": lambda path: "accueil.html" if path == "/" else f"#{path}",
        "statique": lambda name: f"statique/{name}",
        "lien": lambda path: f"https://intervenants.exemple.fr{path}",
        "reglages": reglages,
    }


def cadre(menu: list[Any], nom: str | None = None, fil: list[Any] | None = None) -> dict[str, Any]:
    """What the application gives every page."""
    user = SimpleNamespace(nom_affiche=nom, role="INTERVENANT") if nom else None
    return {"ctx": SimpleNamespace(user=user), "menu": menu, "fil": fil or [], "commande": "x", "session_fin": 1800 if nom else None}


def demandes() -> list[list[Any]]:
    """The staff's work list."""
    etat = ENV.get_template("core/templates/macros/pages.html").module.etat  # type: ignore[attr-defined]
    lignes = [("Jeanne Dubois", "29 octobre 2026", "23 j", "erreur", "Plus de 21 jours"), (LONG, "10 novembre 2026", "11 j", "attente", "De 7 à 21 jours"), ("Ali Benkacem", "19 novembre 2026", "2 j", "neutre", "Nouvelle")]
    return [[Markup('<a href="gestion-fiche.html">{}</a>').format(n), "A2C - Assemblées, secrétariat général et protocole", "Délégation Grand Est", d, j, etat(c, e)] for n, d, j, c, e in lignes * 3]


def reponses() -> list[list[Any]]:
    """Rows of the sample table."""
    etat = ENV.get_template("core/templates/macros/pages.html").module.etat  # type: ignore[attr-defined]
    lien = Markup('<a href="#m{0}">Consulter<span class="visually-hidden"> la réponse {0}</span></a>')
    return [["21/11/2026", f"05422071{n}", "Gérer les situations d’agressivité à l’accueil", etat(c, e), "2,5", lien.format(n)] for n, c, e in [(27, "info", "Transmise"), (28, "succes", "Étudiée"), (29, "inactif", "Non retenue")]]


def pages() -> dict[str, tuple[str, dict[str, Any]]]:
    """Name of the page -> (template, values)."""
    candidat = cadre(CANDIDAT, "Jeanne Dubois", [("Accueil", "#"), ("Mon profil", "#p"), ("Identification", None)])
    valide = cadre(VALIDE, LONG, [("Accueil", "#"), ("Mon compte", "#c"), ("Mes informations", None)])
    gestion = cadre(GESTION, "Paul Weber", [("Demandes d’inscription", None)])
    visiteur = cadre(VISITEUR, fil=[("Accueil", "accueil.html"), ("Déposer un CV", None)])
    saisie = {"civilite": "Madame", "nom": "Dubois", "prenom": "Jeanne", "nationalite": "Française", "pays": "France", "code_postal": "57000", "ville": "Metz", "telephone": "06 12 34 56 78", "statut": "fonctionnaire", "regions": ["44"], "departements": ["57"], "etranger": "non"}
    identification = {
        "statuts": [("fonctionnaire", "Fonctionnaire"), ("contractuel", "Agent non titulaire"), ("independant", "Travailleur indépendant"), ("prive", "Salarié du secteur privé"), ("sans", "Sans")],
        "regions": [("44", "Grand Est"), ("27", "Bourgogne-Franche-Comté"), ("53", "Bretagne"), ("93", "Provence-Alpes-Côte d’Azur")],
        "departements": [("57", "Moselle", {"data-visible-si": "regions=44"}), ("54", "Meurthe-et-Moselle", {"data-visible-si": "regions=44"}), ("25", "Doubs", {"data-visible-si": "regions=27"}), ("29", "Finistère", {"data-visible-si": "regions=53"})],
    }
    listes = {"categories": [("1", "Formation"), ("2", "Conseil")], "specialites": [("c", "Culture"), ("m", "Management")], "structures": [("1", "Délégation Grand Est")]}
    colonnes = ["Nom", "Sous-spécialité", "Structure", {"libelle": "Reçue le", "tri": "#r", "sens": "asc"}, {"libelle": "Attente", "nombre": True, "tri": "#a"}, "État"]
    faute = en_faute(Inscription(data={"nom": "Dubois", "email": "jeanne.dubois@exemple"}))
    erreurs = {f"erreur-{s}": ("core/templates/erreur.html", {**visiteur, "fil": [], "statut": s, "reference": "01jd5k3q8v", "delai": 150}) for s in (404, 429, 500)}
    return {
        "accueil": ("accueil.html", {**cadre(VISITEUR), **listes, "form": Connexion(), "recherche": Recherche(), "annonces": ANNONCES}),
        "connexion": ("connexion.html", {**visiteur, "form": Connexion()}),
        "inscription": ("inscription.html", {**visiteur, "form": Inscription(), "image": IMAGE, "son": "data:audio/wav;base64,UklGRg=="}),
        "inscription-erreurs": ("inscription.html", {**visiteur, "form": faute, "image": IMAGE, "son": None}),
        "taches": ("taches.html", {**candidat, "taches": TACHES}),
        "identification": ("identification.html", {**valide, **identification, "form": Identification(data=saisie)}),
        "depot": ("depot.html", {**candidat}),
        "verification": ("verification.html", {**candidat, "blocs": BLOCS}),
        "confirmation": ("confirmation.html", {**candidat, "evenements": EVENEMENTS[:1]}),
        "gestion-liste": ("gestion-liste.html", {**gestion, **listes, "filtre": Recherche(), "colonnes": colonnes, "demandes": demandes()}),
        "gestion-fiche": ("gestion-fiche.html", {**gestion, "form": Decision(data={"decision": "complement"}), "blocs": BLOCS, "evenements": EVENEMENTS, "pages": [PAGE, PAGE]}),
        "composants": ("composants.html", {**valide, "form": Composants(data={"plein": "Non modifiable", "duree": "2,5"}), "reponses": reponses()}),
        "composants-erreurs": ("composants.html", {**valide, "form": en_faute(Composants(data={"radio": "a"}), *Composants()._fields), "reponses": []}),
        "mail": ("mail.html", {}),
        **erreurs,
    }  # fmt: skip


ENV = environnement(ChoiceLoader([FileSystemLoader(MODELES), FileSystemLoader(ROOT / "chalicelib")]))
ENV.globals.update(globales())


def dessiner() -> list[str]:
    """Write the gallery; answers the names of its pages."""
    shutil.rmtree(SORTIE, ignore_errors=True)
    shutil.copytree(ROOT / "chalicelib" / "core" / "static", SORTIE / "statique")
    noms = []
    for nom, (modele, valeurs) in pages().items():
        (SORTIE / f"{nom}.html").write_text(ENV.get_template(modele).render(**valeurs))
        noms.append(nom)
    (SORTIE / "mail.txt").write_text(ENV.get_template("mail.txt").render())
    liens = "".join(f'<li><a href="{nom}.html">{nom}</a></li>' for nom in noms)
    (SORTIE / "index.html").write_text(f'<!doctype html><html lang="fr"><meta charset="utf-8"><title>Galerie</title><ul>{liens}</ul></html>')
    return noms


def verifier(noms: list[str]) -> int:
    """Pictures and checks; answers the number of faults."""
    from playwright.sync_api import sync_playwright

    for faute in contrastes():
        print(faute)
    fautes = len(contrastes())
    with sync_playwright() as p:
        chromium = shutil.which("chromium")
        navigateur = p.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"])
        for nom in noms:
            for vue, reglage in VUES.items():
                fautes += _verifier_vue(navigateur, nom, vue, reglage)
        navigateur.close()
    print(f"{len(noms)} pages, {len(VUES)} vues : {fautes} faute(s)")
    return fautes


# foreground, background, least contrast
COUPLES = [
    *[(texte, fond, 4.5) for texte in ("encre", "encre-2", "marque", "marque-2", "erreur") for fond in ("papier", "papier-2")],
    *[(ton, f"{ton}-fond", 4.5) for ton in ("succes", "attention", "erreur", "info")],
    *[("encre", f"{ton}-fond", 4.5) for ton in ("succes", "attention", "erreur", "info")],
    ("papier", "marque", 4.5), ("papier", "marque-2", 4.5), ("papier", "erreur", 4.5), ("encre-2", "papier-3", 4.5), ("marque", "marque-claire", 4.5),
    ("sur-entete-2", "entete", 4.5), ("mimosa", "entete", 3.0), ("papier", "encre", 4.5),
    *[("trait-fort", fond, 3.0) for fond in ("papier", "papier-2")], ("foyer-1", "foyer-2", 3.0),
]  # fmt: skip


def contrastes() -> list[str]:
    """The pairs of tokens that are too close to each other, in each theme."""
    css = (ROOT / "chalicelib" / "core" / "static" / "guichet.css").read_text()
    clair, sombre = (dict(re.findall(r"--([\w-]+):(#[0-9a-f]{3,6})\b", bloc)) for bloc in re.findall(r":root ?\{(.*?)\}", css, re.S)[:2])
    return [
        f"{theme} : --{a} sur --{b} = {_contraste(jetons[a], jetons[b]):.2f}, {voulu} au moins"
        for theme, jetons in (("clair", clair), ("sombre", {**clair, **sombre}))
        for a, b, voulu in COUPLES
        if _contraste(jetons[a], jetons[b]) < voulu
    ]


def _contraste(a: str, b: str) -> float:
    claire, foncee = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (claire + 0.05) / (foncee + 0.05)


def _luminance(couleur: str) -> float:
    chiffres = couleur[1:] if len(couleur) == 7 else "".join(c * 2 for c in couleur[1:])
    canaux = [int(chiffres[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    rouge, vert, bleu = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in canaux)
    return 0.2126 * rouge + 0.7152 * vert + 0.0722 * bleu


VUES: dict[str, dict[str, Any]] = {
    "1280": {"viewport": {"width": 1280, "height": 900}},
    "320": {"viewport": {"width": 320, "height": 800}},
    "sombre": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "sans-script": {"viewport": {"width": 1280, "height": 900}, "java_script_enabled": False},
    "contraste": {"viewport": {"width": 1280, "height": 900}, "forced_colors": "active"},
}


def _verifier_vue(navigateur: Any, nom: str, vue: str, reglage: dict[str, Any]) -> int:
    contexte = navigateur.new_context(reduced_motion="reduce", **reglage)
    page = contexte.new_page()
    fautes: list[str] = []
    page.on("pageerror", lambda erreur: fautes.append(str(erreur)))
    page.goto((SORTIE / f"{nom}.html").as_uri())
    images = SORTIE / "images"
    page.screenshot(path=images / f"{nom}-{vue}.png", full_page=True)
    if reglage.get("java_script_enabled", True) and vue != "contraste":
        fautes += _axe(page) + _debordement(page)
        if vue == "1280":
            page.add_style_tag(content="html{font-size:200%}")
            fautes += [f"200 % : {f}" for f in _debordement(page)]
            page.emulate_media(media="print")
            page.pdf(path=images / f"{nom}-impression.pdf", format="A4")
    contexte.close()
    for faute in fautes:
        print(f"{nom} {vue} : {faute}")
    return len(fautes)


def _axe(page: Any) -> list[str]:
    page.add_script_tag(path=str(AXE))
    resultat = page.evaluate("tags => axe.run({runOnly: tags})", AXE_TAGS)
    return [f"{v['id']} {v['nodes'][0]['target']} {v['nodes'][0]['failureSummary'][:160]}" for v in resultat["violations"]]


def _debordement(page: Any) -> list[str]:
    largeur, ecran = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    return [f"déborde : {largeur} px sur {ecran}"] if largeur > ecran else []


def main(verifie: bool, sortie: Callable[[int], object] = sys.exit) -> None:
    """Draw, and check when asked."""
    noms = dessiner()
    print(f"{len(noms)} pages : {SORTIE / 'index.html'}")
    if verifie:
        sortie(1 if verifier(noms) else 0)


if __name__ == "__main__":
    main("--verifier" in sys.argv[1:])
