"""The bench itself: mistakes planted one by one in the portal, that nobody sees as long as nothing fails. Each must be
seen by the bench; the portal as it is must pass at the same points."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib.commun.comptes import public as comptes
from chalicelib.core import aws, outbox, table
from chalicelib.core.context import Context
from chalicelib.core.mail import Mail, mime, render_mail
from chalicelib.core.web import limits, pages
from chalicelib.intervenants.profil import public as profil
from chalicelib.intervenants.profil import rules as regles_du_profil
from chalicelib.intervenants.profil.store import ProfilRow, pk
from tests.faults import portee, scenes
from tests.faults.banc import Banc
from tests.faults.monde import Monde


def _poster_avant_d_ecrire(act: table.Act, mail: Mail) -> str:
    """Sends at once, and writes with the act that it was sent."""
    mail_id, rendu = act.ctx.new_id(), render_mail(mail)
    brut = mime(act.ctx, rendu, mail_id)
    aws.client("sesv2").send_email(Content={"Raw": {"Data": brut}}, Destination={"ToAddresses": [mail.to]})
    row = outbox.MailRow(f"MAIL#{mail_id}", "MAIL", etat=outbox.ENVOYE, to=mail.to, subject=rendu.subject)
    row.cree_le = row.envoye_le = act.ctx.instant
    act.create(row, "mail")
    return mail_id


def _lire_puis_ecrire(ctx: Context, limite: limits.Limit, sujet: str) -> int:
    """Counts by reading, then writing."""
    row, _ = limits._row(ctx, limite, sujet)
    connue = table.get(limits.LimitRow, row.pk, row.sk)
    row.n = int(connue.n if connue else 0) + 1
    row.save()
    return int(row.n)


def _hors_de_l_acte(act: table.Act, compte: Any) -> None:
    """Writes the profile at once, not with the act."""
    depart = regles_du_profil.identification_de_depart(compte)
    ProfilRow(pk(compte.id), "PROFIL", identification=depart, version=1).save()


def _sans_commande(act: table.Act, resultat: str = "") -> str:
    """Forgets which command it carries out."""
    return _commit(replace(act, ctx=replace(act.ctx, command=None)), resultat)


_commit = table.Act.commit


def _page_bavarde(ctx: Context, erreur: Exception) -> pages.Reply:
    """Shows what went wrong inside."""
    return pages.page("core/templates/erreur.html", 503, statut=503, message=repr(erreur))


def _page_vide(ctx: Context, erreur: Exception) -> pages.Reply:
    """Says sorry, and forgets what was typed."""
    return pages.page("core/templates/erreur.html", 503, statut=503)


def _tout_va_bien(ctx: Context, erreur: Exception) -> pages.Reply:
    """Leads on as if nothing had failed."""
    return pages.redirect("/deposer-un-cv/envoye")


def _planter_la_page(reponse: Callable[..., pages.Reply]) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda mp: mp.setattr(pages, "_site", replace(pages.site(), error_reply=reponse))


@dataclass(frozen=True)
class Plante:
    """A mistake, where it shows, and what the bench must say of it."""

    nom: str
    planter: Callable[[pytest.MonkeyPatch], None]
    scene: str
    sorte: str
    operation: str
    attendu: str

    def __str__(self) -> str:
        return self.nom


PLANTES = [
    Plante("un mail part avant que l’acte soit écrit", lambda mp: mp.setattr(outbox, "add", _poster_avant_d_ecrire),
           "POST /activation/renvoyer", "avant", "TransactWriteItems", "mail parti sans être dans la boîte d’envoi"),
    Plante("un mail part d’un processus qui meurt", lambda mp: mp.setattr(outbox, "add", _poster_avant_d_ecrire),
           "POST /mon-profil/transmission", "mort_avant", "TransactWriteItems", "mail parti sans être dans la boîte"),
    Plante("un compteur est lu puis écrit", lambda mp: mp.setattr(limits, "consume", _lire_puis_ecrire),
           "POST /connexion - un intervenant", "jumelle", "PutItem", "connexion-origine compte 1 pour 2"),
    Plante("une écriture est hors de la transaction", lambda mp: mp.setattr(profil, "creer_le_profil", _hors_de_l_acte),
           "POST /activation/{jeton}", "avant", "TransactWriteItems", "profil d’un compte A_ACTIVER"),
    Plante("un acte oublie sa commande", lambda mp: mp.setattr(table.Act, "commit", _sans_commande),
           "POST /mon-profil/cv", "apres", "TransactWriteItems", "état final : manque"),
    Plante("un balayage ne regarde rien", lambda mp: mp.setattr(outbox, "fallen_due", lambda *demande: iter(())),
           "POST /activation/renvoyer", "avant", "SendMessageBatch", "mail jamais parti"),
    Plante("une page montre la panne", _planter_la_page(_page_bavarde),
           "POST /mon-profil/cv", "etranglee_longtemps", "TransactWriteItems", "dans la page"),
    Plante("une page perd la saisie", _planter_la_page(_page_vide),
           "POST /mon-profil/identification - un autre nom", "avant", "TransactWriteItems", "ne rend pas la saisie"),
    Plante("un refus perd la saisie", lambda mp: mp.setattr(comptes, "saisie_a_copier", lambda demande: ""),
           "POST /mon-profil/identification - un autre nom", "intrus", "BatchGetItem", "perdue par une page 409"),
    Plante("une page ment", _planter_la_page(_tout_va_bien),
           "POST /activation/renvoyer", "avant", "TransactWriteItems", "acquitté sans être fait"),
]  # fmt: skip


def _eprouver(monde: Monde, plante: Plante) -> list[str]:
    """What the bench says at the calls where the mistake shows."""
    banc = Banc(monde, next(scene for scene in scenes.SCENES if str(scene) == plante.scene))
    points = [p for p in banc.points() if p.sorte.nom == plante.sorte and p.appel.operation == plante.operation]
    return banc.en_bonne_marche() + [faute for point in points for faute in banc.eprouver(point)]


@pytest.mark.parametrize("plante", PLANTES, ids=str)
def test_le_banc_voit_la_faute_plantee(monde: Monde, monkeypatch: pytest.MonkeyPatch, plante: Plante) -> None:
    assert _eprouver(monde, plante) == []
    plante.planter(monkeypatch)
    vues = _eprouver(monde, plante)
    assert any(plante.attendu in faute for faute in vues), vues


def test_un_cas_d_usage_que_personne_n_appelle_se_voit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a module that the plant writes; what is called by another name, or by another act, is seen."""
    module = tmp_path / "annonces" / "usecases.py"
    module.parent.mkdir()
    corps = {"publier": "_noter(); prevenir()", "prevenir": "pass", "retirer": "pass", "_noter": "pass"}
    module.write_text("\n".join(f"def {nom}(): {fait}" for nom, fait in corps.items()))
    monkeypatch.syspath_prepend(tmp_path)
    publier = importlib.import_module("annonces.usecases").publier
    with portee.ecoute(tmp_path) as appeles:
        publier()
        with appeles.sourd():
            importlib.import_module("annonces.usecases").retirer()
    assert portee.declares(tmp_path) - appeles == {"annonces/usecases.py retirer"}


def test_un_acte_sans_scene_se_voit() -> None:
    connus = ["POST /annonces/{numero}/candidater", "POST /deconnexion", "balayer_annonces"]
    assert scenes.sans_scene(connus, scenes.SCENES) == ["POST /annonces/{numero}/candidater", "balayer_annonces"]
