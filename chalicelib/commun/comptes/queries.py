"""What pages show of accounts."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

from chalicelib.commun.comptes import rules, store
from chalicelib.commun.comptes.forms import CodeForm, ConnexionForm
from chalicelib.commun.comptes.rules import (
    Compte,
    Connexion,
    EtatDuLien,
    Faute,
    Identite,
    Jeton,
    Politique,
    faute_de_fond,
    fautes_de_forme,
)
from chalicelib.core.context import Context, iso
from chalicelib.core.errors import PortalError
from chalicelib.core.passwords import common_passwords
from chalicelib.core.settings import settings
from chalicelib.core.web import session
from chalicelib.core.web.pages import Reply, page, redirect
from chalicelib.core.web.request import MultiDict, Request
from chalicelib.core.web.urls import chemin_local

REPRISE_MAX = 60_000
_REPRISE, _CONNEXION, _CODE = (f"commun/comptes/templates/{n}.html" for n in ("reprise", "connexion", "code"))
_JAMAIS_REPRIS = ("commande", "mot_de_passe_actuel", "mot_de_passe", "confirmation_mot_de_passe", "code")


def compte(compte_id: str) -> Compte | None:
    """An account by its id."""
    row = store.lire(compte_id)
    return store.compte_of(row) if row else None


def compte_de_l_adresse(email: str) -> Compte | None:
    """An account by its address."""
    row = store.lire_par_email(email)
    return store.compte_of(row) if row else None


def compte_de_l_identite(identite: Identite) -> Compte | None:
    """An account by the identity of its holder."""
    row = store.lire_par_identite(identite)
    return store.compte_of(row) if row else None


def comptes_non_actives(ctx: Context) -> Iterator[str]:
    """Rule B4: ids of the accounts whose seven days are over."""
    for row in store.comptes_non_actives(ctx.instant):
        yield row.pk.removeprefix("COMPTE#")


def activation_echue(ctx: Context, compte: Compte) -> bool:
    """Rule B4: whether nobody activated this account in its seven days: the sweep may delete it."""
    return compte.etat is rules.EtatCompte.A_ACTIVER and rules.fin_d_activation(compte) <= ctx.now


def etat_du_lien(ctx: Context, token: str) -> EtatDuLien:
    """Rule B5: what has become of an activation link."""
    jeton = store.lire_jeton(token, "ACTIVATION")
    etat = rules.etat_du_lien(jeton.etat, jeton.expire_le, ctx.instant) if jeton else EtatDuLien.INCONNU
    if etat is EtatDuLien.VALABLE and jeton and store.lire(jeton.compte) is None:  # swept at this very instant
        return EtatDuLien.EXPIRE
    return etat


def jeton(ctx: Context, token: str, but: str) -> Jeton | None:
    """Rule T3: the token of a link by e-mail, for this use."""
    row = store.lire_jeton(token, but)
    return store.jeton_of(row, ctx.instant) if row else None


def mes_connexions(ctx: Context) -> list[Connexion]:
    """Rule T1: the sessions of the person that began in the last twelve hours, the newest first."""
    debut = iso(ctx.now - rules.SESSION_ABSOLUE)
    vivantes = [
        row for row in store.sessions(ctx.user.id) if row.ouverte_le >= debut and row.generation == ctx.user.generation
    ]
    vivantes.sort(key=lambda row: row.ouverte_le, reverse=True)
    return [
        Connexion(
            id=row.sk.removeprefix("SESSION#")[: rules.ID_DE_CONNEXION],
            ouverte_le=row.ouverte_le,
            appareil=rules.appareil_lisible(row.appareil),
            source=row.source,
            actuelle=row.sk == f"SESSION#{ctx.user.session}",
        )
        for row in vivantes
    ]


def politique() -> Politique:
    """Rule Z1: the passwords that this space asks for."""
    return Politique(maximum=settings().mot_de_passe_max, classes=settings().mot_de_passe_classes)


def fautes_du_mot_de_passe(mot_de_passe: str, personnels: tuple[str, ...], naissance: date | None = None) -> list[str]:
    """Rules B2, T2: the sentences to show beside the field; none when the password will do. `personnels`: what
    anybody would try for this person, the structures' names among it."""
    regle = politique()
    fautes: list[Faute] = list(fautes_de_forme(mot_de_passe, regle))
    if not fautes:
        mots = (*personnels, settings().organisme, settings().espace)
        fond = faute_de_fond(mot_de_passe, mots, common_passwords(), naissance)
        fautes = [fond] if fond else []
    return [faute.phrase(regle) for faute in fautes]


