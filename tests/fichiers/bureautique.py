"""Archives and the documents that are archives, good and bad."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from functools import cache

from chalicelib.core.contenu.eicar import EICAR
from tests.fichiers.composites import ole
from tests.fichiers.textes import TEXTE


def archive(membres: Mapping[str, bytes | str], methode: int = zipfile.ZIP_DEFLATED) -> bytes:
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", methode) as fichier:
        for nom, contenu in membres.items():
            fichier.writestr(zipfile.ZipInfo(nom), contenu, compress_type=methode)
    return sortie.getvalue()


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OOXML = "application/vnd.openxmlformats-officedocument."
_MOT = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PARAGRAPHE = "<w:p><w:r><w:t>Formatrice à Nancy</w:t></w:r></w:p>"


def _types(partie: str, type_: str, defauts: str = "") -> str:
    return (
        f'{_XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{defauts}'
        f'<Override PartName="/{partie}" ContentType="{type_}"/></Types>'
    )


def membres_docx(
    corps: str = _PARAGRAPHE, *, entete: str = "", type_: str = "wordprocessingml.document.main+xml"
) -> dict[str, bytes | str]:
    cible = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    return {
        "[Content_Types].xml": _types("word/document.xml", _OOXML + type_),
        "_rels/.rels": f'{_XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{cible}" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'{_XML}{entete}<w:document xmlns:w="{_MOT}"><w:body>{corps}</w:body></w:document>',
    }


def docx(en_plus: Mapping[str, bytes | str] | None = None) -> bytes:
    return archive({**membres_docx(), **(en_plus or {})})


def xlsx() -> bytes:
    classeur = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return archive(
        {
            "[Content_Types].xml": _types("xl/workbook.xml", _OOXML + "spreadsheetml.sheet.main+xml"),
            "xl/workbook.xml": f'{_XML}<workbook xmlns="{classeur}"><sheets/></workbook>',
        }
    )


def pptx() -> bytes:
    type_ = _OOXML + "presentationml.presentation.main+xml"
    return archive({"[Content_Types].xml": _types("ppt/presentation.xml", type_), "ppt/presentation.xml": "<p/>"})


def docx_macros() -> bytes:
    return docx({"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"})


def docm() -> bytes:
    type_ = "application/vnd.ms-word.document.macroEnabled.main+xml"
    return archive({**membres_docx(), "[Content_Types].xml": _types("word/document.xml", type_)})


def docx_programme() -> bytes:
    return docx({"word/embeddings/oleObject1.bin": ole({"\x01Ole10Native": b"MZ" * 3000})})


def docx_entites() -> bytes:
    """A billion laughs."""
    entites = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 10))
    return archive(membres_docx("&e9;", entete=f'<!DOCTYPE d [<!ENTITY e0 "ha">{entites}]>'))


def docx_profond() -> bytes:
    return archive(membres_docx("<w:p>" * 100_000))


def docx_attributs() -> bytes:
    """One tag with half a million attributes."""
    return archive(membres_docx("<w:p " + " ".join(f'a{i}=""' for i in range(500_000)) + "/>"))


def docx_sans_fin() -> bytes:
    """Its XML stops in the middle."""
    membres = membres_docx()
    return archive({**membres, "word/document.xml": str(membres["word/document.xml"])[:-30]})


def docx_tronque() -> bytes:
    return docx()[:-60]


def docx_qui_remonte() -> bytes:
    return docx({"../../etc/cron.d/x": b"x"})


def docx_en_double() -> bytes:
    """Two members of the same name: readers do not agree on which one counts."""
    return docx({"word/documenT.xml": b"<x/>"}).replace(b"word/documenT.xml", b"word/document.xml")


@cache
def docx_nombreux() -> bytes:
    return docx({f"word/media/{i}.txt": b"" for i in range(20_000)})


@cache
def docx_bombe() -> bytes:
    """150 MB of nothing in 150 KB."""
    return docx({"word/media/image1.bmp": bytes(150 * 1024 * 1024)})


@cache
def docx_menteur() -> bytes:
    """Announces 1 KB in its directory, unzips to 50 MB."""
    vrai = 50 * 1024 * 1024
    contenu = docx({"word/media/image1.bmp": bytes(vrai)})
    return contenu.replace(struct.pack("<L", vrai), struct.pack("<L", 1024))


def docx_infecte() -> bytes:
    return docx({"word/media/note.txt": b"x" * 300_000 + EICAR})


def zip_protege() -> bytes:
    """The flag of encryption on every member."""
    contenu = bytearray(docx())
    for signature, ecart in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = contenu.find(signature)
        while place >= 0:
            contenu[place + ecart] |= 1
            place = contenu.find(signature, place + 4)
    return bytes(contenu)


def zip_simple() -> bytes:
    return archive({"lisez-moi.txt": TEXTE})


def odt(en_plus: Mapping[str, bytes | str] | None = None, manifeste: str = "") -> bytes:
    ns = "urn:oasis:names:tc:opendocument:xmlns:"
    return archive(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f'{_XML}<o:document-content xmlns:o="{ns}office:1.0"><o:body/></o:document-content>',
            "META-INF/manifest.xml": f'{_XML}<m:manifest xmlns:m="{ns}manifest:1.0">{manifeste}</m:manifest>',
            **(en_plus or {}),
        }
    )


def odt_macros() -> bytes:
    return odt({"Basic/Standard/script-lb.xml": "<x/>", "Basic/Standard/Module1.xml": "<x>Sub Main</x>"})


def odt_protege() -> bytes:
    return odt(manifeste='<m:file-entry m:full-path="content.xml"><m:encryption-data/></m:file-entry>')
