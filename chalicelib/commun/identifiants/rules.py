"""The law of identifiers: how one changes the password or the address that one logs in with. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from chalicelib.commun.comptes.rules import Compte, EtatCompte, EtatDuLien, Jeton, cle_email

REINITIALISATION_VALIDE = timedelta(hours=1)  # rule J5: « for a limited time »
ADRESSE_VALIDE = timedelta(hours=24)  # rule J3: long enough to reach another mailbox, short for a wrong one


class But(Enum):
    """What a link by e-mail is for."""

    MOT_DE_PASSE = "MOT_DE_PASSE"
    ADRESSE = "ADRESSE"


VALIDITE = {But.MOT_DE_PASSE: REINITIALISATION_VALIDE, But.ADRESSE: ADRESSE_VALIDE}


class Refus(Enum):
    """Why an identifier is not changed."""

    ACTUEL = "Ce n’est pas votre mot de passe actuel. Vérifiez la saisie, puis réessayez."
    PROVISOIRE = "Choisissez un mot de passe différent de celui que vous avez reçu."
    ADRESSE_ACTUELLE = "C’est déjà l’adresse de votre compte : saisissez-en une autre."


@dataclass(frozen=True)
class Lien:
    """The newest link of an account for one use. `adresse`: the one that it confirms (rule J3)."""

    empreinte: str
    generation: int
    expire_le: str
    adresse: str = ""

    def vit(self, compte: Compte, instant: str) -> bool:
        """Whether it may still be followed: neither its end nor another change of the account has come."""
        return self.generation == compte.generation and self.expire_le >= instant


@dataclass(frozen=True)
class LienSuivi:
    """What a link that somebody follows is worth. `compte` and `dernier`: of a link that may be followed."""

    etat: EtatDuLien
    jeton: Jeton | None = None
    compte: Compte | None = None
    dernier: Lien | None = None


def suivre(jeton: Jeton | None, compte: Compte | None, dernier: Lien | None) -> LienSuivi:
    """Rule T3: a link is dead once a newer one left, the request was cancelled, or the account changed since."""
    if jeton is None or compte is None:
        return LienSuivi(EtatDuLien.INCONNU)
    if jeton.etat is not EtatDuLien.VALABLE:
        return LienSuivi(jeton.etat)
    perime = jeton.generation != compte.generation or compte.etat is not EtatCompte.ACTIF
    if perime or dernier is None or dernier.empreinte != jeton.empreinte:
        return LienSuivi(EtatDuLien.REMPLACE)
    return LienSuivi(EtatDuLien.VALABLE, jeton, compte, dernier)


def refus_de_l_adresse(compte: Compte, email: str) -> Refus | None:
    """Rule J3: why an address cannot become the account's. « Somebody else has it » is the table's to keep, and is
    never told to who asks (rule Z2)."""
    return Refus.ADRESSE_ACTUELLE if cle_email(email) == cle_email(compte.email) else None
