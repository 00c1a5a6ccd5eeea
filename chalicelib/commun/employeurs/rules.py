"""What an employer of the public register is, and how a SIRET is checked. Pure."""

import json
import re
from dataclasses import asdict, dataclass, fields
from typing import Any

from chalicelib.commun.referentiels.rules import cle_de_tri

SIREN_LA_POSTE = "356000000"  # its establishments follow another key than Luhn's: the sum of the digits
REQUETE_MIN, REQUETE_MAX, RESULTATS_MAX, CHAMP_MAX = 3, 100, 10, 150
_PUBLIC = re.compile(r"7\d{3}|41[1-6]0")
"""Legal categories of public bodies (INSEE, level III): 7xxx, and the public industrial establishments of 41xx."""


@dataclass(frozen=True)
class Employeur:
    """Rule C3: a public employer and the address of its establishment; "" for what the register does not say."""

    raison_sociale: str
    siret: str
    pays: str = ""
    voie: str = ""
    appartement: str = ""
    batiment: str = ""
    code_postal: str = ""
    ville: str = ""

    @property
    def adresse(self) -> str:
        """On one line, to tell two establishments apart."""
        return ", ".join(filter(None, (self.voie, f"{self.code_postal} {self.ville}".strip())))

    @property
    def siret_lisible(self) -> str:
        """By groups."""
        return siret_lisible(self.siret)

    def json(self) -> str:
        """What the button « Choisir » carries: the fields as they are shown."""
        return json.dumps(asdict(self) | {"siret": self.siret_lisible}, ensure_ascii=False)


@dataclass(frozen=True)
class Recherche:
    """Rule C3: what was asked, "" when it is too short, and what the register answers; None when it does not."""

    demande: str
    employeurs: tuple[Employeur, ...] | None = ()


def employeur_choisi(texte: str) -> Employeur | None:
    """What a button carried; None when it is not what one of ours carries."""
    try:
        lu = json.loads(texte)
    except (ValueError, RecursionError):
        return None
    noms = {f.name for f in fields(Employeur)}
    if not isinstance(lu, dict) or lu.keys() != noms or not all(isinstance(v, str) for v in lu.values()):
        return None
    return Employeur(**{nom: _borne(valeur) for nom, valeur in lu.items()})


def chiffres(texte: str) -> str:
    """Rule S2: a number without the spaces, dots and dashes that people put in it."""
    return re.sub(r"[\s.\-]", "", texte)


def faute_de_siret(texte: str) -> str | None:
    """Rule C3: 14 digits with a good key (Luhn's; La Poste has its own); else how to mend."""
    siret = chiffres(texte)
    if not re.fullmatch(r"[0-9]{14}", siret):
        return "saisissez les 14 chiffres : les 9 du SIREN, puis les 5 de l’établissement."
    la_poste = siret.startswith(SIREN_LA_POSTE) and sum(map(int, siret)) % 5 == 0
    if not int(siret[:9]) or not _luhn(siret[:9]) or not (_luhn(siret) or la_poste):
        return "vérifiez ce numéro, au moins un chiffre est faux."
    return None


def siret_lisible(texte: str) -> str:
    """« 215 403 957 00016 », as it is printed; what is no SIRET stays as it was typed."""
    siret = chiffres(texte)
    return f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}" if re.fullmatch(r"[0-9]{14}", siret) else texte


def _luhn(numero: str) -> bool:
    poids = (int(c) * (1 + rang % 2) for rang, c in enumerate(reversed(numero)))
    return sum(p - 9 if p > 9 else p for p in poids) % 10 == 0


def requete(texte: str) -> str:
    """What is asked to the register: a SIRET without its spaces, or words; "" when it is too short to be asked."""
    mots = " ".join(texte.split())[:REQUETE_MAX]
    numero = chiffres(mots)
    mots = numero if re.fullmatch(r"[0-9]+", numero) else mots
    return mots if len(mots) >= REQUETE_MIN else ""


