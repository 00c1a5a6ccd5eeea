"""What the gallery shows: forms, a menu for each kind of person, and the values of its pages. Nobody in it exists."""

from types import SimpleNamespace
from typing import Any

from markupsafe import Markup
from wtforms import BooleanField, Form, PasswordField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired as Exige

CIVILITES = [("Monsieur", "Monsieur"), ("Madame", "Madame")]
OUI_NON = [("oui", "Oui"), ("non", "Non")]


class Connexion(Form):
    """The login card."""

    identifiant = StringField("Identifiant", [Exige("Saisissez votre identifiant.")])
    mot_de_passe = PasswordField("Mot de passe", [Exige("Saisissez votre mot de passe.")])


class Inscription(Form):
    """Rule B1."""

    civilite = RadioField("Civilité", [Exige("Choisissez une civilité.")], choices=CIVILITES)
    nom = StringField("Nom de famille (naissance)", [Exige("Saisissez votre nom de famille.")])
    identique = BooleanField("Identique au nom de famille")
    nom_usage = StringField("Nom d’usage", [Exige("Saisissez votre nom d’usage.")])
    prenom = StringField("Prénom", [Exige("Saisissez votre prénom.")])
    naissance = StringField("Date de naissance", [Exige("Saisissez votre date de naissance, par exemple 25/03/1980.")])
    email = StringField("Adresse e-mail (identifiant)", [Exige("Complétez l’adresse, par exemple nom@exemple.fr.")])
    email2 = StringField("Confirmer l’adresse e-mail (identifiant)", [Exige("Saisissez de nouveau l’adresse.")])
    mot_de_passe = PasswordField("Mot de passe", [Exige("Choisissez un mot de passe.")])
    mot_de_passe2 = PasswordField("Confirmer le mot de passe", [Exige("Saisissez de nouveau le mot de passe.")])
    code = StringField("Recopier le texte de l’image", [Exige("Recopiez les chiffres de l’image, ou écoutez-les.")])


class Identification(Form):
    """Rules C1, C2, C5."""

    civilite = RadioField("Civilité", [Exige("Choisissez une civilité.")], choices=CIVILITES)
    nom = StringField("Nom de famille (naissance)", [Exige("Saisissez votre nom.")])
    prenom = StringField("Prénom", [Exige("Saisissez votre prénom.")])
    nationalite = StringField("Nationalité", [Exige("Choisissez votre nationalité.")])
    pays = StringField("Pays de résidence", [Exige("Choisissez votre pays.")])
    code_postal = StringField("Code postal", [Exige("Saisissez votre code postal.")])
    ville = StringField("Localité - ville", [Exige("Saisissez votre ville.")])
    telephone = StringField("Téléphone personnel", [Exige("Saisissez un numéro, par exemple 06 12 34 56 78.")])
    statut = StringField("Statut professionnel", [Exige("Choisissez votre statut.")])
    grade = StringField("Grade ou qualité")
    quotite = StringField("Quotité hebdomadaire")
    regions = SelectMultipleField("Région(s)", [Exige("Cochez au moins une région.")], choices=[])
    departements = SelectMultipleField("Département(s)", choices=[])
    etranger = RadioField("Je suis disponible pour effectuer des formations à l’étranger", choices=OUI_NON)
    motivation = TextAreaField("Votre motivation pour devenir intervenant", [Exige("Dites ce qui vous motive.")])


class Recherche(Form):
    """Quick search, filters of the staff."""

    categorie = StringField("Catégorie d’intervention")
    specialite = StringField("Spécialité de formation")
    nom = StringField("Nom ou adresse e-mail")
    structure = StringField("Structure")
    anciennete = SelectMultipleField("En attente depuis", choices=[])


DECISIONS = [("valide", "Valider"), ("complement", "Demander un complément"), ("rejet", "Rejeter")]


class Decision(Form):
    """Rule E2."""

    decision = RadioField("Que décidez-vous\u00a0?", choices=DECISIONS)
    motif = TextAreaField("Texte envoyé à l’intervenante")


