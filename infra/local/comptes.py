"""The demo accounts of the local run, as the README shows them. Local only: no deployed portal knows them."""

import base64
import hashlib
import hmac
import struct
from dataclasses import dataclass
from datetime import datetime

MOT_DE_PASSE = "Guichet-2026!"
SECRET_TOTP = "JBSWY3DPEHPK3PXP"  # noqa: S105 - public, in the README


@dataclass(frozen=True)
class Compte:
    """One demo account."""

    courriel: str
    role: str
    second_facteur: bool = False


COMPTES = (
    Compte("intervenant@demo.fr", "Intervenant validé"),
    Compte("ordonne@demo.fr", "Intervenant validé"),
    Compte("attente@demo.fr", "Intervenant dont la demande attend"),
    Compte("gestionnaire@demo.fr", "Gestionnaire, Délégation Grand Est", True),
    Compte("gestionnaire2@demo.fr", "Gestionnaire, Délégation Bretagne", True),
    Compte("nouveau@demo.fr", "Gestionnaire, mot de passe provisoire", True),
    Compte("admin@demo.fr", "Administrateur", True),
)


def code_totp(instant: datetime, secret: str = SECRET_TOTP) -> str:
    """The six digits of RFC 6238 at an instant."""
    compteur = struct.pack(">Q", int(instant.timestamp()) // 30)
    empreinte = hmac.new(base64.b32decode(secret), compteur, hashlib.sha1).digest()
    debut = empreinte[-1] & 15
    nombre = struct.unpack(">I", empreinte[debut : debut + 4])[0] & 0x7FFFFFFF
    return f"{nombre % 1_000_000:06d}"
