"""The looks of the body that deploys (rule S5): colours and logo, put in the package by infra/identite.py, or ours."""

import re
from dataclasses import dataclass
from functools import cache

from chalicelib.core.web.urls import STATIC

COULEURS, LOGO = "identite/couleurs.css", "identite/logo.svg"
_ENTETE = re.compile(r"--entete:\s*(#[0-9a-fA-F]{6})")


@dataclass(frozen=True)
class Identite:
    """Names of the static files, "" for those of ours; `entete`: the colour of the browser's own bar, « #5b1850 »."""

    couleurs: str = ""
    logo: str = ""
    entete: str = "#5b1850"


@cache
def identite() -> Identite:
    """Read once."""
    couleurs, logo = STATIC / COULEURS, STATIC / LOGO
    lue = _ENTETE.search(couleurs.read_text(encoding="utf-8")) if couleurs.is_file() else None
    return Identite(
        couleurs=COULEURS if couleurs.is_file() else "",
        logo=LOGO if logo.is_file() else "",
        entete=lue[1] if lue else Identite.entete,
    )