class Composants(Form):
    """One field of each kind."""

    simple = StringField("Champ facultatif")
    requis = StringField("Champ obligatoire", [Exige("Remplissez ce champ\u00a0: deux caractères au moins.")])
    plein = StringField("Champ en lecture seule")
    duree = StringField("Durée")
    jour = StringField("Date de fin", [Exige("Cette date n’existe pas\u00a0: février a 28 jours en 2027.")])
    passe = PasswordField("Mot de passe")
    recit = TextAreaField("Commentaire")
    choix = StringField("Structure de rattachement", [Exige("Choisissez une structure.")])
    radio = RadioField("Statut professionnel", [Exige("Choisissez votre statut.")], choices=[])
    publics = SelectMultipleField("Publics", [Exige("Cochez au moins un public.")], choices=[])
    accord = BooleanField("Je souhaite recevoir des alertes", [Exige("Cochez cette case pour continuer.")])


def en_faute(form: Form, tous: bool = False) -> Form:
    """The form with the errors of its required fields, or of all its fields."""
    for field in form:
        if tous or field.flags.required:
            field.errors = [v.message for v in field.validators] or ["Vérifiez ce champ."]
    return form


# Menus


def entree(libelle: str, actif: bool = False, badge: int = 0, sous_menu: list[Any] | None = None) -> SimpleNamespace:
    """An entry of the menu."""
    return SimpleNamespace(
        libelle=libelle, href=f"#{len(libelle)}", actif=actif, badge=badge, sous_menu=sous_menu or []
    )


def cadre(menu: list[Any], nom: str | None = None, fil: list[Any] | None = None) -> dict[str, Any]:
    """What the application gives every page."""
    user = SimpleNamespace(nom_affiche=nom, role="INTERVENANT") if nom else None
    ctx = SimpleNamespace(user=user)
    return {"ctx": ctx, "menu": menu, "fil": fil or [], "commande": "x", "session_fin": 1800 if nom else None}


_VISITEUR = ["Accueil", "Recherche avancée d’annonces", "Remplir un CV en ligne", "Informations complémentaires"]
_CANDIDAT = ["Mon profil", "Changer mon mot de passe", "Récupérer mes données", "Me désinscrire"]
_COMPTE = [
    *("Mes informations", "Mes données et documents", "Mon parcours", "Mes interventions"),
    *("Changer mon mot de passe", "Récupérer mes données", "Me désinscrire"),
]
_GESTION = ["Demandes d’inscription", "CVthèque", "Dossiers", "Annonces", "Support", "Messagerie", "Statistiques"]
VISITEUR = [entree(libelle, libelle == "Accueil") for libelle in _VISITEUR]
CANDIDAT = [
    entree("Mon compte", True, 0, [entree(libelle, libelle == "Mon profil") for libelle in _CANDIDAT]),
    entree("Aide et Contact"),
]
VALIDE = [
    entree("Accueil"),
    entree("Tableau de bord"),
    entree("Mon compte", True, 2, [entree(x, x == "Mes informations", 2 if "données et" in x else 0) for x in _COMPTE]),
    entree("Mes réponses aux annonces"),
    entree("Recherche avancée d’annonces"),
    entree("Messagerie", badge=3),
    entree("Informations complémentaires"),
]
GESTION = [entree(x, x == _GESTION[0], {"Demandes d’inscription": 12, "Support": 5}.get(x, 0)) for x in _GESTION]

# Values

LONG = "Marie-Bérénice de La Rochefoucauld-Montmorency-Châteaubriand"
CAPTCHA = (
    "data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'%20viewBox='0%200%20200%2070'%3E"
    "%3Ctext%20x='22'%20y='48'%20font-size='36'%20letter-spacing='8'%3E407192%3C/text%3E%3C/svg%3E"
)
PAGE = (
    "data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'%20viewBox='0%200%20595%20842'%3E"
    "%3Cpath%20stroke='%23555'%20stroke-width='26'%20d='M60%2083h260'/%3E"
    "%3Cpath%20stroke='%23bbb'%20stroke-width='10'%20d='M60%20145h475M60%20169h440M60%20193h460'/%3E%3C/svg%3E"
)
SON = "data:audio/wav;base64,UklGRg=="

