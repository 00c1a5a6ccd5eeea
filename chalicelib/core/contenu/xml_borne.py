"""Reading the XML of office documents within bounds: no entity, no depth, no number that costs (rule U1)."""

from __future__ import annotations

from collections.abc import Callable
from xml.parsers import expat

from chalicelib.core.contenu.formats import Ecarte, RefusFichier

PROFONDEUR_MAX = 250
ELEMENTS_MAX = 1_000_000  # 200 pages of 400 words, cut every three words: about 300 000
BALISE_MAX = 1024 * 1024  # bytes of one tag with its attributes
_PAS = 64 * 1024  # bytes given to the parser at a time

Ouverture = Callable[[str, dict[str, str]], None]


def analyser(octets: bytes, a_l_ouverture: Ouverture | None = None) -> None:
    """Parse the whole; `a_l_ouverture(local name, attributes)` for each element.

    Raises Ecarte: ABIME when it is no XML, ARCHIVE_SUSPECTE for entities, TROP_LOURD beyond the bounds.
    """
    profondeur = elements = 0

    def ouvrir(nom: str, attributs: dict[str, str]) -> None:
        nonlocal profondeur, elements
        profondeur += 1
        elements += 1
        if profondeur > PROFONDEUR_MAX or elements > ELEMENTS_MAX:
            raise Ecarte(RefusFichier.TROP_LOURD)
        if a_l_ouverture:
            a_l_ouverture(nom.rpartition(" ")[2], attributs)

    def fermer(_nom: str) -> None:
        nonlocal profondeur
        profondeur -= 1

    lecteur = expat.ParserCreate(namespace_separator=" ")
    lecteur.StartElementHandler = ouvrir
    lecteur.EndElementHandler = fermer
    lecteur.EntityDeclHandler = _refuser_les_entites
    try:
        for place in range(0, len(octets), _PAS):
            lecteur.Parse(octets[place : place + _PAS], False)
            if place - lecteur.CurrentByteIndex > BALISE_MAX:
                raise Ecarte(RefusFichier.TROP_LOURD)
        lecteur.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as erreur:
        raise Ecarte(RefusFichier.ABIME) from erreur


def _refuser_les_entites(*_declaration: object) -> None:
    raise Ecarte(RefusFichier.ARCHIVE_SUSPECTE)
