"""Jinja: autoescape, undefined names fail. Templates live in their slice; precompiled ones are used if there are."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    ModuleLoader,
    StrictUndefined,
    select_autoescape,
)

from chalicelib.core import dates
from chalicelib.core.settings import settings
from chalicelib.core.web import urls
from chalicelib.core.web.identite import identite

ROOT = Path(__file__).parent.parent
COMPILED = ROOT / "_templates"
_SPACE = re.compile(r" (?:(?=[;:!?»])|(?<=« ))")
_AS_IT_IS = ("<textarea", "<option", "<title", "<script", "<style")


def environnement(loader: BaseLoader | None = None) -> Environment:
    """The one environment; packaging compiles templates with it."""
    env = Environment(
        loader=loader or _loader(),
        autoescape=select_autoescape(enabled_extensions=("html",), disabled_extensions=("txt",), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.filters.update(jour=dates.jour, heure=dates.heure, instant=dates.instant, duree=dates.duree, mo=dates.taille)
    env.globals.update(url=urls.url, statique=urls.statique, lien=urls.lien)
    return env


def _loader() -> BaseLoader:
    files = FileSystemLoader(ROOT)
    return ChoiceLoader([ModuleLoader(COMPILED), files]) if COMPILED.is_dir() else files


@cache
def _env() -> Environment:
    env = environnement()
    env.globals.update(reglages=settings(), identite=identite())
    return env


def render(template: str, **values: Any) -> str:
    """A template by its path below `chalicelib`, with its values; a page gets its no-break spaces."""
    text = _env().get_template(template).render(**values)
    return typography(text) if template.endswith(".html") else text


def typography(html: str) -> str:
    """French typography: no line begins with « : » or ends with « « ». Tags and what is typed stay as they are."""

    def no_break(space: re.Match[str]) -> str:
        tag = html.rfind("<", 0, space.start())
        inside = tag >= 0 and html.find(">", tag, space.start()) < 0
        return " " if inside or html.startswith(_AS_IT_IS, tag) else "\u00a0"

    return _SPACE.sub(no_break, html)
