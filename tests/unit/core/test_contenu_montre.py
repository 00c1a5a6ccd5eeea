"""How files are spoken of, shown and named (rules U2, U3)."""

from __future__ import annotations

import io
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from chalicelib.core import contenu
from chalicelib.core.contenu import MO, Format, RefusFichier, pdf
from tests import fichiers

DU_CV = frozenset({Format.PDF, Format.DOC, Format.TXT, Format.RTF, Format.HTML, Format.ODT, Format.DOCX})


# Words


@pytest.mark.rule("U2")
@pytest.mark.parametrize("refus", RefusFichier, ids=lambda refus: refus.name)
def test_chaque_refus_dit_comment_le_reparer(refus: RefusFichier) -> None:
    phrase = contenu.message(refus, DU_CV, 2 * MO)
    assert phrase.endswith(".")
    assert "choisissez" in phrase
    assert not {"{", "}"} & set(phrase)
    assert "invalide" not in phrase.lower()
    assert "veuillez" not in phrase.lower()


@pytest.mark.rule("U2")
def test_un_fichier_trop_gros_dit_la_limite_et_un_mauvais_format_dit_la_liste() -> None:
    assert "2 Mo" in contenu.message(RefusFichier.TROP_GROS, DU_CV, 2 * MO)
    phrase = contenu.message(RefusFichier.MAUVAIS_FORMAT, DU_CV, 2 * MO)
    assert "PDF, DOC, TXT, RTF, HTML, ODT ou DOCX" in phrase
    assert contenu.liste({Format.PNG}) == "PNG"
    assert contenu.accept({Format.PNG, Format.JPG}) == ".jpg,.jpeg,.png"


