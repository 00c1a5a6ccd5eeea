"""The composition root: the Chalice application of the enabled spaces. No route here."""

from chalice import Chalice

from chalicelib.commun.comptes import public as comptes
from chalicelib.commun.comptes import routes as comptes_routes
from chalicelib.commun.contenus import public as contenus
from chalicelib.commun.contenus import routes as contenus_routes
from chalicelib.commun.defis import routes as defis_routes
from chalicelib.commun.employeurs import routes as employeurs_routes
from chalicelib.commun.envois import events as envois_events
from chalicelib.commun.envois import routes as envois_routes
from chalicelib.commun.identifiants import routes as identifiants_routes
from chalicelib.commun.pieces import events as pieces_events
from chalicelib.commun.referentiels import routes as referentiels_routes
from chalicelib.core.web import pages
from chalicelib.intervenants.accueil import public as accueil
from chalicelib.intervenants.accueil import routes as accueil_routes
from chalicelib.intervenants.inscription import events as inscription_events
from chalicelib.intervenants.inscription import routes as inscription_routes
from chalicelib.intervenants.parcours import routes as parcours_routes
from chalicelib.intervenants.profil import routes as profil_routes
from chalicelib.intervenants.statistiques import routes as statistiques_routes

app = Chalice(app_name="guichet")
app.api.binary_types = []  # every answer is text: no first-Accept trap

pages.install(
    pages.Site(
        load_user=comptes.utilisateur,
        menu=accueil.menu,
        before=comptes.avant_tout,
        error_reply=contenus.page_d_erreur,
        login_reply=comptes.reponse_sans_session,
    )
)

for module in (
    accueil_routes,
    comptes_routes,
    contenus_routes,
    defis_routes,
    employeurs_routes,
    envois_events,
    envois_routes,
    identifiants_routes,
    inscription_events,
    inscription_routes,
    parcours_routes,
    pieces_events,
    profil_routes,
    referentiels_routes,
    statistiques_routes,
):
    app.register_blueprint(module.bp)
