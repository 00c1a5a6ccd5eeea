"""`make personnel STAGE=prod EMAIL=… NOM=… PRENOM=… ROLE=GESTIONNAIRE STRUCTURES=grand-est,bretagne`: one of the staff.

The account is written in the deployed tables by whoever may (the operator's AWS credentials), through the portal's own
store: one transaction with its marks of uniqueness and its audit line. The password and the key of the second factor
are shown once and kept nowhere; the password is provisional (rules J2, Z3). REMPLACER=1 gives new ones (a lost phone,
a forgotten password) and ends the sessions.

chalicelib is imported once the stage is known: the names of its tables come from the environment.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

ROOT = Path(__file__).resolve().parent.parent
CONFIG = ROOT / ".chalice" / "config.json"
ROLES = ("GESTIONNAIRE", "ADMINISTRATEUR")
# Base32: 32 characters are 160 bits, the whole of the codes' HMAC-SHA-1.
BASE32, LONGUEUR_DE_CLE = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 32
# Nothing that is read for another character: 115 bits in four groups of five.
LISIBLES = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
# The portal does not ask the staff's date of birth; rule B3 compares one.
SANS_NAISSANCE = date(1900, 1, 1)


class Refus(Exception):
    """What the operator can put right; its text is shown as it is."""


@dataclass(frozen=True)
class Personne:
    """Who gets an account."""

    email: str
    nom: str
    prenom: str
    role: str
    structures: tuple[str, ...] = ()
    naissance: date = SANS_NAISSANCE


@dataclass(frozen=True)
class Acces:
    """What somebody needs to log in; nobody sees it again."""

    email: str
    mot_de_passe: str
    cle: str

    def uri(self, service: str) -> str:
        """What authenticator applications read: the name of the service, the account, the key."""
        label = quote(f"{service}:{self.email}", safe="@")
        options = {"secret": self.cle, "issuer": service, "algorithm": "SHA1", "digits": "6", "period": "30"}
        return f"otpauth://totp/{label}?{urlencode(options, quote_via=quote)}"


def choisir(etape: str) -> None:
    """The environment of a stage, as `make package` gives it to the functions."""
    etapes = json.loads(CONFIG.read_text())["stages"]
    if etape not in etapes:
        raise Refus(f"étape inconnue : « {etape} » ; .chalice/config.json a {', '.join(etapes)}")
    os.environ.update(etapes[etape]["environment_variables"])


def personne(given: argparse.Namespace) -> Personne:
    """The command line, checked."""
    from chalicelib.commun.referentiels import public as referentiels

    for name in ("nom", "prenom"):
        if not getattr(given, name).strip():
            raise Refus(f"--{name} manque")
    if given.role not in ROLES:
        raise Refus(f"rôle inconnu : « {given.role} » ; choisir {' ou '.join(ROLES)}")
    structures = tuple(dict.fromkeys(code.strip() for code in given.structures.split(",") if code.strip()))
    unknown = [code for code in structures if referentiels.structure(code) is None]
    if unknown:
        known = ", ".join(each.code for each in referentiels.structures())
        raise Refus(f"structure inconnue : {', '.join(unknown)} ; choisir parmi {known}")
    if bool(structures) is not (given.role == "GESTIONNAIRE"):
        raise Refus("un gestionnaire a au moins une structure, un administrateur n’en a aucune (--structures)")
    nom, prenom = (" ".join(getattr(given, name).split()) for name in ("nom", "prenom"))
    return Personne(_adresse(given.email), nom, prenom, given.role, structures, _naissance(given.naissance))


def _adresse(typed: str) -> str:
    from email_validator import EmailNotValidError, validate_email

    try:
        return str(validate_email(typed.strip(), check_deliverability=False, allow_smtputf8=False).normalized)
    except EmailNotValidError as error:
        raise Refus(f"l’adresse « {typed} » n’en est pas une (--email)") from error


def _naissance(typed: str) -> date:
    if not typed:
        return SANS_NAISSANCE
    try:
        return datetime.strptime(typed, "%d/%m/%Y").date()  # noqa: DTZ007 - a day, not an instant
    except ValueError as error:
        raise Refus(f"« {typed} » n’est pas un jour (--naissance JJ/MM/AAAA)") from error


def creer(ctx: Any, qui: Personne) -> Acces:
    """An account with its marks and its audit line, or nothing."""
    from chalicelib.commun.comptes import store
    from chalicelib.commun.comptes.rules import PROVISOIRE_VALIDE, Civilite, EtatCompte, Identite
    from chalicelib.core import audit
    from chalicelib.core.context import iso
    from chalicelib.core.errors import Conflict
    from chalicelib.core.passwords import hash_password
    from chalicelib.core.table import Act

    acces = _acces(ctx, qui.email)
    identite = Identite(Civilite.MADAME, qui.nom, qui.prenom, qui.naissance, qui.nom)  # a title is shown nowhere
    compte_id = ctx.new_id()
    row = store.CompteRow(
        store.pk(compte_id), "COMPTE",
        role=qui.role, etat=EtatCompte.ACTIF.value, email=qui.email, structures=list(qui.structures),
        civilite=identite.civilite.name, nom=qui.nom, nom_usage=qui.nom, prenom=qui.prenom,
        naissance=qui.naissance.isoformat(), empreinte=hash_password(acces.mot_de_passe), totp=acces.cle,
        cree_le=ctx.instant, provisoire_jusqu_a=iso(ctx.now + PROVISOIRE_VALIDE),
    )  # fmt: skip
    act = Act(ctx)
    store.creer(act, row, identite)
    audit.note(act, "creer_un_compte_du_personnel", compte_id, role=qui.role, structures=",".join(qui.structures))
    try:
        act.commit()
    except Conflict as conflict:
        raise Refus(_deja(conflict.label, qui)) from conflict
    return acces


def _deja(label: str, qui: Personne) -> str:
    if label == "email":
        return f"un compte a déjà l’adresse {qui.email} (--remplacer pour un nouvel accès)"
    return f"un compte existe déjà pour {qui.prenom} {qui.nom} ; pour un homonyme, ajouter --naissance JJ/MM/AAAA"


def remplacer(ctx: Any, email: str) -> Acces:
    """Another password and another key; the sessions end."""
    from chalicelib.commun.comptes import store
    from chalicelib.commun.comptes.rules import PROVISOIRE_VALIDE, Role
    from chalicelib.core import audit
    from chalicelib.core.context import iso
    from chalicelib.core.passwords import hash_password
    from chalicelib.core.table import Act

    row = store.lire_par_email(email)
    if row is None or not Role[row.role].est_personnel:
        raise Refus(f"aucun compte du personnel n’a l’adresse {email}")
    acces = _acces(ctx, row.email)
    nouveau = [
        store.CompteRow.empreinte.set(hash_password(acces.mot_de_passe)),
        store.CompteRow.provisoire_jusqu_a.set(iso(ctx.now + PROVISOIRE_VALIDE)),
        store.CompteRow.totp.set(acces.cle),
        store.CompteRow.dernier_pas.set(0),
        store.CompteRow.generation.add(1),  # the sessions and the links given before are worth nothing any more
    ]
    act = Act(ctx)
    act.update(store.CompteRow(row.pk, "COMPTE"), nouveau, store.CompteRow.role == row.role, "compte")
    audit.note(act, "remplacer_l_acces_d_un_compte", row.pk.removeprefix("COMPTE#"))
    act.commit()
    return acces


def _acces(ctx: Any, email: str) -> Acces:
    """A key, and a password that the portal's own rule accepts; drawn, it is neither common nor personal."""
    from chalicelib.commun.comptes import public as comptes
    from chalicelib.commun.comptes.rules import fautes_de_forme

    politique = comptes.politique()
    while True:
        mot = "-".join(ctx.digits(LISIBLES, 5) for _ in range(4))[: politique.maximum]
        if not fautes_de_forme(mot, politique):
            return Acces(email, mot, ctx.digits(BASE32, LONGUEUR_DE_CLE))


