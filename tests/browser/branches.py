"""Which branches of the pages' templates a run has shown: each `{% if %}`, `{% elif %}` and `{% else %}` is one.

The portal of the tests is told to have itself observed (environment OBSERVE, infra.local.pepiniere): its templates
are compiled with a mark at the head of each branch, and each answer tells, in a header, which ones it went through.

Not counted: the two sides of an inline condition (`{{ a if b else c }}`, in a `{% set %}` or in what a macro is given),
a `{% for %}` whose list is empty (or its `{% else %}`, that no page has), `or`, `default()`, and all that is in the
templates of mails and in the macros. A side of one of these may never have been shown.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator

from chalicelib.core.render import environnement
from tests.meta.sources import PAQUET, gabarits

OBSERVE = {"OBSERVATEUR": "tests.browser.branches"}
ENTETE = "x-branches"
_COMMENTAIRE = re.compile(r"\{#.*?#\}", re.DOTALL)
_CONDITION = re.compile(r"\{%-?\s*((?:el)?if\b.*?)\s*-?%\}", re.DOTALL)


@dataclass(frozen=True)
class Branche:
    """One branch. `texte`: « if … », « elif … », or « else of if … »."""

    fichier: str
    ligne: int
    texte: str

    def __str__(self) -> str:
        return f"{self.fichier}:{self.ligne} {{% {self.texte} %}}"


def des_pages() -> list[str]:
    """The templates of pages: not those of mails, nor the macros, whose options the pages choose."""
    noms = (f.relative_to(PAQUET).as_posix() for f in gabarits() if f.suffix == ".html")
    return [nom for nom in noms if not {"mails", "macros"} & set(nom.split("/"))]


def corps(arbre: nodes.Template) -> list[list[nodes.Node]]:
    """The bodies of all branches, in the order of the text; an « else » comes right after its « if »."""
    return [c for si in arbre.find_all(nodes.If) for c in (si.body, si.else_) if c]


@cache
def toutes() -> tuple[Branche, ...]:
    """Every branch of every page; its rank is its number."""
    return tuple(branche for nom in des_pages() for branche in _branches(nom, (PAQUET / nom).read_text("utf-8")))


def _branches(nom: str, source: str) -> list[Branche]:
    nue = _COMMENTAIRE.sub(lambda c: "\n" * c[0].count("\n"), source)
    sis = environnement().parse(nue).find_all(nodes.If)
    trouvees: list[Branche] = []
    for si, texte in zip(sis, _CONDITION.findall(nue), strict=True):
        if si.body:
            trouvees.append(Branche(nom, si.lineno, texte))
        if si.else_:
            trouvees.append(Branche(nom, si.else_[0].lineno, f"else of {texte}"))
    return trouvees


@cache
def _premiers() -> dict[str, int]:
    return {branche.fichier: rang for rang, branche in reversed(list(enumerate(toutes())))}


def jamais_vues(nombres: Iterable[int]) -> set[Branche]:
    """What none of these answers went through; each number has one bit for each branch."""
    vues = 0
    for nombre in nombres:
        vues |= nombre
    return {branche for rang, branche in enumerate(toutes()) if not vues >> rang & 1}


# In the portal.

_passees: set[int] = set()


def passer(rang: int) -> str:
    """A template goes through a branch."""
    _passees.add(rang)
    return ""


class Marqueur(CodeGenerator):
    """Compiles a page's template with its marks."""

    def visit_Template(self, node: nodes.Template, frame: Any = None) -> None:
        """The marks first, the rest as ever."""
        premier = _premiers().get(self.name or "")
        for rang, corps_ in enumerate(corps(node) if premier is not None else [], premier or 0):
            appel = nodes.Call(nodes.ImportedName(f"{__name__}.passer"), [nodes.Const(rang)], [], None, None)
            marque = nodes.ExprStmt(appel).set_lineno(corps_[0].lineno)
            corps_.insert(0, marque.set_environment(self.environment))
        super().visit_Template(node, frame)


def observer(app: Any) -> None:
    """Have the templates marked, and each answer tell what it went through."""

    def dire(event: Any, repondre: Callable[[Any], Any]) -> Any:
        _passees.clear()
        reponse = repondre(event)
        reponse.headers[ENTETE] = f"{sum(1 << rang for rang in _passees):x}"
        return reponse

    Environment.code_generator_class = Marqueur
    app.register_middleware(dire, "http")
