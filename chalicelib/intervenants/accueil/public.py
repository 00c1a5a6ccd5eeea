"""What the application asks of the home slice."""

from dataclasses import replace
from typing import Any

from chalicelib.core.context import Context
from chalicelib.core.web.urls import url
from chalicelib.intervenants.accueil import rules


def menu(ctx: Context) -> list[Any]:
    """The menu of the page that answers `ctx`."""
    chemin = ctx.request.path if ctx.request else "/"
    return [_adresse(entree) for entree in rules.menu(ctx.user, chemin)]


def _adresse(entree: rules.Entree) -> rules.Entree:
    return replace(entree, href=url(entree.href), sous_menu=[_adresse(sous) for sous in entree.sous_menu])
