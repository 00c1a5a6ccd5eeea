"""What other slices may ask of accounts."""

from chalicelib.commun.comptes import queries, store, usecases
from chalicelib.commun.comptes.rules import Access, Compte, EtatDuLien, Identite, Jeton, Politique, d_abord
from chalicelib.core.context import Context
from chalicelib.core.table import Act
from chalicelib.core.web.pages import Reply

utilisateur = usecases.utilisateur
nouveau_compte = usecases.nouveau_compte
activer = usecases.activer
compte_du_lien = usecases.compte_du_lien
ouvrir_session = usecases.ouvrir_session
renvoyer_l_activation = usecases.renvoyer_l_activation
nouveau_lien_d_activation = usecases.nouveau_lien_d_activation
supprimer_le_compte = usecases.supprimer_le_compte
prouver = usecases.prouver
est_le_provisoire = usecases.est_le_provisoire
changer_le_mot_de_passe = usecases.changer_le_mot_de_passe
changer_l_adresse = usecases.changer_l_adresse
nouveau_jeton = usecases.nouveau_jeton
rouvrir_l_entree = usecases.rouvrir_l_entree
etat_du_lien = queries.etat_du_lien
jeton = queries.jeton
activation_echue = queries.activation_echue
comptes_non_actives = queries.comptes_non_actives
compte_de_l_identite = queries.compte_de_l_identite
compte_de_l_adresse = queries.compte_de_l_adresse
compte = queries.compte
politique = queries.politique
fautes_du_mot_de_passe = queries.fautes_du_mot_de_passe
page_connexion = queries.page_connexion
reponse_sans_session = queries.reponse_sans_session
saisie_a_copier = queries.saisie_a_copier
reponse_a_renvoyer = queries.reponse_a_renvoyer

ref_du_compte = store.ref
compte_lu = store.compte_of
user_jeton = store.user_jeton

__all__ = ["Compte", "Context", "EtatDuLien", "Identite", "Jeton", "Politique", "Reply"]


def avant_tout(ctx: Context, acces: Access) -> str:
    """Rules J2, Z3: the page that who is logged in must see before the one of this request, "" when none."""
    return d_abord(ctx.user, acces, ctx.route) if ctx.user else ""


def changer_identite(act: Act, compte: Compte, nouvelle: Identite) -> None:
    """Rule B3: another identity, in the transaction of the act; Conflict("identite") when somebody has it."""
    store.changer_identite(act, compte, nouvelle)


def valider(act: Act, compte_id: str) -> None:
    """Rule E5: the account gets the menu of a validated trainer, in the transaction of the act."""
    store.valider(act, compte_id)
