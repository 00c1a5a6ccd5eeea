"""Renders the console's pages."""

import html
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from infra.local.comptes import COMPTES, MOT_DE_PASSE, SECRET_TOTP, code_totp

PAGES = Path(__file__).with_name("pages")
CSS = (PAGES / "console.css").read_text("utf-8")
_PARIS = ZoneInfo("Europe/Paris")
_MOIS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]
_LIEN = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")


def instant(valeur: datetime | str | None) -> str:
    """An instant in Paris, as one says it."""
    if not valeur:
        return "jamais"
    lu = datetime.fromisoformat(valeur.replace("Z", "+00:00")) if isinstance(valeur, str) else valeur
    local = lu.astimezone(_PARIS)
    jour = "1er" if local.day == 1 else str(local.day)
    return f"{jour} {_MOIS[local.month - 1]} {local.year} à {local:%H:%M:%S}"


def duree(secondes: float) -> str:
    """A length of time in days, hours and minutes."""
    jours, reste = divmod(int(secondes), 86400)
    heures, reste = divmod(reste, 3600)
    morceaux = [(jours, "jour"), (heures, "heure"), (reste // 60, "minute"), (reste % 60, "seconde")]
    dits = [f"{n} {nom}{'s' if n > 1 else ''}" for n, nom in morceaux if n]
    return ", ".join(dits) or "aucune"


def liens(texte: str) -> Markup:
    """Text whose addresses can be followed."""
    morceaux, fin = [], 0
    for trouve in _LIEN.finditer(texte):
        adresse = html.escape(trouve[0])
        morceaux += [html.escape(texte[fin : trouve.start()]), f'<a href="{adresse}" rel="noopener">{adresse}</a>']
        fin = trouve.end()
    return Markup("".join([*morceaux, html.escape(texte[fin:])]))  # noqa: S704 - every part is escaped above


def cadre(source: str) -> str:
    """A mail's HTML for its frame: links open in a new tab, out of the frame."""
    return f'<base target="_blank">{source}'


_env = Environment(loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
_env.filters |= {"instant": instant, "duree": duree, "liens": liens, "cadre": cadre}
_env.globals |= {"COMPTES": COMPTES, "MOT_DE_PASSE": MOT_DE_PASSE, "SECRET_TOTP": SECRET_TOTP, "code_totp": code_totp}


def rendre(nom: str, **valeurs: Any) -> str:
    """One page."""
    return _env.get_template(nom).render(**valeurs)
