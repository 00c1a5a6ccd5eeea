"""What `.chalice/config.json` says that the local run must respect: time-outs and compression."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DELAI_PAR_DEFAUT = 60.0


@dataclass(frozen=True)
class Configuration:
    """One stage's settings over the general ones."""

    generale: dict[str, Any]
    etape: dict[str, Any]

    def _valeur(self, cle: str, fonction: str = "") -> Any:
        propre = (self.etape.get("lambda_functions") or {}).get(fonction) or {}
        general = (self.generale.get("lambda_functions") or {}).get(fonction) or {}
        return next((d[cle] for d in (propre, general, self.etape, self.generale) if cle in d), None)

    def delai(self, fonction: str) -> float:
        """Seconds that Lambda gives a function."""
        return float(self._valeur("lambda_timeout", fonction) or DELAI_PAR_DEFAUT)

    @property
    def compression(self) -> int | None:
        """Smallest answer that API Gateway compresses, None when it does not."""
        taille = self._valeur("minimum_compression_size")
        return None if taille is None else int(taille)


def configuration(racine: Path, espace: str = "") -> Configuration:
    """The stage that names the space, else the first one."""
    fichier = racine / ".chalice" / "config.json"
    generale = json.loads(fichier.read_text("utf-8")) if fichier.exists() else {}
    etapes: dict[str, Any] = generale.get("stages") or {}
    choisie = next((e for nom, e in etapes.items() if espace and espace in nom), None)
    return Configuration(generale, choisie or next(iter(etapes.values()), {}))