def reponse_sans_session(ctx: Context) -> Reply:
    """Rule S6: to the login page, and back to where the person was going; what was typed is carried along."""
    request = ctx.request
    if request.pattern == "/deconnexion":  # pressed twice, or after the session's end: they are out already
        return redirect("/")
    ancienne = session.read(request.cookies.get(session.SESSION, ""))
    if request.method == "GET":
        fin = {"fin": "oui"} if ancienne else {}
        return redirect("/connexion?" + urlencode({"suite": _suite(request)} | fin, safe="/"))
    proprietaire = ancienne.owner if ancienne else ""
    garde = {"action": request.path, "champs": _a_reprendre(request), "de": proprietaire}
    reprise = json.dumps(garde, ensure_ascii=False)
    perdue = len(reprise) > REPRISE_MAX or not _lisible(request)
    if perdue:
        reprise = ""
    return page(
        _CONNEXION,
        401,
        expiree=True,
        perdue=perdue,
        **page_connexion(ctx, suite=request.path, reprise=reprise),
    )


def _suite(request: Request) -> str:
    """Rule A2: where the person was going, its query included (lists are shareable: S4)."""
    recherche = urlencode(request.query, doseq=True)
    entiere = f"{request.path}?{recherche}" if recherche else request.path
    return chemin_local(entiere) or request.path


_SECRETS = {  # what these forms ask is never given back: they come back themselves
    "/connexion": (_CONNEXION, ConnexionForm, "mot_de_passe", "votre mot de passe"),
    "/connexion/code": (_CODE, CodeForm, "code", "le code"),
}
_A_RESSAISIR = {
    403: "Cette page était ouverte depuis longtemps : saisissez de nouveau {quoi}.",
    429: "Trop d’essais : par sécurité, leur nombre est limité. Attendez {attente}, puis saisissez de nouveau {quoi}.",
    503: "Le service n’a pas répondu à temps : saisissez de nouveau {quoi} dans un instant.",
    500: "Un problème technique est survenu (référence {reference}) : saisissez de nouveau {quoi}.",
}


def reponse_a_renvoyer(ctx: Context, statut: int, texte: str, *, meme_commande: bool = False, **values: Any) -> Reply:
    """Rules S2, S6: a form that could not be treated gives back what it held, to be sent again on purpose.

    `meme_commande`: under the command that it carried, so that it acts once.
    """
    typed = MultiDict(_a_reprendre(ctx.request))
    if meme_commande:
        values["commande"] = ctx.request.form.first("commande")
    if ctx.request.pattern in _SECRETS:
        template, classe, champ, quoi = _SECRETS[ctx.request.pattern]
        form = classe(typed)
        form.add_error(champ, _A_RESSAISIR[statut].format(quoi=quoi, **values))
        return page(template, statut, form=form, expiree=False, **values)
    champs = [(nom, valeur) for nom, valeurs in typed.items() for valeur in valeurs]
    return page(_REPRISE, statut, action=ctx.request.path, champs=champs, texte=texte, **values)


def saisie_a_copier(request: Request) -> str:
    """Rule S2: what a form held that can't be treated any more, a line for each answer; "" when nothing was typed."""
    tus = ("version", "suite", "action", "reprise", "captcha", "defi", "choix")
    return "\n".join(v for nom, valeurs in _a_reprendre(request).items() if nom not in tus for v in valeurs if v)


def _a_reprendre(request: Request) -> dict[str, list[str]]:
    if not _lisible(request):  # what cannot be read cannot be given back
        return {}
    return {name: values for name, values in request.form.items() if name not in _JAMAIS_REPRIS}


def _lisible(request: Request) -> bool:
    try:
        return request.form is not None
    except PortalError:
        return False


def page_connexion(ctx: Context, suite: str = "", reprise: str = "") -> dict[str, Any]:
    """The login page's form."""
    return {"form": ConnexionForm(MultiDict(), data={"suite": chemin_local(suite) or "", "reprise": reprise})}


def reprise(text: str, compte_id: str) -> tuple[str, list[tuple[str, str]]] | None:
    """What a form held when the session ended: where it was going, and its fields; None if it was somebody else's."""
    try:
        kept = json.loads(text)
        if kept["de"] != compte_id:
            return None
        action = chemin_local(kept["action"])
        champs = [(str(name), str(value)) for name, values in kept["champs"].items() for value in values]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return (action, champs) if action else None
