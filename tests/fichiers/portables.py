"""PDF, good and bad."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Callable, Iterable

from tests.fichiers.bureautique import archive
from tests.fichiers.textes import bombe

Chiffreur = Callable[[int, bytes], bytes]
_BOURRAGE = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")


def pdf(
    nombre: int = 1,
    *,
    catalogue: bytes = b"",
    objets: Iterable[tuple[bytes, bytes | None]] = (),
    bande: tuple[bytes, Chiffreur | None] = (b"", None),
    format_page: str = "595 842",
) -> bytes:
    """A PDF of `nombre` pages; `catalogue` goes in its root, `objets` (dictionary, stream) are numbered from 4 on;
    `bande`: what the trailer gets, and how streams are encrypted.
    """
    dessin = b"BT /F1 24 Tf 72 700 Td (Formatrice) Tj ET 72 600 200 4 re f"
    en_plus = list(objets)
    enfants = " ".join(f"{4 + len(en_plus) + i} 0 R" for i in range(nombre))
    tous: list[tuple[bytes, bytes | None]] = [
        (b"<</Type/Catalog/Pages 2 0 R " + catalogue + b">>", None),
        (f"<</Type/Pages/Count {nombre}/Kids[{enfants}]>>".encode(), None),
        (b"<</Length %d>>", dessin),
        *en_plus,
    ]
    police = "/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
    page = f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {format_page}]/Contents 3 0 R{police}>>".encode()
    return _pdf_assemble(tous + [(page, None)] * nombre, *bande)


def _pdf_assemble(objets: list[tuple[bytes, bytes | None]], bande: bytes, chiffrer: Chiffreur | None) -> bytes:
    sortie, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for numero, (dictionnaire, flux) in enumerate(objets, 1):
        places.append(len(sortie))
        sortie += b"%d 0 obj\n" % numero
        if flux is None:
            sortie += dictionnaire
        else:
            clos = chiffrer(numero, flux) if chiffrer else flux
            sortie += dictionnaire % len(clos) + b"\nstream\n" + clos + b"\nendstream"
        sortie += b"\nendobj\n"
    debut = len(sortie)
    sortie += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    sortie += b"".join(b"%010d 00000 n \n" % place for place in places)
    sortie += b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, bande, debut)
    return bytes(sortie)


def _rc4(cle: bytes, octets: bytes) -> bytes:
    etat, j = list(range(256)), 0
    for i in range(256):
        j = (j + etat[i] + cle[i % len(cle)]) % 256
        etat[i], etat[j] = etat[j], etat[i]
    sortie, i, j = bytearray(), 0, 0
    for octet in octets:
        i = (i + 1) % 256
        j = (j + etat[i]) % 256
        etat[i], etat[j] = etat[j], etat[i]
        sortie.append(octet ^ etat[(etat[i] + etat[j]) % 256])
    return bytes(sortie)


def _md5(octets: bytes) -> bytes:
    return hashlib.md5(octets, usedforsecurity=False).digest()


def _chiffrement(mot_de_passe: bytes) -> tuple[bytes, Chiffreur]:
    """Standard security handler, revision 2 (40-bit RC4): the trailer's part, and the encryption of streams."""
    numero, droits, proprietaire = b"0123456789abcdef", struct.pack("<l", -44), b"proprietaire"
    utilisateur = (mot_de_passe + _BOURRAGE)[:32]
    o = _rc4(_md5((proprietaire + _BOURRAGE)[:32])[:5], utilisateur)
    cle = _md5(utilisateur + o + droits + numero)[:5]
    u = _rc4(cle, _BOURRAGE)
    bande = b"/ID[<%s><%s>]/Encrypt<</Filter/Standard/V 1/R 2/P -44/O<%s>/U<%s>>>" % tuple(
        valeur.hex().encode() for valeur in (numero, numero, o, u)
    )

    def chiffrer(objet: int, octets: bytes) -> bytes:
        return _rc4(_md5(cle + struct.pack("<L", objet)[:3] + b"\0\0")[:10], octets)

    return bande, chiffrer


def pdf_protege() -> bytes:
    return pdf(bande=_chiffrement(b"secret"))


def pdf_restreint() -> bytes:
    """Opens without a password, forbids to be changed: official certificates are often so. Accepted."""
    return pdf(bande=_chiffrement(b""))


_SCRIPT = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"


def pdf_javascript() -> bytes:
    return pdf(catalogue=b"/OpenAction 4 0 R", objets=[(_SCRIPT, None)])


def pdf_javascript_masque() -> bytes:
    """The same, its names written with escapes and comments."""
    return pdf(catalogue=b"/Open#41ction 4 0 R", objets=[(b"<</#53%x\n/Java#53cript/#4aS(app.alert\\(1\\))>>", None)])


