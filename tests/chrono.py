"""Bounds of time: `make proof` alone holds them, where nothing else runs; `make test` runs what they bound."""

import os

PREUVE = os.environ.get("GUICHET_PREUVE") == "1"


def tient(duree: float, borne: float) -> bool:
    """Whether what took `duree` seconds is within its bound; not looked at but by `make proof`."""
    return not PREUVE or duree < borne
