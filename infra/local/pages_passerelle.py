"""The gateway's pages of an app: those that its package would carry."""

from pathlib import Path
from typing import Any

from infra.local.environnement import RACINE
from infra.local.modeles import Resolveur, lire
from infra.local.ressources import valeurs


def pages_declarees(racine: Path, env: dict[str, str]) -> dict[str, Any]:
    """By kind of gateway response: the template's, and those that packaging adds to the portal's own."""
    modele = lire(racine / "infra" / "app.yaml")
    api = modele["Resources"].get("RestAPI") or {}
    declarees = Resolveur(modele, valeurs(env))((api.get("Properties") or {}).get("GatewayResponses") or {})
    if racine == RACINE:
        from infra import gateway, package

        declarees |= gateway.responses(package.service_name(env), env["BASE_PATH"] + "/")
    return dict(declarees)
