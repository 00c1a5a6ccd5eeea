"""All the files, with what must become of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.core.contenu import Format
from chalicelib.core.contenu import RefusFichier as R
from tests.fichiers.bureautique import (
    docm,
    docx,
    docx_attributs,
    docx_bombe,
    docx_en_double,
    docx_entites,
    docx_infecte,
    docx_macros,
    docx_menteur,
    docx_nombreux,
    docx_profond,
    docx_programme,
    docx_qui_remonte,
    docx_sans_fin,
    docx_tronque,
    odt,
    odt_macros,
    odt_protege,
    pptx,
    xlsx,
    zip_protege,
    zip_simple,
)
from tests.fichiers.composites import (
    doc,
    doc_en_boucle,
    doc_macros,
    doc_programme,
    doc_protege,
    doc_tronque,
    docx_protege,
    xls,
    xls_macros,
    xls_macros_4,
    xls_protege,
)
from tests.fichiers.photos import (
    jpg,
    jpg_et_pdf,
    jpg_et_zip,
    jpg_geant,
    jpg_rempli,
    jpg_tronque,
    png,
    png_altere,
    png_bombe,
    png_tronque,
)
from tests.fichiers.portables import (
    pdf,
    pdf_bombe,
    pdf_et_zip,
    pdf_fichier_joint,
    pdf_formulaire_xfa,
    pdf_image_geante,
    pdf_javascript,
    pdf_javascript_compresse,
    pdf_javascript_compresse_restreint,
    pdf_javascript_masque,
    pdf_lancement,
    pdf_protege,
    pdf_sans_page,
    pdf_tronque,
    pdf_trop_long,
)
from tests.fichiers.textes import eicar, html, rtf, rtf_objet, rtf_tronque, txt

BONS: dict[Format, Callable[[], bytes]] = {
    Format.PDF: pdf,
    Format.DOC: doc,
    Format.TXT: txt,
    Format.RTF: rtf,
    Format.HTML: html,
    Format.ODT: odt,
    Format.DOCX: docx,
    Format.JPG: jpg,
    Format.PNG: png,
    Format.XLS: xls,
    Format.XLSX: xlsx,
}


@dataclass(frozen=True)
class Mauvais:
    """A file to refuse: the name that it is sent under, what builds it, and why it is refused."""

    nom: str
    construire: Callable[[], bytes]
    refus: R

    @property
    def id(self) -> str:
        return f"{getattr(self.construire, '__name__', 'vide').strip('<>')}-{self.nom}"


def _vide() -> bytes:
    return b""


def _blancs() -> bytes:
    return b" \r\n\t \r\n"


def _binaire() -> bytes:
    return bytes(range(256)) * 20


MAUVAIS: tuple[Mauvais, ...] = (
    Mauvais("cv.pdf", _vide, R.VIDE),
    Mauvais("cv.txt", _blancs, R.VIDE),
    Mauvais("cv.exe", _binaire, R.MAUVAIS_FORMAT),
    Mauvais("cv.zip", zip_simple, R.MAUVAIS_FORMAT),
    Mauvais("cv.pdf.exe", pdf, R.MAUVAIS_FORMAT),
    Mauvais("cv", zip_simple, R.MAUVAIS_FORMAT),
    Mauvais("cv", _binaire, R.MAUVAIS_FORMAT),
    Mauvais("cv", pptx, R.MAUVAIS_FORMAT),
    Mauvais("cv.pdf", png, R.RENOMME),
    Mauvais("cv.pdf", docx, R.RENOMME),
    Mauvais("cv.pdf", _binaire, R.RENOMME),
    Mauvais("cv.pdf", txt, R.RENOMME),
    Mauvais("cv.docx", pdf, R.RENOMME),
    Mauvais("cv.docx", odt, R.RENOMME),
    Mauvais("cv.docx", zip_simple, R.RENOMME),
    Mauvais("cv.docx", pptx, R.RENOMME),
    Mauvais("cv.docx", doc, R.RENOMME),
    Mauvais("cv.doc", rtf, R.RENOMME),
    Mauvais("cv.doc", xls, R.RENOMME),
    Mauvais("cv.txt", html, R.RENOMME),
    Mauvais("cv.txt", rtf, R.RENOMME),
    Mauvais("cv.txt", _binaire, R.RENOMME),
    Mauvais("cv.html", txt, R.RENOMME),
    Mauvais("cv.png", jpg, R.RENOMME),
    Mauvais("cv.docx", docx_macros, R.MACROS),
    Mauvais("cv.docx", docm, R.MACROS),
    Mauvais("cv.odt", odt_macros, R.MACROS),
    Mauvais("cv.doc", doc_macros, R.MACROS),
    Mauvais("cv.xls", xls_macros, R.MACROS),
    Mauvais("cv.xls", xls_macros_4, R.MACROS),
    Mauvais("cv.pdf", pdf_protege, R.PROTEGE),
    Mauvais("cv.docx", docx_protege, R.PROTEGE),
    Mauvais("cv.docx", zip_protege, R.PROTEGE),
    Mauvais("cv.odt", odt_protege, R.PROTEGE),
    Mauvais("cv.doc", doc_protege, R.PROTEGE),
    Mauvais("cv.xls", xls_protege, R.PROTEGE),
    Mauvais("cv.pdf", pdf_tronque, R.ABIME),
    Mauvais("cv.pdf", pdf_sans_page, R.ABIME),
    Mauvais("cv.docx", docx_tronque, R.ABIME),
    Mauvais("cv.docx", docx_sans_fin, R.ABIME),
    Mauvais("cv.doc", doc_tronque, R.ABIME),
    Mauvais("cv.doc", doc_en_boucle, R.ABIME),
    Mauvais("cv.rtf", rtf_tronque, R.ABIME),
    Mauvais("cv.png", png_tronque, R.ABIME),
    Mauvais("cv.png", png_altere, R.ABIME),
    Mauvais("cv.jpg", jpg_tronque, R.ABIME),
    Mauvais("cv.jpg", jpg_rempli, R.ABIME),
    Mauvais("cv.docx", docx_qui_remonte, R.ARCHIVE_SUSPECTE),
    Mauvais("cv.docx", docx_en_double, R.ARCHIVE_SUSPECTE),
    Mauvais("cv.docx", docx_entites, R.ARCHIVE_SUSPECTE),
    Mauvais("cv.docx", docx_menteur, R.ARCHIVE_SUSPECTE),
    Mauvais("cv.docx", docx_nombreux, R.TROP_LOURD),
    Mauvais("cv.docx", docx_bombe, R.TROP_LOURD),
    Mauvais("cv.docx", docx_attributs, R.TROP_LOURD),
    Mauvais("cv.docx", docx_profond, R.TROP_LOURD),
    Mauvais("cv.pdf", pdf_bombe, R.TROP_LOURD),
    Mauvais("cv.png", png_bombe, R.IMAGE_TROP_GRANDE),
    Mauvais("cv.jpg", jpg_geant, R.IMAGE_TROP_GRANDE),
    Mauvais("cv.pdf", pdf_image_geante, R.IMAGE_TROP_GRANDE),
    Mauvais("cv.pdf", pdf_trop_long, R.TROP_DE_PAGES),
    Mauvais("cv.pdf", pdf_javascript, R.CONTENU_ACTIF),
    Mauvais("cv.pdf", pdf_javascript_masque, R.CONTENU_ACTIF),
    Mauvais("cv.pdf", pdf_javascript_compresse, R.CONTENU_ACTIF),
    Mauvais("cv.pdf", pdf_javascript_compresse_restreint, R.CONTENU_ACTIF),
    Mauvais("cv.pdf", pdf_lancement, R.CONTENU_ACTIF),
    Mauvais("cv.pdf", pdf_fichier_joint, R.CONTENU_ACTIF),
    Mauvais("cv.pdf", pdf_formulaire_xfa, R.CONTENU_ACTIF),
    Mauvais("cv.rtf", rtf_objet, R.CONTENU_ACTIF),
    Mauvais("cv.doc", doc_programme, R.CONTENU_ACTIF),
    Mauvais("cv.docx", docx_programme, R.CONTENU_ACTIF),
    Mauvais("cv.jpg", jpg_et_zip, R.CONTENU_CACHE),
    Mauvais("cv.jpg", jpg_et_pdf, R.CONTENU_CACHE),
    Mauvais("cv.pdf", pdf_et_zip, R.CONTENU_CACHE),
    Mauvais("cv.txt", eicar, R.INFECTE),
    Mauvais("cv.docx", docx_infecte, R.INFECTE),
)
