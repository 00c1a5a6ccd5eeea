"""CloudFormation templates read as data: short tags become the long form, and what the local run needs is resolved."""

import json
import re
from pathlib import Path
from typing import Any

import yaml

from infra.local.environnement import COMPTE, REGION

Modele = dict[str, Any]
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Lecteur(_Base):  # type: ignore[misc]
    """A safe YAML loader that knows CloudFormation's tags."""


def _marque(lecteur: Any, suffixe: str, noeud: yaml.Node) -> Modele:
    if isinstance(noeud, yaml.ScalarNode):
        valeur: Any = lecteur.construct_scalar(noeud)
    elif isinstance(noeud, yaml.SequenceNode):
        valeur = lecteur.construct_sequence(noeud, deep=True)
    else:
        valeur = lecteur.construct_mapping(noeud, deep=True)
    if suffixe == "GetAtt" and isinstance(valeur, str):
        valeur = valeur.split(".", 1)
    return {suffixe if suffixe in ("Ref", "Condition") else f"Fn::{suffixe}": valeur}


_Lecteur.add_multi_constructor("!", _marque)


def lire(chemin: Path) -> Modele:
    """The template of a file, an empty one when there is no such file."""
    if not chemin.exists():
        return {"Resources": {}}
    modele = yaml.load(chemin.read_text("utf-8"), Loader=_Lecteur)  # noqa: S506 - a safe loader
    modele.setdefault("Resources", {})
    return dict(modele)


def ressources(modele: Modele, type_: str) -> dict[str, Modele]:
    """The resources of one type, by logical id."""
    return {nom: r for nom, r in modele["Resources"].items() if r.get("Type") == type_}


def seulement(modele: Modele, types: tuple[str, ...]) -> str:
    """The template reduced to some types, as the JSON that CloudFormation takes."""
    garde = {nom: r for nom, r in modele["Resources"].items() if r.get("Type") in types}
    cles = ("AWSTemplateFormatVersion", "Parameters", "Conditions", "Mappings")
    return json.dumps({k: modele[k] for k in cles if k in modele} | {"Resources": garde}, default=str)


def parametres(modele: Modele, connus: dict[str, str]) -> dict[str, str]:
    """A value for each parameter the template declares: ours, else its default, else « local »."""
    declares: dict[str, Any] = modele.get("Parameters") or {}
    return {nom: connus.get(nom, str(p.get("Default", "local"))) for nom, p in declares.items()}


class Resolveur:
    """Resolves the intrinsic functions of a value as far as they can be without deploying."""

    def __init__(self, modele: Modele, connus: dict[str, str]) -> None:
        self._conditions: dict[str, Any] = modele.get("Conditions") or {}
        self._noms = parametres(modele, connus) | {
            "AWS::Region": REGION,
            "AWS::AccountId": COMPTE,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
        }

    def __call__(self, valeur: Any) -> Any:
        if isinstance(valeur, list):
            return [self(v) for v in valeur]
        if not isinstance(valeur, dict):
            return valeur
        if len(valeur) == 1:
            cle, argument = next(iter(valeur.items()))
            fonction = getattr(self, "_" + cle.removeprefix("Fn::").lower(), None)
            if fonction and (cle.startswith("Fn::") or cle in ("Ref", "Condition")):
                return fonction(argument)
        return {k: self(v) for k, v in valeur.items()}

    def _ref(self, nom: str) -> str:
        return self._noms.get(nom, nom)

    def _getatt(self, argument: Any) -> str:
        return f"{argument[0]}.{argument[1]}"

    def _sub(self, argument: Any) -> str:
        texte, propres = (argument, {}) if isinstance(argument, str) else (argument[0], self(argument[1]))
        noms = self._noms | propres
        return re.sub(r"\$\{(!?)([^}]*)\}", lambda m: _substituer(m, noms), texte)

    def _join(self, argument: Any) -> str:
        return str(argument[0]).join(str(v) for v in self(argument[1]))

    def _if(self, argument: Any) -> Any:
        return self(argument[1] if self._condition(argument[0]) else argument[2])

    def _condition(self, nom: str) -> bool:
        return bool(self(self._conditions.get(nom, False)))

    def _equals(self, argument: Any) -> bool:
        gauche, droite = self(argument)
        return str(gauche) == str(droite)

    def _not(self, argument: Any) -> bool:
        return not self(argument)[0]

    def _and(self, argument: Any) -> bool:
        return all(self(argument))

    def _or(self, argument: Any) -> bool:
        return any(self(argument))


def _substituer(trouve: re.Match[str], noms: dict[str, str]) -> str:
    echappe, nom = trouve.groups()
    return "${" + nom + "}" if echappe else str(noms.get(nom, nom))
