"""Names of files as people give them: their extension, and a name that is safe to download with (rule U3)."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

LONGUEUR_MAX = 100  # characters, extension included
_INTERDITS = re.compile(r"""[<>:"'`|?*;%/\\\s]+""")
_RESERVES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)  # names that Windows keeps for devices
_SANS_CODE = "!#$&+-.^_|~"  # what RFC 5987 leaves as it is, besides letters and digits
_EXTENSION = re.compile(r"\.([A-Za-z0-9]{1,5})\Z")


def extension(nom: str) -> str:
    """The extension, lower case, without its dot; empty when there is none."""
    trouve = _EXTENSION.search(nom.strip())
    return trouve[1].lower() if trouve else ""


def nom_sur(nom: str, defaut: str) -> str:
    """U3: `nom` made safe to save a file under; `defaut` (ours, safe) when nothing is left of it.

    The path goes, and control, bidirectional and invisible characters, quotes and what file systems refuse; at most
    100 characters with the extension, which is kept; a name without extension takes that of `defaut`.
    """
    base = unicodedata.normalize("NFC", nom.replace("\\", "/").rpartition("/")[2]).replace("'", "’")
    visible = "".join(c for c in base if not unicodedata.category(c).startswith("C") or c in "\t\r\n")
    propre = _INTERDITS.sub(" ", visible).strip(" .")
    suffixe = extension(propre)
    racine = (propre[: -len(suffixe) - 1] if suffixe else propre).strip(" .")
    if not racine:
        return defaut
    suffixe = suffixe or extension(defaut)
    if _RESERVES.fullmatch(racine.partition(".")[0]):
        racine = f"_{racine}"
    fin = f".{suffixe}" if suffixe else ""
    return racine[: LONGUEUR_MAX - len(fin)].rstrip(" .") + fin


def content_disposition(nom: str) -> str:
    """U3: the header that makes a browser save the file, never show it (RFC 6266); printable ASCII on one line."""
    sur = nom_sur(nom, "fichier")
    suffixe = extension(sur)
    racine = sur.removesuffix(f".{suffixe}") if suffixe else sur
    ascii_ = unicodedata.normalize("NFKD", racine).encode("ascii", "ignore").decode()
    simple = _INTERDITS.sub(" ", ascii_).strip(" .") or "fichier"  # again: a wide quote became a plain one
    fin = f".{suffixe}" if suffixe else ""
    return f"attachment; filename=\"{simple}{fin}\"; filename*=UTF-8''{quote(sur, safe=_SANS_CODE)}"
