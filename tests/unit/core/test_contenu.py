"""What files hold: accepted, or refused for its reason (rules U1, U2, Z5)."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.core import contenu
from chalicelib.core.contenu import (
    MO,
    Format,
    RefusFichier,
    Verdict,
    VerificationImpossible,
    pdf,
    verification,
    verifier,
)
from tests import chrono, fichiers

TOUS = frozenset(Format)
DU_CV = frozenset({Format.PDF, Format.DOC, Format.TXT, Format.RTF, Format.HTML, Format.ODT, Format.DOCX})
MAXIMUM = 10 * MO
BOMBES = [
    mauvais
    for mauvais in fichiers.MAUVAIS
    if mauvais.refus in (RefusFichier.TROP_LOURD, RefusFichier.ARCHIVE_SUSPECTE, RefusFichier.IMAGE_TROP_GRANDE)
]


def processeur() -> float:
    """Seconds of processor, ours and our children's: the clock would count what else this machine does."""
    usages = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


# What is accepted


@pytest.mark.rule("U1")
@pytest.mark.parametrize("format_", Format, ids=lambda format_: format_.name)
def test_chaque_format_est_reconnu_par_son_contenu_avec_ou_sans_nom(format_: Format) -> None:
    fichier = fichiers.BONS[format_]()
    for nom in (None, "sans extension", *(f"Mon CV.{extension.upper()}" for extension in format_.extensions)):
        assert verifier(fichier, TOUS, MAXIMUM, nom) == Verdict(format_)


@pytest.mark.rule("U1")
@pytest.mark.parametrize(
    ("nom", "fichier"),
    [
        pytest.param("a.pdf", fichiers.pdf_restreint(), id="PDF restreint, qui s'ouvre sans mot de passe"),
        pytest.param("a.pdf", fichiers.pdf_de_developpeuse(), id="PDF dont le texte parle de JavaScript"),
        pytest.param("a.pdf", b"\r\n" + fichiers.pdf() + b"\0" * 2000, id="PDF entouré de blancs"),
        pytest.param("a.jpg", fichiers.jpg_de_telephone(), id="photo suivie des données de l'appareil"),
        pytest.param("a.jpg", fichiers.jpg(progressif=True), id="JPG progressif"),
        pytest.param("a.jpg", fichiers.jpg(mode="CMYK"), id="JPG d'imprimeur"),
        pytest.param("a.jpg", fichiers.jpg(mode="L", tourne=6), id="JPG gris et couché"),
        pytest.param("a.png", fichiers.png("RGBA"), id="PNG transparent"),
        pytest.param("a.png", fichiers.png("P"), id="PNG à palette"),
        pytest.param("a.png", fichiers.png_uni(6000, 6600), id="PNG au bord du nombre de pixels"),
        pytest.param("a.txt", fichiers.txt("cp1252"), id="texte de Windows"),
        pytest.param("a.txt", fichiers.txt("utf-16"), id="texte en UTF-16"),
        pytest.param("a.txt", b"prix < 3 > 2 <b>ou pas</b>", id="texte qui contient des chevrons"),
        pytest.param("a.html", b"<p>Un fragment", id="fragment de HTML"),
        pytest.param("a.odt", fichiers.odt({"Basic/script-lc.xml": "<x/>"}), id="ODT avec une liste de macros vide"),
        pytest.param("a.docx", fichiers.docx({"word/media/": b""}), id="DOCX avec un dossier"),
    ],
)
def test_ce_qui_est_inhabituel_mais_sans_danger_est_accepte(nom: str, fichier: bytes) -> None:
    verdict = verifier(fichier, TOUS, MAXIMUM, nom)
    assert verdict == Verdict(contenu.format_de(contenu.extension(nom)))


@pytest.mark.rule("Z5")
def test_le_html_est_accepte_avec_ses_scripts_et_servi_comme_des_octets_opaques() -> None:
    assert verifier(fichiers.html(), DU_CV, 2 * MO, "cv.htm") == Verdict(Format.HTML)
    assert Format.HTML.mime_servi == "application/octet-stream"
    assert list(contenu.pages_images(fichiers.html(), Format.HTML)) == []


# What is refused


@pytest.mark.rule("U1")
@pytest.mark.controle("T53")
@pytest.mark.parametrize("mauvais", fichiers.MAUVAIS, ids=lambda mauvais: mauvais.id)
def test_chaque_mauvais_fichier_est_refuse_pour_sa_raison(mauvais: fichiers.Mauvais) -> None:
    assert verifier(mauvais.construire(), TOUS, MAXIMUM, mauvais.nom).refus is mauvais.refus