def pdf_javascript_compresse(bande: tuple[bytes, Chiffreur | None] = (b"", None)) -> bytes:
    """The same, inside a compressed object stream, which only a cross-reference stream leads to."""
    return _pdf_a_objets_compresses([_SCRIPT], catalogue=b"/OpenAction 5 0 R", bande=bande)


def pdf_javascript_compresse_restreint() -> bytes:
    """The same, encrypted with an empty password."""
    return pdf_javascript_compresse(_chiffrement(b""))


def _pdf_a_objets_compresses(
    caches: list[bytes], catalogue: bytes, bande: tuple[bytes, Chiffreur | None], flux: bytes | None = None
) -> bytes:
    """Objects 1 catalogue, 2 pages, 3 page, 4 object stream, 5... `caches` inside it; then the table, as a stream."""
    if flux is None:
        corps = b" ".join(caches)
        index = b" ".join(b"%d %d" % (5 + i, sum(len(c) + 1 for c in caches[:i])) for i in range(len(caches)))
        flux = zlib.compress(index + b" " + corps)
        premier = len(index) + 1
    else:
        premier = 4
    chiffrer = bande[1] or (lambda _numero, octets: octets)
    clos = chiffrer(4, flux)
    sortie, places = bytearray(b"%PDF-1.7\n"), []
    for numero, objet in enumerate(
        (
            b"<</Type/Catalog/Pages 2 0 R " + catalogue + b">>",
            b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
            b"<</Type/ObjStm/N %d/First %d/Filter/FlateDecode/Length %d>>\nstream\n" % (len(caches), premier, len(clos))
            + clos
            + b"\nendstream",
        ),
        1,
    ):
        places.append(len(sortie))
        sortie += b"%d 0 obj\n" % numero + objet + b"\nendobj\n"
    lignes = [struct.pack(">BLH", 0, 0, 0xFFFF)] + [struct.pack(">BLH", 1, place, 0) for place in places]
    lignes += [struct.pack(">BLH", 2, 4, i) for i in range(len(caches))]
    lignes.append(struct.pack(">BLH", 1, len(sortie), 0))
    table, debut = b"".join(lignes), len(sortie)
    sortie += b"%d 0 obj\n<</Type/XRef/Size %d/W[1 4 2]/Root 1 0 R%s/Length %d>>\nstream\n" % (
        len(lignes) - 1,
        len(lignes),
        bande[0],
        len(table),
    )
    return bytes(sortie + table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % debut)


def pdf_bombe() -> bytes:
    """An object stream of 1 GB in 1 MB."""
    return _pdf_a_objets_compresses([b"<<>>"], b"/OpenAction 5 0 R", (b"", None), bombe(b"5 0 <<>>", 1024))


def pdf_lancement() -> bytes:
    return pdf(catalogue=b"/OpenAction 4 0 R", objets=[(b"<</S/Launch/F(cmd.exe)>>", None)])


def pdf_fichier_joint() -> bytes:
    return pdf(
        catalogue=b"/Names<</EmbeddedFiles<</Names[(a)4 0 R]>>>>",
        objets=[
            (b"<</Type/Filespec/F(a.exe)/EF<</F 5 0 R>>>>", None),
            (b"<</Type/EmbeddedFile/Length %d>>", b"MZ"),
        ],
    )


def pdf_formulaire_xfa() -> bytes:
    return pdf(catalogue=b"/AcroForm<</XFA 4 0 R/Fields[]>>", objets=[(b"<</Length %d>>", b"<xdp/>")])


def pdf_image_geante() -> bytes:
    image = b"<</Subtype/Image/Width 30000/Height 30000/ColorSpace/DeviceGray/BitsPerComponent 8/Length %d>>"
    return pdf(catalogue=b"/X 4 0 R", objets=[(image, b"x")])


def pdf_de_developpeuse() -> bytes:
    """Words that look like code, in clear in its text and metadata. Accepted."""
    meta = b"<x:xmpmeta>HTML/JavaScript, /Launch, S/Java, /XFA forms, /EmbeddedF</x:xmpmeta>"
    return pdf(catalogue=b"/Metadata 4 0 R", objets=[(b"<</Type/Metadata/Subtype/XML/Length %d>>", meta)])


def pdf_sans_page() -> bytes:
    return pdf(0)


def pdf_trop_long() -> bytes:
    return pdf(201)


def pdf_tronque() -> bytes:
    return pdf(3)[:-300]


def pdf_et_zip() -> bytes:
    return pdf() + archive({"programme.exe": b"MZ"})
