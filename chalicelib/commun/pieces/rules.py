"""The law of files: what may be handed in, the states it goes through, what becomes of it. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from chalicelib.core.contenu import Format

MO = 1024 * 1024
ORPHELIN = timedelta(hours=24)  # rule U4
RELANCE = timedelta(minutes=10)  # a file received and not yet judged is looked at again


@dataclass(frozen=True)
class Usage:
    """What a file is for: formats and size (rule U2). `taille_max` in bytes."""

    code: str
    libelle: str
    formats: frozenset[Format]
    taille_max: int


_TEXTES = frozenset({Format.PDF, Format.DOC, Format.TXT, Format.RTF, Format.HTML, Format.ODT, Format.DOCX})
CV = Usage("cv", "Curriculum vitae", _TEXTES, 2 * MO)  # rule D10
DIPLOME = Usage("diplome", "Diplôme", _TEXTES, 2 * MO)  # rule D7
USAGES = {usage.code: usage for usage in (CV, DIPLOME)}


class EtatPiece(Enum):
    """States of a file. Only a file DISPONIBLE is shown to anybody but its owner (rule U1)."""

    ATTENDU = "ATTENDU"
    RECU = "RECU"
    DISPONIBLE = "DISPONIBLE"
    REFUSE = "REFUSE"
    REMPLACE = "REMPLACE"
    ABANDONNE = "ABANDONNE"


class Scan(Enum):
    """The scanner's verdicts, by the values of its tag."""

    SAIN = "NO_THREATS_FOUND"
    INFECTE = "THREATS_FOUND"
    ILLISIBLE = "UNSUPPORTED"
    REFUSE = "ACCESS_DENIED"
    ECHEC = "FAILED"


INFECTE = (
    "Votre fichier contient un virus : il a été supprimé. Analysez votre ordinateur, puis déposez un autre fichier."
)
ILLISIBLE = "Ce fichier n’a pas pu être analysé. Enregistrez-le sans mot de passe, puis déposez-le de nouveau."
REFUS_DU_SCAN = {Scan.INFECTE: INFECTE, Scan.ILLISIBLE: ILLISIBLE}


@dataclass(frozen=True)
class Piece:
    """A file, as pages show it. `pages`: how many page images it has; None while they are being drawn.

    `rattachement`: id of what it belongs to among its owner's things, "" for the owner: one file is in force for each.
    """

    id: str
    proprietaire: str
    usage: Usage
    etat: EtatPiece
    nom: str = ""
    format: Format | None = None
    taille: int = 0
    refus: str = ""
    pages: int | None = None
    cree_le: str = ""
    depose_le: str = ""
    rattachement: str = ""

    @property
    def en_cours(self) -> bool:
        """Whether it is being checked: the owner waits."""
        return self.etat is EtatPiece.RECU

    @property
    def cle(self) -> str:
        """Its key in the bucket, once available."""
        return f"disponible/{self.proprietaire}/{self.id}"

    @property
    def cle_en_quarantaine(self) -> str:
        """Its key while it is checked."""
        return f"quarantaine/{self.proprietaire}/{self.id}"

    def cle_de_page(self, numero: int) -> str:
        """The key of a page image, from 1."""
        return f"pages/{self.proprietaire}/{self.id}/{numero}"


def en_force(toutes: list[Piece], usage: Usage, rattachement: str = "") -> tuple[Piece | None, Piece | None]:
    """The file in force of a use, and the newer one being checked or just refused. `toutes`: oldest first."""
    siennes = [p for p in toutes if p.usage == usage and p.rattachement == rattachement]
    disponible = next((p for p in reversed(siennes) if p.etat is EtatPiece.DISPONIBLE), None)
    vues = (EtatPiece.DISPONIBLE, EtatPiece.RECU, EtatPiece.REFUSE)
    derniere = next((p for p in reversed(siennes) if p.etat in vues), None)
    return disponible, derniere if derniere is not disponible else None


def de_la_cle(cle: str) -> tuple[str, str] | None:
    """Owner and id of the file that a key of the quarantine names; None for a key that is not ours."""
    parts = cle.split("/")
    if len(parts) != 3 or parts[0] != "quarantaine" or not all(p.isascii() and p.isalnum() for p in parts[1:]):
        return None
    return parts[1], parts[2]
