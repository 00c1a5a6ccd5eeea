"""The portal's clock: real time moved forward by an offset that every process reads in one small file."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

AVANCE_MAXIMALE = 100 * 366 * 86400


class Horloge:
    """The clock kept in one file. Reading it costs some microseconds, so nobody has to be told that it moved."""

    def __init__(self, fichier: Path) -> None:
        self._fichier = fichier

    def decalage(self) -> float:
        """Seconds between real time and the portal's."""
        try:
            return float(self._fichier.read_text("ascii"))
        except FileNotFoundError:
            return 0.0

    def maintenant(self) -> datetime:
        """The portal's instant, in UTC."""
        return datetime.now(UTC) + timedelta(seconds=self.decalage())

    def avancer(self, secondes: float) -> float:
        """Move the portal forward (never back: what was written must stay in the past); the new offset."""
        nouveau = self.decalage() + secondes
        if not 0 <= secondes <= AVANCE_MAXIMALE or nouveau > AVANCE_MAXIMALE:
            raise ValueError("L'horloge n'avance que d'un nombre de secondes positif, cent ans au plus.")
        provisoire = self._fichier.with_suffix(".nouveau")
        provisoire.write_text(repr(nouveau), "ascii")
        os.replace(provisoire, self._fichier)
        return nouveau
