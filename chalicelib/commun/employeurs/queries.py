"""Public employers, asked to the API « Recherche d'entreprises » (État, Licence Ouverte), which may not answer."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.commun.employeurs import rules
from chalicelib.commun.employeurs.rules import Employeur, Recherche
from chalicelib.core import log
from chalicelib.core.context import Context
from chalicelib.core.errors import TooMany
from chalicelib.core.http import Unreachable, get_json
from chalicelib.core.settings import settings
from chalicelib.core.web.limits import Limit, consume

RECHERCHES = Limit("employeurs", 100, timedelta(hours=1))
DELAI, OCTETS = 2.0, 300_000
GARDE, REPOS, REPOS_MAX = timedelta(minutes=10), 10, 120  # REPOS: seconds
MEMOIRE_MAX = 200
_FILTRES = {"est_administration": "true", "etat_administratif": "A", "per_page": str(rules.RESULTATS_MAX)}
_SANS_PERSONNE = {"minimal": "true", "include": "siege,matching_etablissements"}  # no manager, no elected official


@dataclass
class Memoire:
    """What this process knows: recent answers, by what was asked; and until when the service is left alone."""

    reponses: dict[str, tuple[datetime, tuple[Employeur, ...]]] = field(default_factory=dict)
    repos: datetime | None = None


_memoire = Memoire()


def chercher(ctx: Context, texte: str) -> Recherche:
    """Rule C3: the public employers of a name or a SIRET. Nothing is sent but that text, within limits (rule T4)."""
    demande = rules.requete(texte)
    if not demande:
        return Recherche("")
    question = rules.en_mots_du_repertoire(demande)
    garde = _memoire.reponses.get(question)
    connus = garde[1] if garde and ctx.now < garde[0] else _demander(ctx, question)
    return Recherche(demande, connus)


def _demander(ctx: Context, demande: str) -> tuple[Employeur, ...] | None:
    if _memoire.repos and ctx.now < _memoire.repos:
        return None
    question = {"q": demande, **_FILTRES, **_SANS_PERSONNE}
    try:
        consume(ctx, RECHERCHES, ctx.user.id)
        trouves = rules.employeurs_de(get_json(f"{settings().employeurs_url}/search", question, DELAI, OCTETS), demande)
    except TooMany:
        return None
    except Unreachable as panne:
        _laisser(ctx, panne.wait)
        return None
    if trouves is None:
        _laisser(ctx)
    else:
        _garder(ctx, demande, trouves)
    return trouves


def _garder(ctx: Context, demande: str, trouves: tuple[Employeur, ...]) -> None:
    if len(_memoire.reponses) >= MEMOIRE_MAX:
        _memoire.reponses.clear()
    _memoire.reponses[demande] = (ctx.now + GARDE, trouves)


def _laisser(ctx: Context, demande: int = 0) -> None:
    """The service is left alone for a while: each attempt would make somebody wait."""
    _memoire.repos = ctx.now + timedelta(seconds=min(max(demande, REPOS), REPOS_MAX))
    log.event("employeurs.indisponible")