BLOCS = [
    (
        "Le formateur",
        "identification.html",
        [
            ("Civilité", "Madame", "#c"),
            ("Nom de famille (naissance)", "Dubois", "#n"),
            ("Nom d’usage", LONG, "#u"),
            ("Date de naissance", "25 mars 1980", "#d"),
            ("Adresse", "12 rue des Lilas\n57000 Metz", "#a"),
            ("Téléphone professionnel", None, "#t"),
        ],
    ),
    (
        "Le statut",
        "identification.html",
        [
            ("Statut professionnel", "Fonctionnaire", "#s"),
            ("Fonction publique", "Territoriale", "#f"),
            ("Grade ou qualité", "", "#g"),
        ],
    ),
    (
        "Zone d’intervention",
        "identification.html",
        [
            ("Région(s)", ["Grand Est", "Bourgogne-Franche-Comté"], "#r"),
            ("Département(s)", ["Moselle", "Meurthe-et-Moselle", "Doubs"], "#dp"),
        ],
    ),
]
COMPLEMENT = "Précisez vos expériences d’animation auprès d’agents de catégorie A."
TRANSMISE = {"titre": "Demande transmise", "auteur": "Jeanne Dubois", "code": "info"}
EVENEMENTS = [
    {"quand": "21 novembre 2026 à 14\u00a0h\u00a032", **TRANSMISE},
    {
        "quand": "2 novembre 2026 à 9\u00a0h\u00a005",
        "titre": "Complément demandé",
        "auteur": "Paul Weber",
        "code": "attention",
        "detail": COMPLEMENT,
    },
    {"quand": "12 octobre 2026 à 18\u00a0h\u00a040", "titre": "Compte activé", "code": "succes"},
]


def _tache(libelle: str, code: str, etat: str, aide: str | None = None) -> dict[str, Any]:
    return {"libelle": libelle, "href": None if code == "impossible" else "#t", "etat": (code, etat), "aide": aide}


TACHES = [
    _tache("Le formateur", "termine", "Terminé"),
    _tache("Le statut et l’employeur", "incomplet", "Incomplet", "Il manque le SIRET de l’employeur."),
    _tache("Zone d’intervention et structure de rattachement", "termine", "Terminé"),
    _tache("Sous-spécialités et souhaits", "probleme", "Il y a un problème", "Une sous-spécialité n’existe plus."),
    _tache("Expériences et formations", "a_faire", "À remplir"),
    _tache("Vérifier et transmettre", "impossible", "Pas encore possible", "Quand tout le reste sera terminé."),
]


def _annonce(numero: str, *cellules: str) -> list[Any]:
    return [Markup('<a href="#{0}">{0}</a>').format(numero), *cellules]


ANNONCES = [
    _annonce("0542207127", "La dématérialisation dans la relation avec les usagers", "Culture", "Grand Est"),
    _annonce("0352611014", "Préparation à l’oral du concours d’attaché territorial", "Management", "Bretagne"),
    _annonce("0872611009", "Gérer les situations d’agressivité", "Accueil", "Nouvelle-Aquitaine, Occitanie"),
    _annonce("0672610233", "Droit de l’urbanisme\u00a0: actualité et pratique", "Aménagement", "Grand Est"),
]
SAISIE = {
    "civilite": "Madame",
    "nom": "Dubois",
    "prenom": "Jeanne",
    "nationalite": "Française",
    "pays": "France",
    "code_postal": "57000",
    "ville": "Metz",
    "telephone": "06 12 34 56 78",
    "statut": "fonctionnaire",
    "regions": ["44"],
    "departements": ["57"],
    "etranger": "non",
}
LISTES: dict[str, Any] = {
    "categories": [("1", "Formation"), ("2", "Conseil")],
    "specialites": [("c", "Culture"), ("m", "Management")],
    "structures": [("1", "Délégation Grand Est")],
    "statuts": [("fonctionnaire", "Fonctionnaire"), ("contractuel", "Agent non titulaire"), ("sans", "Sans")],
    "regions": [("44", "Grand Est"), ("27", "Bourgogne-Franche-Comté"), ("53", "Bretagne"), ("93", "Provence")],
    "departements": [
        (code, nom, {"data-visible-si": f"regions={region}"})
        for code, nom, region in [
            ("57", "Moselle", "44"),
            ("54", "Meurthe-et-Moselle", "44"),
            ("25", "Doubs", "27"),
            ("29", "Finistère", "53"),
        ]
    ],
}
COLONNES = [
    "Nom",
    "Sous-spécialité",
    "Structure",
    {"libelle": "Reçue le", "tri": "#r", "sens": "asc"},
    {"libelle": "Attente", "nombre": True, "tri": "#a"},
    "État",
]
DEMANDES = [
    ("Jeanne Dubois", "29 octobre 2026", "23 j", "erreur", "Plus de 21 jours"),
    (LONG, "10 novembre 2026", "11 j", "attente", "De 7 à 21 jours"),
    ("Ali Benkacem", "19 novembre 2026", "2 j", "neutre", "Nouvelle"),
] * 3
REPONSES = [("27", "info", "Transmise"), ("28", "succes", "Étudiée"), ("29", "inactif", "Non retenue")]
