"""The law of accounts: who may enter, what a password is worth, how long a link or a session lives. Pure."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum

ACTIVATION_VALIDE = timedelta(days=7)  # rule B4
SESSION_ABSOLUE = timedelta(hours=12)  # rule T1
INACTIVITE = timedelta(minutes=30)
INACTIVITE_PERSONNEL = timedelta(minutes=15)
CODE_VALIDE = timedelta(minutes=10)
PROVISOIRE_VALIDE = timedelta(days=7)  # rules J2, Z3
PERSONNALISER = "/mon-compte/mot-de-passe"
_SANS_PERSONNALISER = (PERSONNALISER, "/session", "/deconnexion")
ESSAIS_DU_CODE = 5
ID_DE_CONNEXION = 16  # characters of a session's digest, enough to name it among its owner's


class Role(Enum):
    """Rule T6."""

    INTERVENANT = "INTERVENANT"
    GESTIONNAIRE = "GESTIONNAIRE"
    ADMINISTRATEUR = "ADMINISTRATEUR"

    @property
    def est_personnel(self) -> bool:
        """Whether this is somebody of the body that deploys, not of the public."""
        return self is not Role.INTERVENANT


class EtatCompte(Enum):
    """States of an account."""

    A_ACTIVER = "A_ACTIVER"
    ACTIF = "ACTIF"
    ARCHIVE = "ARCHIVE"


class Civilite(Enum):
    """As the manual's list."""

    MONSIEUR = "Monsieur"
    MADAME = "Madame"


@dataclass(frozen=True)
class Identite:
    """Who somebody is, as rule B3 compares it."""

    civilite: Civilite
    nom: str
    prenom: str
    naissance: date
    nom_usage: str = ""

    @property
    def nom_affiche(self) -> str:
        """« Jean Dubois »."""
        return f"{self.prenom} {self.nom_usage or self.nom}"

    @property
    def cle(self) -> str:
        """Rule B3: the same for two spellings of one identity (case, accents, hyphens, double spaces)."""
        return "|".join(
            [self.civilite.name, sans_accents(self.nom), sans_accents(self.prenom), self.naissance.isoformat()]
        )


@dataclass(frozen=True)
class Compte:
    """An account, as access is decided from it. `valide`: rule E5.

    `generation`: how many times its password or its address changed; what was given before (sessions, links, codes)
    bears an older one and is worth nothing any more (rule T1). `provisoire_jusqu_a`: the last instant at which a
    password that somebody else chose lets in; "" once its holder has chosen theirs (rules J2, Z3).
    """

    id: str
    role: Role
    etat: EtatCompte
    email: str
    identite: Identite
    valide: bool = False
    generation: int = 0
    structures: tuple[str, ...] = ()
    session: str = ""
    session_ouverte_le: datetime | None = None
    secondes_de_session: int | None = None
    cree_le: str = ""
    lien_actif: str = ""
    documents: dict[str, str] = field(default_factory=dict)
    provisoire_jusqu_a: str = ""

    @property
    def nom_affiche(self) -> str:
        """The name on every page (rule G0)."""
        return self.identite.nom_affiche

    @property
    def a_personnaliser(self) -> bool:
        """Whether its password is still the one that it was given."""
        return bool(self.provisoire_jusqu_a)


def compte_fictif(email: str) -> Compte:
    """Nobody's account: what is done for a known address is done for it too, so that time tells nothing (rule T4)."""
    personne = Identite(Civilite.MADAME, "Personne", "Aucune", date(1900, 1, 1))
    return Compte("", Role.INTERVENANT, EtatCompte.A_ACTIVER, email, personne, cree_le="1970-01-01T00:00:00Z")


def provisoire_echu(compte: Compte, instant: str) -> bool:
    """Rule J2: whether the password that somebody was given lets in no more; at its last instant it still does."""
    return compte.a_personnaliser and compte.provisoire_jusqu_a < instant


def d_abord(compte: Compte, acces: "Access", route: str) -> str:
    """Rules J2, Z3: where this person must go before what they ask, "" when nowhere: who was given a password chooses
    theirs. What is public stays open to them, but the home page, where one starts."""
    libre = route in _SANS_PERSONNALISER or (acces.public and route != "/")
    return PERSONNALISER if compte.a_personnaliser and not libre else ""


