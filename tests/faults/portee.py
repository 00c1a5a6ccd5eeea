"""How far the scenes go: the acts that the code declares, and those that a run calls."""

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from tests.meta.sources import PAQUET

MODULES = ("usecases.py", "events.py")


def declares(racine: Path = PAQUET) -> set[str]:
    """Every public function of every `usecases.py` and `events.py`: « commun/envois/usecases.py renvoyer »."""
    return {
        _nom(racine, str(fichier), noeud.name)
        for module in MODULES
        for fichier in racine.rglob(module)
        for noeud in ast.parse(fichier.read_text(encoding="utf-8")).body
        if isinstance(noeud, ast.FunctionDef) and not noeud.name.startswith("_")
    }


def _nom(racine: Path, fichier: str, fonction: str) -> str:
    return f"{Path(fichier).relative_to(racine).as_posix()} {fonction}"


class Appeles(set[str]):
    """The functions of those modules that were called."""

    def __init__(self, racine: Path) -> None:
        super().__init__()
        self.racine, self.sous = racine, str(racine)

    def noter(self, frame: FrameType, quoi: str, _: Any) -> None:
        """What the interpreter tells at each call."""
        code = frame.f_code
        if quoi == "call" and code.co_filename.endswith(MODULES) and code.co_filename.startswith(self.sous):
            self.add(_nom(self.racine, code.co_filename, code.co_name))

    @contextmanager
    def sourd(self) -> Iterator[None]:
        """What is done on the way to the act does not count."""
        sys.setprofile(None)
        yield
        sys.setprofile(self.noter)


@contextmanager
def ecoute(racine: Path = PAQUET) -> Iterator[Appeles]:
    """Write down what is called inside."""
    appeles = Appeles(racine)
    sys.setprofile(appeles.noter)
    try:
        yield appeles
    finally:
        sys.setprofile(None)
