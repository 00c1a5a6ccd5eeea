"""EventBridge event patterns: the part of them that the app uses; anything else is refused at start."""

from collections.abc import Callable
from typing import Any

from infra.local.environnement import RefusLocal

_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "prefix": lambda valeur, attendu: isinstance(valeur, str) and valeur.startswith(attendu),
    "suffix": lambda valeur, attendu: isinstance(valeur, str) and valeur.endswith(attendu),
    "anything-but": lambda valeur, attendu: valeur not in (attendu if isinstance(attendu, list) else [attendu]),
    "exists": lambda valeur, attendu: (valeur is not None) == attendu,
}


def verifier(motif: Any) -> None:
    """Refuse a pattern that `convient` would not understand."""
    for valeur in motif.values():
        if isinstance(valeur, dict):
            verifier(valeur)
        elif not isinstance(valeur, list) or not all(_connu(v) for v in valeur):
            raise RefusLocal(f"Motif d'évènement non pris en charge ici : {valeur!r}.")


def _connu(test: Any) -> bool:
    if not isinstance(test, dict):
        return True
    return len(test) == 1 and all(nom in _TESTS and not isinstance(v, dict) for nom, v in test.items())


def convient(motif: dict[str, Any], evenement: Any) -> bool:
    """Whether an event matches a pattern."""
    for cle, attendu in motif.items():
        valeur = evenement.get(cle) if isinstance(evenement, dict) else None
        if isinstance(attendu, dict):
            if not convient(attendu, valeur):
                return False
        elif not _une_valeur(attendu, valeur):
            return False
    return True


def _une_valeur(attendus: list[Any], valeur: Any) -> bool:
    valeurs = valeur if isinstance(valeur, list) else [valeur]
    return any(_teste(attendu, v) for attendu in attendus for v in valeurs)


def _teste(attendu: Any, valeur: Any) -> bool:
    if isinstance(attendu, dict):
        nom, argument = next(iter(attendu.items()))
        return bool(_TESTS[nom](valeur, argument))
    return bool(attendu == valeur)