def fin_d_activation(compte: Compte) -> datetime:
    """Rule B4: from this instant on, an account that nobody activated is deleted; another link does not move it."""
    return datetime.fromisoformat(compte.cree_le) + ACTIVATION_VALIDE


@dataclass(frozen=True)
class Connexion:
    """A session, as its owner sees it (rule T1). `id`: enough of its digest to name it among theirs."""

    id: str
    ouverte_le: str
    appareil: str
    source: str
    actuelle: bool


# In this order: Edge and Opera also say that they are Chrome, and Chrome that it is Safari.
_NAVIGATEURS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS", "Firefox"),
                ("CriOS", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))  # fmt: skip
_SYSTEMES = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
             ("Mac OS X", "Mac"), ("Linux", "Linux"))  # fmt: skip


def appareil_lisible(agent: str) -> str:
    """« Firefox, Windows » from what a browser says of itself."""
    navigateur = next((nom for signe, nom in _NAVIGATEURS if signe in agent), "Navigateur inconnu")
    systeme = next((nom for signe, nom in _SYSTEMES if signe in agent), "appareil inconnu")
    return f"{navigateur}, {systeme}"


class Access(Enum):
    """Who may ask a route (rule T6). The objects of the route are checked besides, by its use case."""

    PUBLIC = "PUBLIC"
    CONNECTE = "CONNECTE"
    INTERVENANT = "INTERVENANT"
    INTERVENANT_VALIDE = "INTERVENANT_VALIDE"
    GESTIONNAIRE = "GESTIONNAIRE"
    ADMINISTRATEUR = "ADMINISTRATEUR"

    @property
    def public(self) -> bool:
        """Whether a visitor may ask it."""
        return self is Access.PUBLIC

    def allows(self, user: Compte) -> bool:
        """Whether this account may ask the route."""
        return {
            Access.PUBLIC: True,
            Access.CONNECTE: True,
            Access.INTERVENANT: user.role is Role.INTERVENANT,
            Access.INTERVENANT_VALIDE: user.role is Role.INTERVENANT and user.valide,
            Access.GESTIONNAIRE: user.role is Role.GESTIONNAIRE,
            Access.ADMINISTRATEUR: user.role is Role.ADMINISTRATEUR,
        }[self]


_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})


def sans_accents(texte: str) -> str:
    """Lower case, no accent or ligature, hyphens and apostrophes as spaces, spaces folded (rule B3)."""
    plat = unicodedata.normalize("NFKD", texte.casefold().translate(_LIGATURES))
    lettres = "".join(c for c in plat if not unicodedata.combining(c))
    return " ".join(re.sub(r"[\W_]+", " ", lettres).split())


def cle_email(email: str) -> str:
    """Two spellings of one address give one key."""
    return unicodedata.normalize("NFKC", email.strip()).casefold()


@dataclass(frozen=True)
class Politique:
    """Rule Z1: the manual's rule is the default; a body may raise the maximum to 128 and drop the classes."""

    minimum: int = 8
    maximum: int = 24
    classes: bool = True


class Faute(Enum):
    """What is wrong with a password; the sentence says how to mend it."""

    COURT = "Ajoutez des caractères : il en faut au moins {minimum}."
    LONG = "Raccourcissez votre mot de passe : {maximum} caractères au plus."
    MINUSCULE = "Ajoutez au moins une lettre minuscule."
    MAJUSCULE = "Ajoutez au moins une lettre majuscule."
    CHIFFRE = "Ajoutez au moins un chiffre."
    SPECIAL = "Ajoutez au moins un caractère spécial, par exemple ! ? * - ou _."
    COURANT = (
        "Choisissez un mot de passe plus personnel : celui-ci est dans les listes que les pirates essaient d’abord."
    )
    CONTEXTUEL = (
        "Choisissez un mot de passe sans votre nom, votre date de naissance, votre adresse, ni le nom de ce site ou "
        "d’une structure."
    )

    def phrase(self, politique: Politique) -> str:
        """The sentence with the limits of this space."""
        return self.value.format(minimum=politique.minimum, maximum=politique.maximum)


