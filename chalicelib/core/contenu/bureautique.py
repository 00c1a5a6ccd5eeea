"""DOCX, XLSX and ODT: archives whose parts say what they are (rule U1)."""

from __future__ import annotations

from chalicelib.core.contenu.archives import Archive
from chalicelib.core.contenu.formats import Ecarte, Format, RefusFichier, Verdict
from chalicelib.core.contenu.xml_borne import analyser

PARTIE_MAX = 32 * 1024 * 1024  # bytes of the main part, unzipped
INDEX_MAX = 2 * 1024 * 1024  # bytes of a part that lists the others
_TYPES = "[Content_Types].xml"
_PRINCIPALES = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": Format.DOCX,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": Format.XLSX,
}
_AVEC_MACROS = {  # what a part's type begins with, once in lower case: the format that the file would have without
    "application/vnd.ms-word.document.macroenabled": Format.DOCX,
    "application/vnd.ms-word.template.macroenabled": Format.DOCX,
    "application/vnd.ms-excel.": Format.XLSX,
}
_VBA = "application/vnd.ms-office.vbaproject"
_INDEX_DE_MACROS = ("script-lc.xml", "script-lb.xml")  # lists of libraries, written even when there is no macro


def examiner(contenu: bytes) -> Verdict:
    """The verdict on an archive; `format` None when it is an archive but no document of ours. Raises Ecarte."""
    archive = Archive(contenu)
    if _TYPES in archive.noms:
        verdict = _examiner_ooxml(archive)
    elif {"mimetype", "content.xml"} <= archive.noms:
        verdict = _examiner_odt(archive)
    else:
        return Verdict(None)
    if verdict.format and not verdict.refus:
        archive.tout_lire()
    return verdict


def _examiner_ooxml(archive: Archive) -> Verdict:
    types = _types_des_parties(archive)
    for nom, type_ in types.items():
        for debut, format_ in _AVEC_MACROS.items():
            if type_.startswith(debut) and "macroenabled" in type_ and type_.endswith(".main+xml"):
                return Verdict(format_, RefusFichier.MACROS)
        if type_ in _PRINCIPALES:
            return _examiner_partie(archive, nom, _PRINCIPALES[type_], set(types.values()))
    return Verdict(None)


def _examiner_partie(archive: Archive, nom: str, format_: Format, types: set[str]) -> Verdict:
    noms = {membre.lower() for membre in archive.noms}
    if _VBA in types or any(membre.endswith(("vbaproject.bin", ".docm", ".xlsm", ".xlsb")) for membre in noms):
        return Verdict(format_, RefusFichier.MACROS)
    if any("/macrosheets/" in membre for membre in noms):  # macros of Excel 4
        return Verdict(format_, RefusFichier.MACROS)
    if any("/activex/" in membre for membre in noms):
        return Verdict(format_, RefusFichier.CONTENU_ACTIF)
    analyser(archive.octets(nom, PARTIE_MAX))
    return Verdict(format_)


def _types_des_parties(archive: Archive) -> dict[str, str]:
    """Part name, or .extension, -> type in lower case."""
    types: dict[str, str] = {}

    def noter(element: str, attributs: dict[str, str]) -> None:
        type_ = attributs.get("ContentType", "").lower()
        if element == "Override":
            types[attributs.get("PartName", "").lstrip("/")] = type_
        elif element == "Default":
            types["." + attributs.get("Extension", "")] = type_

    analyser(archive.octets(_TYPES, INDEX_MAX), noter)
    return types


def _examiner_odt(archive: Archive) -> Verdict:
    if archive.octets("mimetype", INDEX_MAX).strip() != Format.ODT.mime.encode():
        return Verdict(None)
    if _est_chiffre(archive):
        return Verdict(Format.ODT, RefusFichier.PROTEGE)
    if any(_est_une_macro(nom) for nom in archive.noms):
        return Verdict(Format.ODT, RefusFichier.MACROS)
    analyser(archive.octets("content.xml", PARTIE_MAX))
    return Verdict(Format.ODT)


def _est_chiffre(archive: Archive) -> bool:
    trouves: list[str] = []

    def noter(element: str, _attributs: dict[str, str]) -> None:
        if element == "encryption-data":
            trouves.append(element)

    manifeste = "META-INF/manifest.xml"
    if manifeste not in archive.noms:
        raise Ecarte(RefusFichier.ABIME)
    analyser(archive.octets(manifeste, INDEX_MAX), noter)
    return bool(trouves)


def _est_une_macro(nom: str) -> bool:
    return nom.startswith(("Basic/", "Scripts/")) and not nom.endswith((*_INDEX_DE_MACROS, "/"))
