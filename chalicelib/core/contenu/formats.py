"""The file formats that uses may accept, and why a file is refused, in words for the person (rules U1, U2)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

PIXELS_MAX = 40_000_000  # of one image; an A3 sheet at 300 dpi is 17 million
PAGES_MAX = 200  # of one PDF
MO = 1024 * 1024


@dataclass(frozen=True)
class _Fiche:
    libelle: str
    mime: str
    extensions: tuple[str, ...]


_OOXML = "application/vnd.openxmlformats-officedocument."


class Format(Enum):
    """A format: its label, mime type and extensions (lower case, the first one is the usual one). Kept by name."""

    PDF = _Fiche("PDF", "application/pdf", ("pdf",))
    DOC = _Fiche("DOC", "application/msword", ("doc",))
    TXT = _Fiche("TXT", "text/plain", ("txt",))
    RTF = _Fiche("RTF", "application/rtf", ("rtf",))
    HTML = _Fiche("HTML", "text/html", ("html", "htm"))
    ODT = _Fiche("ODT", "application/vnd.oasis.opendocument.text", ("odt",))
    DOCX = _Fiche("DOCX", _OOXML + "wordprocessingml.document", ("docx",))
    JPG = _Fiche("JPG", "image/jpeg", ("jpg", "jpeg"))
    PNG = _Fiche("PNG", "image/png", ("png",))
    XLS = _Fiche("XLS", "application/vnd.ms-excel", ("xls",))
    XLSX = _Fiche("XLSX", _OOXML + "spreadsheetml.sheet", ("xlsx",))

    @property
    def libelle(self) -> str:
        return self.value.libelle

    @property
    def mime(self) -> str:
        return self.value.mime

    @property
    def mime_servi(self) -> str:
        """The type to serve the original with: HTML is opaque bytes (rule Z5)."""
        return "application/octet-stream" if self is Format.HTML else self.mime

    @property
    def extensions(self) -> tuple[str, ...]:
        return self.value.extensions


class RefusFichier(Enum):
    """Why a file is refused, and how to mend it. `message` fills in {taille} and {formats}."""

    VIDE = "Le fichier est vide. Vérifiez qu’il s’ouvre sur votre appareil, puis choisissez-le de nouveau."
    TROP_GROS = (
        "Le fichier dépasse {taille}. Réduisez-le, par exemple en le numérisant avec une résolution plus faible, "
        "puis choisissez-le de nouveau."
    )
    MAUVAIS_FORMAT = (
        "Ce type de fichier n’est pas accepté. Enregistrez votre document au format {formats}, "
        "puis choisissez cette copie."
    )
    RENOMME = (
        "Le contenu du fichier ne correspond pas à l’extension de son nom : il a été renommé, ou il est abîmé. "
        "Ouvrez-le avec le logiciel qui l’a créé, enregistrez-le au format {formats}, puis choisissez cette copie."
    )
    MACROS = (
        "Le fichier contient des macros, qui ne sont pas acceptées. Enregistrez-le sans macros au format {formats}, "
        "puis choisissez cette copie."
    )
    PROTEGE = (
        "Le fichier est protégé par un mot de passe. Enregistrez-le sans mot de passe, puis choisissez cette copie."
    )
    ABIME = (
        "Le fichier est abîmé ou incomplet. Ouvrez-le pour vérifier qu’il est lisible, enregistrez-le de nouveau, "
        "puis choisissez cette copie."
    )
    ARCHIVE_SUSPECTE = (
        "Le fichier est construit d’une façon inhabituelle, qui empêche de le vérifier. Ouvrez-le, enregistrez-le de "
        "nouveau au format {formats}, puis choisissez cette copie."
    )
    TROP_LOURD = (
        "Une fois ouvert, le contenu du fichier est trop volumineux pour être vérifié. Retirez-en ce qui n’est pas "
        "utile ou réduisez ses images, enregistrez-le, puis choisissez cette copie."
    )
    IMAGE_TROP_GRANDE = (
        f"Une image dépasse {PIXELS_MAX // 1_000_000} millions de pixels. Réduisez ses dimensions ou numérisez-la avec "
        "une résolution plus faible, puis choisissez cette copie."
    )
    TROP_DE_PAGES = (
        f"Le document dépasse {PAGES_MAX} pages. Gardez les pages utiles, enregistrez-les, puis choisissez cette copie."
    )
    CONTENU_ACTIF = (
        "Le fichier contient des éléments actifs (scripts, programmes, formulaires animés ou fichiers joints), qui ne "
        "sont pas acceptés. Enregistrez-en une copie simple, par exemple par « Imprimer » puis « Enregistrer au format "
        "PDF », et choisissez cette copie."
    )
    CONTENU_CACHE = (
        "Le fichier en cache un autre. Ouvrez-le, enregistrez-le de nouveau au format {formats}, "
        "puis choisissez cette copie."
    )
    INFECTE = (
        "Le fichier contient un virus : il a été écarté. Analysez votre appareil avec un antivirus, "
        "puis choisissez un fichier sain."
    )


@dataclass(frozen=True)
class Verdict:
    """What a file is, as far as known, and why it is refused; accepted when `refus` is None: `format` is known then."""

    format: Format | None
    refus: RefusFichier | None = None


class Ecarte(Exception):
    """Inside this package: the file is refused for this reason; `verifier` turns it into a Verdict."""

    def __init__(self, refus: RefusFichier) -> None:
        super().__init__(refus.name)
        self.refus = refus


class VerificationImpossible(RuntimeError):
    """The check itself can't run here (a library is missing): not the file's fault, to be tried again once mended."""


def message(refus: RefusFichier, formats: Collection[Format], taille_max: int) -> str:
    """U2: the sentence for the person, with the accepted formats and the limit (bytes) of this use."""
    return refus.value.format(formats=liste(formats), taille=taille_lisible(taille_max))


def liste(formats: Collection[Format]) -> str:
    """« PDF, DOC ou TXT », always in the same order."""
    *debut, dernier = [format_.libelle for format_ in Format if format_ in formats] or ["demandé"]
    return f"{', '.join(debut)} ou {dernier}" if debut else dernier


def accept(formats: Collection[Format]) -> str:
    """The `accept` attribute of a file field: « .pdf,.doc »."""
    return ",".join(f".{extension}" for format_ in Format if format_ in formats for extension in format_.extensions)


def taille_lisible(octets: int) -> str:
    """« 2 Mo », « 1,5 Mo », « 500 ko »: rounded down, so that the limit shown is always accepted."""
    if octets >= MO:
        dixiemes = octets * 10 // MO
        return f"{dixiemes // 10},{dixiemes % 10} Mo".replace(",0 ", " ")
    return f"{octets // 1024} ko" if octets >= 1024 else f"{octets} octets"


def format_de(extension: str) -> Format | None:
    """The format of an extension without its dot, in any case."""
    return next((format_ for format_ in Format if extension.lower() in format_.extensions), None)
