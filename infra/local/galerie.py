"""The gallery: the page patterns in all their states, drawn without the application, to be looked at.

python -m infra.local.galerie               writes build/galerie/*.html (open them as files)
python -m infra.local.galerie --verifier    then looks at them in a browser: exit code 1 on a fault
"""

import shutil
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader
from markupsafe import Markup

from chalicelib.core.render import environnement
from infra.local import galerie_exemples as ex

ROOT = Path(__file__).resolve().parents[2]
MODELES = Path(__file__).parent / "maquettes"
STATIQUE = ROOT / "chalicelib" / "core" / "static"
SORTIE = ROOT / "build" / "galerie"

Page = tuple[str, dict[str, Any]]


def moteur() -> Environment:
    """The application's own environment, with what it gives every template made up."""
    env = environnement(ChoiceLoader([FileSystemLoader(MODELES), FileSystemLoader(ROOT / "chalicelib")]))
    reglages = SimpleNamespace(
        organisme="CNFPT",
        organisme_url="https://www.cnfpt.fr/",
        plan_acces_url="https://www.cnfpt.fr/contact",
        source_url="#code-source",
        version="20261121",
        espace="Espace Intervenants",
    )
    env.globals.update(
        reglages=reglages,
        url=lambda path: "accueil.html" if path == "/" else f"#{path}",
        statique=lambda name: f"statique/{name}",
        lien=lambda path: f"https://intervenants.exemple.fr{path}",
    )
    return env


def pages(env: Environment) -> dict[str, Page]:
    """Name of the page -> (template, values)."""
    return {**_du_visiteur(), **_de_la_personne(), **_du_personnel(env), **_composants(env), "mail": ("mail.html", {})}


def _du_visiteur() -> dict[str, Page]:
    visiteur = ex.cadre(ex.VISITEUR, fil=[("Accueil", "accueil.html"), ("Déposer un CV", None)])
    accueil = {**ex.cadre(ex.VISITEUR), **ex.LISTES, "annonces": ex.ANNONCES, "recherche": ex.Recherche()}
    vide, fausse = ex.Inscription(), ex.en_faute(ex.Inscription(data={"nom": "Dubois", "email": "jeanne@exemple"}))
    erreur = {**ex.cadre(ex.VISITEUR), "reference": "01jd5k3q8v", "delai": 150}
    return {
        "accueil": ("accueil.html", {**accueil, "form": ex.Connexion()}),
        "connexion": ("connexion.html", {**visiteur, "form": ex.Connexion()}),
        "inscription": ("inscription.html", {**visiteur, "form": vide, "image": ex.CAPTCHA, "son": ex.SON}),
        "inscription-erreurs": ("inscription.html", {**visiteur, "form": fausse, "image": ex.CAPTCHA, "son": None}),
        **{f"erreur-{s}": ("core/templates/erreur.html", {**erreur, "statut": s}) for s in (404, 429, 500)},
    }


def _de_la_personne() -> dict[str, Page]:
    candidat = ex.cadre(ex.CANDIDAT, "Jeanne Dubois", [("Accueil", "#"), ("Mon profil", "#p"), ("Inscription", None)])
    valide = ex.cadre(ex.VALIDE, ex.LONG, [("Accueil", "#"), ("Mon compte", "#c"), ("Mes informations", None)])
    return {
        "taches": ("taches.html", {**candidat, "taches": ex.TACHES}),
        "identification": ("identification.html", {**valide, **ex.LISTES, "form": ex.Identification(data=ex.SAISIE)}),
        "depot": ("depot.html", candidat),
        "verification": ("verification.html", {**candidat, "blocs": ex.BLOCS}),
        "confirmation": ("confirmation.html", {**candidat, "evenements": ex.EVENEMENTS[:1]}),
    }


def _du_personnel(env: Environment) -> dict[str, Page]:
    gestion = ex.cadre(ex.GESTION, "Paul Weber", [("Demandes d’inscription", None)])
    etat = _macro(env, "etat")
    nom = Markup('<a href="gestion-fiche.html">{}</a>')
    demandes = [
        [nom.format(n), "A2C - Assemblées, secrétariat général et protocole", "Délégation Grand Est", d, j, etat(c, e)]
        for n, d, j, c, e in ex.DEMANDES
    ]
    liste = {**gestion, **ex.LISTES, "filtre": ex.Recherche(), "colonnes": ex.COLONNES, "demandes": demandes}
    fiche = {**gestion, "blocs": ex.BLOCS, "evenements": ex.EVENEMENTS, "pages": [ex.PAGE, ex.PAGE]}
    return {
        "gestion-liste": ("gestion-liste.html", liste),
        "gestion-fiche": ("gestion-fiche.html", {**fiche, "form": ex.Decision(data={"decision": "complement"})}),
    }


def _composants(env: Environment) -> dict[str, Page]:
    valide = ex.cadre(ex.VALIDE, ex.LONG, [("Accueil", "#"), ("Mon compte", "#c"), ("Mes informations", None)])
    etat = _macro(env, "etat")
    lien = Markup('<a href="#m{0}">Consulter<span class="visually-hidden"> la réponse {0}</span></a>')
    reponses = [
        ["21/11/2026", f"05422071{n}", "Gérer les situations d’agressivité", etat(c, e), "2,5", lien.format(n)]
        for n, c, e in ex.REPONSES
    ]
    plein = ex.Composants(data={"plein": "Non modifiable", "duree": "2,5"})
    faux = ex.en_faute(ex.Composants(data={"radio": "a"}), tous=True)
    return {
        "composants": ("composants.html", {**valide, "form": plein, "reponses": reponses}),
        "composants-erreurs": ("composants.html", {**valide, "form": faux, "reponses": []}),
    }


def _macro(env: Environment, nom: str) -> Any:
    return getattr(env.get_template("core/templates/macros/pages.html").module, nom)


def dessiner() -> list[str]:
    """Write the gallery; answers the names of its pages."""
    env = moteur()
    shutil.rmtree(SORTIE, ignore_errors=True)
    shutil.copytree(STATIQUE, SORTIE / "statique")
    noms = []
    for nom, (modele, valeurs) in pages(env).items():
        (SORTIE / f"{nom}.html").write_text(env.get_template(modele).render(**valeurs))
        noms.append(nom)
    (SORTIE / "mail.txt").write_text(env.get_template("mail.txt").render())
    liens = "".join(f'<li><a href="{nom}.html">{nom}</a></li>' for nom in noms)
    tete = '<!doctype html><html lang="fr"><meta charset="utf-8"><title>Galerie</title>'
    (SORTIE / "index.html").write_text(f"{tete}<ul>{liens}</ul></html>")
    return noms


def main() -> int:
    """Draw, and check when asked; answers the exit code."""
    noms = dessiner()
    print(f"{len(noms)} pages : {SORTIE / 'index.html'}")
    if "--verifier" not in sys.argv[1:]:
        return 0
    from infra.local.galerie_controle import verifier

    return 1 if verifier(noms, SORTIE) else 0


if __name__ == "__main__":
    sys.exit(main())