@pytest.mark.rule("U2")
@pytest.mark.parametrize(
    ("octets", "attendu"),
    [(2 * MO, "2 Mo"), (MO * 3 // 2, "1,5 Mo"), (2_000_000, "1,9 Mo"), (500 * 1024, "500 ko"), (900, "900 octets")],
)
def test_une_taille_se_lit_et_ne_promet_jamais_trop(octets: int, attendu: str) -> None:
    assert contenu.taille_lisible(octets) == attendu


# Pages on screen


def ouvrir(image: bytes) -> Image.Image:
    assert contenu.mime_image(image) in ("image/png", "image/jpeg")
    return Image.open(io.BytesIO(image))


@pytest.mark.rule("U3")
def test_un_pdf_se_montre_page_par_page_sans_depasser_le_nombre_demande() -> None:
    pages = list(contenu.pages_images(fichiers.pdf(5), Format.PDF, largeur=300, max_pages=3))
    assert [ouvrir(page).width for page in pages] == [300, 300, 300]
    assert ouvrir(pages[0]).convert("L").getextrema()[0] == 0, "the text is drawn"


@pytest.mark.rule("U3")
def test_les_pages_d_un_pdf_sont_dessinees_a_mesure_et_s_arretent_avec_qui_les_lit() -> None:
    pages = contenu.pages_images(fichiers.pdf(200), Format.PDF, max_pages=200)
    next(pages)
    pages.close()  # type: ignore[attr-defined]
    assert next(pages, None) is None


@pytest.mark.rule("U3")
def test_une_page_demesuree_est_reduite() -> None:
    (page,) = contenu.pages_images(fichiers.pdf(format_page="10 14000"), Format.PDF, largeur=100)
    assert ouvrir(page).height <= 400


@pytest.mark.rule("U3")
def test_un_pdf_restreint_se_montre_un_pdf_illisible_ne_montre_rien() -> None:
    assert len(list(contenu.pages_images(fichiers.pdf_restreint(), Format.PDF))) == 1
    assert list(contenu.pages_images(fichiers.pdf_protege(), Format.PDF)) == []
    assert list(contenu.pages_images(b"%PDF-1.7 rien", Format.PDF)) == []


@pytest.mark.rule("U3")
def test_un_lecteur_qui_meurt_avant_d_avoir_tout_lu_ne_montre_rien(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_commande", lambda *_: [sys.executable, "-c", "raise SystemExit(1)"])
    assert list(contenu.pages_images(fichiers.pdf() + bytes(5 * MO), Format.PDF)) == []


@pytest.mark.rule("U3")
def test_une_photo_couchee_se_montre_droite_sans_ses_metadonnees() -> None:
    (page,) = contenu.pages_images(fichiers.jpg(tourne=6), Format.JPG)
    assert ouvrir(page).size == (200, 320)
    assert b"Exif" not in page


@pytest.mark.rule("U3")
def test_une_grande_image_est_reduite_a_la_largeur_de_l_ecran() -> None:
    (page,) = contenu.pages_images(fichiers.jpg((3000, 2000), tourne=8), Format.JPG, largeur=500)
    assert ouvrir(page).size == (500, 750)


@pytest.mark.rule("U3")
def test_une_image_transparente_se_montre_sur_fond_blanc() -> None:
    sortie = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(sortie, "PNG")
    (page,) = contenu.pages_images(sortie.getvalue(), Format.PNG)
    assert ouvrir(page).convert("L").getextrema() == (255, 255)


@pytest.mark.rule("U3")
@pytest.mark.parametrize("format_", [Format.DOC, Format.DOCX, Format.TXT, Format.RTF, Format.ODT, Format.XLS])
def test_les_autres_formats_se_telechargent_seulement(format_: Format) -> None:
    assert list(contenu.pages_images(fichiers.BONS[format_](), format_)) == []


@pytest.mark.rule("U3")
@pytest.mark.parametrize("fichier", [fichiers.png_tronque(), fichiers.jpg(), b"", fichiers.png_bombe()])
def test_une_image_illisible_ne_montre_rien(fichier: bytes) -> None:
    assert list(contenu.pages_images(fichier, Format.PNG)) == []


# Names


@pytest.mark.rule("U3")
@pytest.mark.controle("T55")
@pytest.mark.parametrize(
    ("nom", "attendu"),
    [
        ("Diplôme d'État 2019.pdf", "Diplôme d’État 2019.pdf"),
        ("C:\\Users\\moi\\cv.DOCX", "cv.docx"),
        ("../../etc/passwd", "passwd.pdf"),
        ("cv\u202efdp.exe", "cvfdp.exe"),
        ("cv.pdf\r\nSet-Cookie: a=b.pdf", "cv.pdf Set-Cookie a=b.pdf"),
        ('a"; filename="b.html', "a filename= b.html"),
        ("nul.txt", "_nul.txt"),
        (".htaccess", "htaccess.pdf"),
        ("a" * 300 + ".pdf", "a" * 96 + ".pdf"),
        ("", "document.pdf"),
        ("\u200b/\x00", "document.pdf"),
        ("履歴書.pdf", "履歴書.pdf"),
    ],
)
def test_un_nom_de_fichier_est_rendu_sur(nom: str, attendu: str) -> None:
    assert contenu.nom_sur(nom, "document.pdf") == attendu


@pytest.mark.rule("U3")
@pytest.mark.controle("T55")
@pytest.mark.parametrize(
    ("nom", "attendu"),
    [
        ("cv.pdf", "attachment; filename=\"cv.pdf\"; filename*=UTF-8''cv.pdf"),
        (
            "Diplôme été.pdf",
            "attachment; filename=\"Diplome ete.pdf\"; filename*=UTF-8''Dipl%C3%B4me%20%C3%A9t%C3%A9.pdf",
        ),
        (
            "a＂／％；b.pdf",
            "attachment; filename=\"a b.pdf\"; filename*=UTF-8''a%EF%BC%82%EF%BC%8F%EF%BC%85%EF%BC%9Bb.pdf",
        ),
        ("履歴書.pdf", "attachment; filename=\"fichier.pdf\"; filename*=UTF-8''%E5%B1%A5%E6%AD%B4%E6%9B%B8.pdf"),
    ],
)
def test_l_en_tete_de_telechargement_garde_les_accents(nom: str, attendu: str) -> None:
    assert contenu.content_disposition(nom) == attendu


@pytest.mark.rule("U3")
@pytest.mark.controle("T55")
@given(nom=st.text(max_size=300))
def test_n_importe_quel_nom_devient_sur(nom: str) -> None:
    sur = contenu.nom_sur(nom, "document.pdf")
    assert 0 < len(sur) <= 100
    assert not set(sur) & set("/\\\"'<>:|?*;%\r\n\0\u202e")
    assert contenu.nom_sur(sur, "document.pdf") == sur
    entete = contenu.content_disposition(nom)
    assert entete.isascii()
    assert entete.isprintable()
    assert entete.count('"') == 2