@pytest.mark.rule("U1")
@pytest.mark.controle("T54")
@pytest.mark.parametrize("mauvais", BOMBES, ids=lambda mauvais: mauvais.id)
def test_une_bombe_est_refusee_en_moins_de_deux_secondes(mauvais: fichiers.Mauvais) -> None:
    bombe, debut = mauvais.construire(), processeur()
    assert verifier(bombe, TOUS, MAXIMUM, mauvais.nom).refus is mauvais.refus
    assert chrono.tient(processeur() - debut, 2)


@pytest.mark.rule("U1")
@pytest.mark.controle("T54")
@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of memory where Linux shows it")
def test_les_bombes_et_les_plus_grandes_images_tiennent_dans_cent_mega_octets(tmp_path: Path) -> None:
    for numero, mauvais in enumerate(BOMBES):
        (tmp_path / f"{numero}-{mauvais.nom}").write_bytes(mauvais.construire())
    (tmp_path / "grande.png").write_bytes(fichiers.png_uni(6000, 6600))
    (tmp_path / "commentaire.png").write_bytes(fichiers.png_texte_bombe())
    (tmp_path / "barres.rtf").write_bytes(fichiers.rtf(b"\\\\" * 4_000_000))
    (tmp_path / "blancs.html").write_bytes(b" " * 9_000_000 + fichiers.html())
    (tmp_path / "remplissage.jpg").write_bytes(fichiers.jpg_rempli())
    programme = """if True:
        import pathlib, resource, sys
        from chalicelib.core.contenu import Format, verifier
        etat = lambda: pathlib.Path("/proc/self/status").read_text()
        memoire = lambda: int(etat().partition("VmHWM:")[2].split()[0]) // 1024
        avant = memoire()
        for chemin in pathlib.Path(sys.argv[1]).iterdir():
            verifier(chemin.read_bytes(), frozenset(Format), 10_000_000, chemin.name)
        print(memoire() - avant, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
    """
    commande = [sys.executable, "-c", programme, str(tmp_path)]
    fini = subprocess.run(commande, capture_output=True, check=True, text=True)
    ici, isole = map(int, fini.stdout.split())
    assert ici < 100
    assert isole < 150  # the whole process: Python and PDFium take 30 of them


@pytest.mark.rule("U1")
def test_un_fichier_a_la_limite_de_taille_passe_un_octet_de_plus_non() -> None:
    fichier = fichiers.txt()
    assert verifier(fichier, DU_CV, len(fichier), "cv.txt").refus is None
    assert verifier(fichier, DU_CV, len(fichier) - 1, "cv.txt").refus is RefusFichier.TROP_GROS


@pytest.mark.rule("U2")
def test_un_bon_fichier_que_cet_usage_n_accepte_pas_est_refuse_par_son_nom_ou_par_son_contenu() -> None:
    images = frozenset({Format.JPG, Format.PNG})
    assert verifier(fichiers.pdf(), images, MAXIMUM, "cv.pdf") == Verdict(None, RefusFichier.MAUVAIS_FORMAT)
    assert verifier(fichiers.docx(), images, MAXIMUM) == Verdict(Format.DOCX, RefusFichier.MAUVAIS_FORMAT)


@pytest.mark.rule("U1")
@pytest.mark.controle("T56")
@pytest.mark.parametrize("place", [0, 1000, 300_000])
def test_la_signature_de_test_des_antivirus_est_trouvee_ou_qu_elle_soit(place: int) -> None:
    assert contenu.contient_eicar(b"a" * place + fichiers.eicar() + b"b" * 10)
    assert not contenu.contient_eicar(b"a" * place + fichiers.eicar()[1:])


@pytest.mark.rule("U1")
@pytest.mark.parametrize(
    ("programme", "refus"),
    [
        pytest.param("import os; os.abort()", RefusFichier.TROP_LOURD, id="il s'arrête net"),
        pytest.param("raise SystemExit(70)", RefusFichier.TROP_LOURD, id="il manque de mémoire"),
        pytest.param("raise SystemExit(71)", RefusFichier.ABIME, id="il ne sait pas lire"),
    ],
)
def test_un_pdf_qui_fait_echouer_son_lecteur_est_refuse(
    monkeypatch: pytest.MonkeyPatch, programme: str, refus: RefusFichier
) -> None:
    monkeypatch.setattr(pdf, "_commande", lambda *_: [sys.executable, "-c", programme])
    assert verifier(fichiers.pdf(), TOUS, MAXIMUM, "cv.pdf").refus is refus


