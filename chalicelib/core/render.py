"""Jinja: autoescape, undefined names fail. Templates live in their slice; precompiled ones are used if there are."""

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

ROOT = Path(__file__).parent.parent
COMPILED = ROOT / "_templates"


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
    env.filters.update(jour=dates.jour, heure=dates.heure, instant=dates.instant, mo=dates.taille)
    env.globals.update(url=urls.url, statique=urls.statique, lien=urls.lien)
    return env


def _loader() -> BaseLoader:
    files = FileSystemLoader(ROOT)
    return ChoiceLoader([ModuleLoader(COMPILED), files]) if COMPILED.is_dir() else files


@cache
def _env() -> Environment:
    env = environnement()
    env.globals["reglages"] = settings()
    return env


def render(template: str, **values: Any) -> str:
    """A template by its path below `chalicelib`, with its values."""
    return _env().get_template(template).render(**values)
