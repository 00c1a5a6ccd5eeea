"""The menu (rules A1, G0, G1): what each person sees; a part that is not built yet is not shown. Pure."""

from dataclasses import dataclass, field, replace

from chalicelib.commun.comptes.rules import Compte, Role


@dataclass(frozen=True)
class Entree:
    """An entry of the menu."""

    libelle: str
    href: str
    actif: bool = False
    badge: int = 0
    sous_menu: list["Entree"] = field(default_factory=list)


_VISITEUR = (("Accueil", "/"), ("Remplir un CV en ligne", "/deposer-un-cv"))
_MOT_DE_PASSE = ("Changer mon mot de passe", "/mon-compte/mot-de-passe")
_EN_INSCRIPTION = (("Mon profil", "/mon-profil"), _MOT_DE_PASSE, ("Aide et Contact", "/aide-et-contact"))
_GESTIONNAIRE = (
    ("Demandes d’inscription", "/gestion/inscriptions"),
    ("Délais de traitement", "/gestion/statistiques"),
    _MOT_DE_PASSE,
)
_ADMINISTRATEUR = (("Envois en échec", "/administration/envois"), _MOT_DE_PASSE)
_MON_COMPTE = (
    ("Mes informations", "/mon-profil/identification"),
    ("Mon parcours", "/mon-profil/parcours"),
    _MOT_DE_PASSE,
)


def menu(user: Compte | None, chemin: str) -> list[Entree]:
    """The menu of a page. `chemin`: its path."""
    if user is None:
        return _entrees(_VISITEUR, chemin)
    if user.a_personnaliser:
        return _entrees((_MOT_DE_PASSE,), chemin)
    if user.role is Role.GESTIONNAIRE:
        return _entrees(_GESTIONNAIRE, chemin)
    if user.role is Role.ADMINISTRATEUR:
        return _entrees(_ADMINISTRATEUR, chemin)
    if not user.valide:
        return _entrees(_EN_INSCRIPTION, chemin)
    sous = _entrees(_MON_COMPTE, chemin)
    accueil, compte = _entrees((("Accueil", "/"), ("Mon compte", "/mon-profil")), chemin)
    return [accueil, replace(compte, sous_menu=sous, actif=compte.actif or any(entree.actif for entree in sous))]


def _entrees(paires: tuple[tuple[str, str], ...], chemin: str) -> list[Entree]:
    return [
        Entree(libelle, href, chemin == href or (href != "/" and chemin.startswith(href + "/")))
        for libelle, href in paires
    ]