@pytest.mark.rule("U1")
def test_un_pdf_qui_fait_tourner_son_lecteur_sans_fin_est_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    boucle = "from chalicelib.core.contenu import pdf_isole\npdf_isole.borner('examen', 0)\nwhile True: pass"
    monkeypatch.setattr(pdf, "_commande", lambda *_: [sys.executable, "-c", boucle])
    debut = processeur()
    assert verifier(fichiers.pdf(), TOUS, MAXIMUM, "cv.pdf").refus is RefusFichier.TROP_LOURD
    assert chrono.tient(processeur() - debut, 2.5)


@pytest.mark.rule("U1")
def test_un_lecteur_qui_manque_n_est_pas_la_faute_du_fichier(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_commande", lambda *_: [sys.executable, "-c", "import absent"])
    with pytest.raises(VerificationImpossible, match="absent"):
        verifier(fichiers.pdf(), TOUS, MAXIMUM, "cv.pdf")


@pytest.mark.rule("U1")
def test_une_faute_imprevue_d_un_lecteur_refuse_le_fichier(monkeypatch: pytest.MonkeyPatch) -> None:
    def tomber(*_: object) -> Verdict:
        raise RecursionError

    monkeypatch.setattr(verification, "reconnaitre", tomber)
    assert verifier(fichiers.docx(), TOUS, MAXIMUM, "cv.docx").refus is RefusFichier.ABIME


# Whatever the bytes


@st.composite
def mutations(tirer: st.DrawFn, bases: list[bytes]) -> bytes:
    """A known file with a few bytes changed, dropped, added, or its end cut."""
    octets = bytearray(tirer(st.sampled_from(bases)))
    for _ in range(tirer(st.integers(1, 6))):
        place = tirer(st.integers(0, max(0, min(len(octets) - 1, tirer(st.sampled_from([60, 600, 100_000]))))))
        fin = place + tirer(st.sampled_from([0, 1, 4, 100]))
        octets[place:fin] = tirer(st.one_of(st.binary(max_size=8), st.sampled_from([b"\xff" * 4, bytes(4)])))
    return bytes(octets[: tirer(st.integers(0, len(octets)))] if tirer(st.booleans()) else octets)


def est_un_verdict(verdict: Verdict) -> bool:
    return isinstance(verdict, Verdict) and (verdict.format is not None or verdict.refus is not None)


LEGERS = [fichiers.BONS[format_]() for format_ in Format if format_ is not Format.PDF]
LEGERS += [mauvais.construire() for mauvais in fichiers.MAUVAIS if mauvais not in BOMBES]
LEGERS = [fichier for fichier in LEGERS if not fichier.startswith(b"%PDF-")]
PDFS = [fichiers.pdf(), fichiers.pdf(3), fichiers.pdf_restreint(), fichiers.pdf_javascript_compresse()]


@pytest.mark.rule("U1")
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(octets=mutations(LEGERS))
def test_aucun_fichier_abime_ne_surprend_les_lecteurs(octets: bytes) -> None:
    assert isinstance(verification.reconnaitre(octets), Verdict)  # without the net that `verifier` adds


@pytest.mark.rule("U1")
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(octets=mutations(PDFS))
def test_aucun_pdf_abime_ne_surprend_son_lecteur(octets: bytes) -> None:
    assert est_un_verdict(verifier(octets, TOUS, MAXIMUM, "cv.pdf"))


@pytest.mark.rule("U1")
@settings(max_examples=200, deadline=None)
@given(
    debut=st.sampled_from(
        [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf", b"\xff\xd8\xff", b"\x89PNG"]
    ),
    suite=st.binary(max_size=2000),
    nom=st.one_of(st.none(), st.text(max_size=20), st.sampled_from([f"a.{e}" for f in Format for e in f.extensions])),
)
def test_n_importe_quels_octets_sous_n_importe_quel_nom_ont_un_verdict(
    debut: bytes, suite: bytes, nom: str | None
) -> None:
    assert est_un_verdict(verifier(debut + suite, TOUS, MAXIMUM, nom))


@pytest.mark.rule("U1")
def test_verifier_reste_rapide_sur_un_fichier_ordinaire() -> None:
    debut = time.process_time()
    for _ in range(20):
        verifier(fichiers.docx(), DU_CV, 2 * MO, "cv.docx")
    assert chrono.tient((time.process_time() - debut) / 20, 0.05)