_LIEN = "(?:(?:de|du|des|d|la|le|les|l) )"
_EN_MOTS_DU_REPERTOIRE = (
    (re.compile(r"\bst\b"), "saint"),
    (re.compile(r"\bste\b"), "sainte"),
    (re.compile(r"\bconseil (?:departemental|general)\b"), "departement"),
    (re.compile(r"\bconseil regional\b"), "region"),
    (re.compile(rf"^(?:mairie {_LIEN}*|(?:hotel de ville|ville|commune) {_LIEN}+)(?=.)"), ""),
    (re.compile(rf"(?<= ){_LIEN}+(?=.)"), ""),
)
"""Everyday words -> those of the register, where a town answers to its name, and all words must be found."""


def en_mots_du_repertoire(demande: str) -> str:
    """Rule C3: « Mairie de St-Étienne » -> « saint etienne »; too short without its first word, it keeps it."""
    simple = mots = cle_de_tri(demande)
    for motif, remplacement in _EN_MOTS_DU_REPERTOIRE:
        mots = motif.sub(remplacement, mots)
    return mots if len(mots) >= REQUETE_MIN else simple or demande


def employeurs_de(reponse: Any, cherche: str) -> tuple[Employeur, ...] | None:
    """The public employers of an answer of the API « Recherche d'entreprises »; None when it is not such an answer.

    Each field is checked: an employer without a name or a good SIRET, closed or private, is left out.
    """
    resultats = reponse.get("results") if isinstance(reponse, dict) else None
    if not isinstance(resultats, list):
        return None
    trouves = (_employeur(r, cherche) for r in resultats[:RESULTATS_MAX] if isinstance(r, dict))
    return tuple(e for e in trouves if e)


def _employeur(resultat: dict[str, Any], cherche: str) -> Employeur | None:
    lieu = _etablissement(resultat, cherche)
    nom = _texte(resultat, "nom_raison_sociale") or _texte(resultat, "nom_complet")
    siret, code_postal = _texte(lieu, "siret"), _texte(lieu, "code_postal")
    ferme = {_texte(resultat, "etat_administratif"), _texte(lieu, "etat_administratif")} - {"A", ""}
    if ferme or not nom or faute_de_siret(siret) or not _PUBLIC.fullmatch(_texte(resultat, "nature_juridique")):
        return None
    return Employeur(
        raison_sociale=nom,
        siret=chiffres(siret),
        pays="" if _texte(lieu, "code_pays_etranger") else "FR",
        voie=_voie(lieu, code_postal),
        appartement=_texte(lieu, "distribution_speciale"),
        batiment=_texte(lieu, "complement_adresse"),
        code_postal=code_postal if re.fullmatch(r"[0-9]{5}", code_postal) else "",
        ville=_texte(lieu, "libelle_commune"),
    )


def _etablissement(resultat: dict[str, Any], cherche: str) -> dict[str, Any]:
    """The establishment whose SIRET was typed; else the seat."""
    autres = resultat.get("matching_etablissements")
    lieux = [resultat.get("siege"), *(autres if isinstance(autres, list) else ())]
    connus = [lieu for lieu in lieux if isinstance(lieu, dict)]
    return next((lieu for lieu in connus if _texte(lieu, "siret") == cherche), connus[0] if connus else {})


def _voie(lieu: dict[str, Any], code_postal: str) -> str:
    """The seat has the parts of its address; another establishment one text that ends with its postal code."""
    parties = ("numero_voie", "indice_repetition", "type_voie", "libelle_voie")
    morceaux = " ".join(filter(None, (_texte(lieu, nom) for nom in parties)))
    entiere = _texte(lieu, "adresse")
    return _borne(morceaux or (entiere.partition(code_postal)[0] if code_postal else ""))


def _texte(de: dict[str, Any], nom: str) -> str:
    valeur = de.get(nom)
    return _borne(valeur) if isinstance(valeur, str) else ""


def _borne(texte: str) -> str:
    """One line, printable, that the field of the form can hold."""
    return " ".join("".join(c for c in texte if c.isprintable()).split())[:CHAMP_MAX]
