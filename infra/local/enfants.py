"""Child processes: each ends when its standard input closes, hence when the orchestrator asks or is gone."""

import subprocess
import sys
from pathlib import Path
from typing import IO, cast

from infra.local.environnement import RACINE

PATIENCE = 4.0


class Enfant:
    """One child, known by its pid."""

    def __init__(
        self, module: str, arguments: list[str], descripteur: int, env: dict[str, str], sortie: IO[bytes]
    ) -> None:
        self.nom = module.rpartition(".")[2]
        self.processus = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=RACINE,
            env=env,
            stdin=subprocess.PIPE,
            stdout=sortie,
            stderr=sortie,
            pass_fds=(descripteur,),
            start_new_session=True,
        )
        self._entree = cast(IO[bytes], self.processus.stdin)

    @property
    def mort(self) -> bool:
        """Whether it has ended."""
        return self.processus.poll() is not None

    def commencer(self) -> None:
        """The word that the front waits for."""
        self._entree.write(b"\n")
        self._entree.flush()

    def arreter(self) -> None:
        """Ask, wait, then end it by its pid."""
        self._entree.close()
        try:
            self.processus.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.processus.kill()
            self.processus.wait()


def fin_du_journal(journal: Path, lignes: int = 25) -> str:
    """The last lines of the log, to show why something did not start."""
    return "\n".join(journal.read_text("utf-8", "replace").splitlines()[-lignes:])
