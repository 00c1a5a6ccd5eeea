"""The portal with faults planted where the tables keep order: each race must see its own (test_plantes).

The classic ones: a condition forgotten, or what one write does in one go read first, then written.
"""

import importlib.util
import itertools
import time
from dataclasses import replace
from typing import Any

from chalicelib.commun.comptes import public
from chalicelib.commun.comptes import store as comptes
from chalicelib.core import table
from chalicelib.core.web import captcha, limits
from chalicelib.intervenants.inscription import store as inscription
from chalicelib.intervenants.profil import store as profil
from infra.local.environnement import RACINE

HESITATION = 0.2  # between the read and the write: long enough for somebody else


def consommer(ctx: Any, limit: Any, subject: str) -> int:
    """A counter read, then written."""
    vide, attente = limits._row(ctx, limit, subject)
    lue = table.get(limits.LimitRow, vide.pk, vide.sk)
    time.sleep(HESITATION)
    vide.n = int(lue.n) + 1 if lue else 1
    vide.save()
    if vide.n > limit.most:
        raise limits.TooMany(attente)
    return int(vide.n)


def depenser(ctx: Any, challenge: str, bound_to: str, purpose: str, typed: str, keep: bool = False) -> str | None:
    """A captcha looked at, then marked."""
    row = captcha._row(challenge)
    if row is None or row.lie_a != bound_to or row.servi is not None:
        return captcha.WRONG
    time.sleep(HESITATION)
    row.update(actions=[captcha.CaptchaRow.servi.set(ctx.instant)])
    return None if typed == row.reponse else captcha.WRONG


def creer(act: Any, row: Any, identite: Any) -> None:
    """An account whose marks are written over those of another."""
    compte_id = row.pk.removeprefix("COMPTE#")
    for marque in (("EMAIL", comptes.cle_email(row.email)), ("IDENTITE", identite.cle)):
        act.put(comptes.MarqueRow(comptes._cle(*marque), "MARQUE", compte=compte_id))
    act.put(row)


def compter_un_essai(row: Any, maximum: int) -> bool:
    """A number of tries that was read when the code was asked."""
    if row.essais >= maximum:
        return False
    time.sleep(HESITATION)
    row.update(actions=[comptes.JetonRow.essais.set(int(row.essais) + 1)])
    return True


def n_importe_comment(lu: Any) -> Any:
    """A profile saved over whatever is there."""
    return profil.ProfilRow.pk.exists()


def decider(act: Any, decidee: Any, precedente: Any) -> None:
    """A decision that does not look at the one before."""
    row = inscription.DecisionRow(inscription._pk(decidee.compte), f"DECISION#{act.ctx.new_id()}")
    row.decision, row.auteur, row.le = decidee.etat.name, act.ctx.user.id, act.ctx.instant
    row.nom_auteur = act.ctx.user.nom_affiche
    act.put(row)


def user_jeton(act: Any, empreinte: str) -> None:
    """A link that is marked as used, were it already."""
    act.update(comptes.JetonRow(f"JETON#{empreinte}", "JETON"), [comptes.JetonRow.etat.set("UTILISE")])


def activer(act: Any, compte_id: str) -> None:
    """An account that is activated, were it already."""
    act.update(comptes.CompteRow(comptes.pk(compte_id), "COMPTE"), [comptes.CompteRow.etat.set("ACTIF")])


def creer_le_profil(act: Any, compte_id: str, identification: Any) -> None:
    """A profile put over the one that is there."""
    act.put(profil.ProfilRow(profil.pk(compte_id), "PROFIL", identification=identification, version=1))


_commit = table.Act.commit


def commit(act: Any, result: str = "") -> str:
    """An act that forgets its command."""
    if act.ctx.route == "/mon-profil/cv":
        act.ctx = replace(act.ctx, command=None)
    return str(_commit(act, result))


_appels = itertools.count()
_vus: dict[str, Any] = {}


def utilisateur(ctx: Any, cookie: Any) -> Any:
    """Somebody kept in the memory of the process, and given back to the next one now and then."""
    compte = _utilisateur(ctx, cookie)
    if ctx.route != "/mon-profil" or ctx.request.method != "GET" or compte is None:
        return compte
    autres = [autre for autre in _vus.values() if autre.id != compte.id]
    _vus[compte.id] = compte
    return autres[-1] if autres and next(_appels) % 2 else compte


_utilisateur, public.utilisateur = public.utilisateur, utilisateur
table.Act.commit = commit
limits.consume, captcha.spend = consommer, depenser
comptes.creer, comptes.compter_un_essai, comptes.user_jeton, comptes.activer = (
    creer, compter_un_essai, user_jeton, activer,
)  # fmt: skip
profil._inchange, profil.creer, inscription.decider = n_importe_comment, creer_le_profil, decider

_spec = importlib.util.spec_from_file_location("vraie_application", RACINE / "app.py")
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
app = _module.app
