"""The only reader of the environment. Names of resources derive from STAGE; nothing else is passed around."""

import os
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

_REQUIRED = ("STAGE", "ESPACES", "BASE_URL", "MAIL_FROM")


@dataclass(frozen=True)
class Settings:
    """What a deployment may set. `base_url` carries no slash at its end; `base_path` is "" or "/api"."""

    stage: str
    espaces: tuple[str, ...]
    base_url: str
    base_path: str
    bucket_suffix: str
    mail_from: str
    version: str
    organisme: str
    organisme_url: str
    organisme_adresse: str
    plan_acces_url: str
    specialites_url: str
    contact_email: str
    contact_telephone: str
    dpo_email: str
    dpo_telephone: str
    source_url: str
    employeurs_url: str
    maintenance: bool
    mot_de_passe_max: int
    mot_de_passe_classes: bool

    def table(self, name: str) -> str:
        """Name of a DynamoDB table."""
        return f"guichet-{self.stage}-{name}"

    def queue(self, name: str) -> str:
        """Name of an SQS queue."""
        return f"guichet-{self.stage}-{name}"

    @property
    def bucket(self) -> str:
        """Name of the bucket of files; the suffix makes it unique in the world."""
        return f"guichet-{self.stage}-fichiers{self.bucket_suffix}"

    @property
    def espace(self) -> str:
        """Name of the portal as people read it."""
        return "Espace Intervenants" if "intervenants" in self.espaces else "Espace Famille"


@cache
def settings() -> Settings:
    """Read once, at the first use; a missing variable fails with its name."""
    missing = [name for name in _REQUIRED if not os.environ.get(name)]
    if missing:
        raise RuntimeError(f"missing settings: {', '.join(missing)}")
    env = os.environ.get
    return Settings(
        stage=os.environ["STAGE"],
        espaces=tuple(os.environ["ESPACES"].split(",")),
        base_url=os.environ["BASE_URL"].rstrip("/"),
        base_path=env("BASE_PATH", "").rstrip("/"),
        bucket_suffix=env("BUCKET_SUFFIX", ""),
        mail_from=os.environ["MAIL_FROM"],
        version=env("VERSION", "dev"),
        organisme=env("ORGANISME", "CNFPT"),
        organisme_url=env("ORGANISME_URL", "https://www.cnfpt.fr/"),
        organisme_adresse=env("ORGANISME_ADRESSE", "80, rue de Reuilly, CS 41232, 75578 Paris Cedex 12"),
        plan_acces_url=env("PLAN_ACCES_URL", ""),
        specialites_url=env(
            "SPECIALITES_URL",
            "https://www.cnfpt.fr/nous-connaitre/notre-organisation/reseau-instituts/specialites/national",
        ),
        contact_email=env("CONTACT_EMAIL", ""),
        contact_telephone=env("CONTACT_TELEPHONE", ""),
        dpo_email=env("DPO_EMAIL", "donneespersonnelles@cnfpt.fr"),
        dpo_telephone=env("DPO_TELEPHONE", "01 55 27 05 47"),
        source_url=env("SOURCE_URL", ""),
        employeurs_url=_sure("EMPLOYEURS_URL", env("EMPLOYEURS_URL", "https://recherche-entreprises.api.gouv.fr")),
        maintenance=env("MAINTENANCE", "non") == "oui",
        mot_de_passe_max=min(int(env("MOT_DE_PASSE_MAX", "24")), 128),  # rule Z1
        mot_de_passe_classes=env("MOT_DE_PASSE_CLASSES", "oui") == "oui",
    )


def _sure(name: str, url: str) -> str:
    """The address of another service: https, or this machine's own."""
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname != "127.0.0.1":
        raise RuntimeError(f"{name} is neither https nor on this machine")
    return url.rstrip("/")