_CONTEXTE = ("intervenant", "cnfpt", "guichet", "formateur", "motdepasse", "password", "azerty", "qwerty")


def fautes_de_forme(mot_de_passe: str, politique: Politique) -> tuple[Faute, ...]:
    """Rule B2: 8 to 24 characters, a lower-case and an upper-case letter, a digit, a special character."""
    tests = [
        (len(mot_de_passe) < politique.minimum, Faute.COURT),
        (len(mot_de_passe) > politique.maximum, Faute.LONG),
    ]
    if politique.classes:
        tests += [
            (not any(c.islower() for c in mot_de_passe), Faute.MINUSCULE),
            (not any(c.isupper() for c in mot_de_passe), Faute.MAJUSCULE),
            (not any(c.isdecimal() for c in mot_de_passe), Faute.CHIFFRE),
            (not any(not c.isalnum() for c in mot_de_passe), Faute.SPECIAL),
        ]
    return tuple(faute for manque, faute in tests if manque)


def faute_de_fond(
    mot_de_passe: str, personnels: tuple[str, ...], courants: frozenset[str], naissance: date | None = None
) -> Faute | None:
    """Rule T2: common and contextual words are refused. `courants`: words in lower case, letters only or whole."""
    chiffres = re.sub(r"[^0-9]", "", mot_de_passe)
    if naissance and any(f"{naissance:{forme}}" in chiffres for forme in ("%d%m%Y", "%Y%m%d", "%d%m%y")):
        return Faute.CONTEXTUEL
    bas = mot_de_passe.casefold()
    lettres = re.sub(r"[^a-z]", "", sans_accents(mot_de_passe))
    if bas in courants or (lettres in courants and len(lettres) >= len(bas) - 4):
        return Faute.COURANT
    siens = [sans_accents(mot) for texte in personnels for mot in re.split(r"[\s@.\-_+]+", texte)]
    interdits = [mot.replace(" ", "") for mot in siens if len(mot) >= 4] + list(_CONTEXTE)
    reste = lettres
    for mot in interdits:
        reste = reste.replace(mot, "")
    return Faute.CONTEXTUEL if len(lettres) > len(reste) and len(reste) < 4 else None


def inactivite(role: Role) -> timedelta:
    """Rule T1: staff are logged out sooner."""
    return INACTIVITE_PERSONNEL if role.est_personnel else INACTIVITE


def fin_de_session(role: Role, ouverte_le: datetime, vue_le: datetime) -> datetime:
    """Rule T1: the instant at which a session ends if nothing more happens; at that instant it still lives."""
    return min(vue_le + inactivite(role), ouverte_le + SESSION_ABSOLUE)


class Refus(Enum):
    """Why somebody may not enter."""

    IDENTIFIANTS = "L’identifiant ou le mot de passe ne correspond pas. Vérifiez la saisie, puis réessayez."
    CODE = "Ce code ne correspond pas. Attendez le prochain code de votre application, puis réessayez."
    CODE_EPUISE = "Trop d’essais : recommencez la connexion."
    PROVISOIRE_ECHU = (
        "Votre mot de passe provisoire n’est plus valable : choisissez-en un autre par « Mot de passe oublié ? »."
    )


class EtatDuLien(Enum):
    """Rule T3: what has become of a link sent by e-mail."""

    VALABLE = "VALABLE"
    EXPIRE = "EXPIRE"
    UTILISE = "UTILISE"
    REMPLACE = "REMPLACE"
    INCONNU = "INCONNU"


@dataclass(frozen=True)
class Jeton:
    """A link sent by e-mail, by the hash of its token. `etat`: at the instant of the request."""

    empreinte: str
    compte: str
    generation: int
    etat: EtatDuLien


def etat_du_lien(etat: str, expire_le: str, instant: str) -> EtatDuLien:
    """Rules B4, T3: the state of a link at `instant`; it still serves at the very instant of its end."""
    connu = EtatDuLien(etat)
    return EtatDuLien.EXPIRE if connu is EtatDuLien.VALABLE and expire_le < instant else connu