def raconter(acces: Acces, etape: str, fait: str) -> str:
    """What the operator hands over."""
    from chalicelib.core.settings import settings

    service = f"{settings().espace} {settings().organisme}"
    return (
        f"{fait} : {acces.email}, étape {etape}, {settings().base_url}\n"
        "À remettre à cette personne par deux voies sûres différentes. Rien de ceci ne sera affiché de nouveau.\n"
        f"  mot de passe   : {acces.mot_de_passe}\n"
        "                   (provisoire : valable 7 jours, à remplacer à la première connexion)\n"
        f"  second facteur : {acces.cle} (clé à saisir dans l’application d’authentification)\n"
        f"                   {acces.uri(service)}"
    )


def agir(given: argparse.Namespace) -> str:
    """Do what the command line asks; answers what to show."""
    choisir(given.stage)
    from chalicelib.core.context import live_context

    ctx = live_context(source="make personnel")
    if given.remplacer:
        if any((given.nom, given.prenom, given.role, given.structures, given.naissance)):
            raise Refus("--remplacer ne prend que --stage et --email : il ne change ni le nom, ni le rôle")
        return raconter(remplacer(ctx, _adresse(given.email)), given.stage, "Accès remplacé, sessions fermées")
    return raconter(creer(ctx, personne(given)), given.stage, "Compte créé")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Crée le compte d’une personne du personnel dans une étape déployée.")
    parser.add_argument("--stage", required=True)
    parser.add_argument("--email", required=True)
    for name in ("nom", "prenom", "role", "structures", "naissance"):
        parser.add_argument(f"--{name}", default="")
    parser.add_argument("--remplacer", action="store_true", help="nouveau mot de passe et nouvelle clé")
    given = parser.parse_args(arguments)
    try:
        print(agir(given))
    except Refus as refus:
        print(f"Refus : {refus}", file=sys.stderr)
        return 1
    except Exception as error:
        from chalicelib.core import aws

        if not aws.is_outage(error):
            raise
        print(f"AWS refuse : {error}\nCompte, région (AWS_REGION) et étape déployée ?", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
