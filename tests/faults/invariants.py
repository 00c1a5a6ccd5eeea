"""What must always hold, aggregate by aggregate, read from the tables and the bucket. Each function says what is wrong.

`calme`: nothing is on its way any more (queues empty, sweeps done); before that, what waits for them may be there.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date

from chalicelib.commun.comptes.rules import Civilite, Identite, cle_email
from chalicelib.commun.comptes.store import _cle
from tests.faults.monde import Ligne, Monde, lignes, objets

Invariant = Callable[[Monde, bool], Iterator[str]]
INVARIANTS: dict[str, Invariant] = {}


def invariant(fonction: Invariant) -> Invariant:
    """Declare one."""
    INVARIANTS[fonction.__name__] = fonction
    return fonction


def fautes(monde: Monde, calme: bool) -> list[str]:
    """All that is wrong now. A row without what its kind always has is one that came back after it was deleted."""
    trouvees = []
    for nom, verifier in INVARIANTS.items():
        try:
            trouvees += [f"{nom} : {faute}" for faute in verifier(monde, calme)]
        except KeyError as absent:
            trouvees.append(f"{nom} : ligne sans {absent}, revenue après avoir été effacée")
    return trouvees


def _par(table: str, prefixe: str, sk: str = "") -> dict[str, Ligne]:
    """Rows of a table by what follows a prefix of their key."""
    trouvees = [r for r in lignes(table) if r["pk"].startswith(prefixe) and r["sk"].startswith(sk)]
    return {r["pk"].removeprefix(prefixe): r for r in trouvees}


def _actes(acte: str) -> list[str]:
    """The objects of an act's audit lines."""
    return sorted(r["objet"] for r in lignes("audit") if r["acte"] == acte)


def _marques(compte: Ligne) -> tuple[str, str]:
    naissance = date.fromisoformat(compte["naissance"])
    identite = Identite(Civilite[compte["civilite"]], compte["nom"], compte["prenom"], naissance)
    return _cle("EMAIL", cle_email(compte["email"])), _cle("IDENTITE", identite.cle)


@invariant
def comptes(monde: Monde, calme: bool) -> Iterator[str]:
    """Rule B3: an account holds its two marks, and nothing else holds one."""
    tous = _par("comptes", "COMPTE#", "COMPTE")
    attendues = {marque: identifiant for identifiant, compte in tous.items() for marque in _marques(compte)}
    if len(attendues) != 2 * len(tous):
        yield "deux comptes pour une identité ou une adresse"
    marques = {r["pk"]: r["compte"] for r in lignes("comptes") if r["sk"] == "MARQUE"}
    if marques != attendues:
        yield f"marques sans compte ou comptes sans marque : {set(marques.items()) ^ set(attendues.items())}"


@invariant
def activation(monde: Monde, calme: bool) -> Iterator[str]:
    """Rules B4, B5: a living link and a deadline until the account is active; then a profile, and neither."""
    jetons = {cle: r for cle, r in _par("comptes", "JETON#").items() if r["but"] == "ACTIVATION"}
    profils = _par("intervenants", "INTERVENANT#", "PROFIL")
    for identifiant, compte in _par("comptes", "COMPTE#", "COMPTE").items():
        if compte["role"] != "INTERVENANT":
            continue
        vivants = [c for c, j in jetons.items() if j["compte"] == identifiant and j["etat"] == "VALABLE"]
        en_attente = compte["etat"] == "A_ACTIVER"
        if vivants != ([compte["lien_actif"]] if en_attente else []):
            yield f"liens vivants : {vivants}, état {compte['etat']}"
        if ("due_at" in compte) != en_attente:
            yield "échéance d’activation"
        if (identifiant in profils) == en_attente:
            yield f"profil d’un compte {compte['etat']}"
        if (identifiant in _actes("activer_le_compte")) == en_attente:
            yield "activation et audit"
    if set(profils) - set(_par("comptes", "COMPTE#", "COMPTE")):
        yield "profil sans compte"


ENTREES = {"se_connecter", "activer_le_compte", "changer_son_mot_de_passe", "changer_son_adresse"}
CHANGEMENTS = ("changer_son_mot_de_passe", "reinitialiser_son_mot_de_passe", "changer_son_adresse")


@invariant
def identifiants(monde: Monde, calme: bool) -> Iterator[str]:
    """Rules J3 to J5, T3: an account is as many generations old as it was changed; a link that served is forgotten."""
    jetons, changes = _par("comptes", "JETON#"), Counter(c for acte in CHANGEMENTS for c in _actes(acte))
    for identifiant, compte in _par("comptes", "COMPTE#", "COMPTE").items():
        if int(compte["generation"]) != changes[identifiant]:
            yield f"génération {compte['generation']} après {changes[identifiant]} changements"
    for lien in (r for r in lignes("comptes") if r["sk"].startswith("LIEN#")):
        if jetons[lien["jeton"]]["etat"] != "VALABLE":
            yield "le dernier lien d’un compte a déjà servi"
    servis = Counter(j["but"] for j in jetons.values() if j["etat"] == "UTILISE")
    for but, acte in (("MOT_DE_PASSE", CHANGEMENTS[1]), ("ADRESSE", CHANGEMENTS[2])):
        if servis[but] != len(_actes(acte)):
            yield f"{servis[but]} liens {but} servis pour {len(_actes(acte))} {acte}"


@invariant
def sessions(monde: Monde, calme: bool) -> Iterator[str]:
    """Rules T1, X3: each session was opened by an act that the audit tells."""
    entrees = Counter((r["objet"], r["gsi1sk"]) for r in lignes("audit") if r["acte"] in ENTREES)
    ouvertes = Counter(
        (r["pk"].removeprefix("COMPTE#"), r["ouverte_le"]) for r in lignes("comptes") if r["sk"].startswith("SESSION#")
    )
    if ouvertes - entrees:
        yield "session ouverte sans ligne d’audit"


# State of an application -> how the profile may be changed, whether the account is validated, the work list.
ETATS = {
    None: ("LIBRE", False, ""),
    "TRANSMISE": ("LECTURE_SEULE", False, "DEMANDES"),
    "COMPLEMENT": ("LIBRE", False, "COMPLEMENTS"),
    "VALIDEE": ("VALIDE", True, "TRAITEES"),
    "REJETEE": ("LIBRE", False, "TRAITEES"),
    "ARCHIVEE": ("LIBRE", False, "TRAITEES"),
}


@invariant
def statistiques(monde: Monde, calme: bool) -> Iterator[str]:
    """Rule R2: each decision of staff is counted once, by its delay and by its kind."""
    mois = [r for r in lignes("intervenants") if r["sk"].startswith("MOIS#")]
    delais, genres = (
        sum(int(r.get(nom, 0)) for r in mois for nom in noms)
        for noms in (("t0", "t1", "t2", "t3"), ("validee", "complement", "rejetee"))
    )
    prises = [r for r in lignes("intervenants") if r["sk"].startswith("DECISION#") and r["decision"] != "ARCHIVEE"]
    if not delais == genres == len(prises):
        yield f"{delais} délais et {genres} sens comptés pour {len(prises)} décisions"


@invariant
def demandes(monde: Monde, calme: bool) -> Iterator[str]:
    """Rules E1 to E5: the application, the profile, the account and the work list say the same."""
    toutes = _par("intervenants", "INTERVENANT#", "DEMANDE")
    tous = _par("comptes", "COMPTE#", "COMPTE")
    disponibles = {r["sk"].removeprefix("PIECE#") for r in lignes("pieces") if r["etat"] == "DISPONIBLE"}
    for identifiant, profil in _par("intervenants", "INTERVENANT#", "PROFIL").items():
        demande = toutes.pop(identifiant, {})
        etat = demande.get("etat")
        liste = demande.get("gsi1pk", "").removesuffix(f"#{demande.get('structure')}")
        vu = (profil["mode"], bool(tous[identifiant].get("valide")), liste)
        if vu != ETATS[etat]:
            yield f"demande {etat}, profil, compte et liste de travail {vu}"
        if ("due_at" in demande) != (etat == "COMPLEMENT"):
            yield f"échéance d’une demande {etat}"
        if etat == "TRANSMISE" and demande.get("cv") and demande["cv"] not in disponibles:
            yield "CV transmis qui n’est plus disponible"
        prises = [r for r in lignes("intervenants") if r["pk"] == profil["pk"] and r["sk"].startswith("DECISION#")]
        derniere = max(prises, key=lambda r: r["sk"], default={}).get("decision")
        if derniere != etat and etat not in {None, "TRANSMISE"}:
            yield f"demande {etat}, dernière décision {derniere}"
    if toutes:
        yield "demande sans profil"


@invariant
def pieces(monde: Monde, calme: bool) -> Iterator[str]:
    """Rules U1, U3, U4: a file is in one place, the right one, and only after its two verdicts."""
    cles, connues = objets(), set()
    en_force: Counter[tuple[str, str, str]] = Counter()
    for piece in lignes("pieces"):
        chemin = f"{piece['pk'].removeprefix('PROPRIETAIRE#')}/{piece['sk'].removeprefix('PIECE#')}"
        connues.add(chemin)
        disponible = piece["etat"] == "DISPONIBLE"
        en_force[piece["pk"], piece["usage"], piece.get("rattachement", "")] += disponible
        if disponible and f"disponible/{chemin}" not in cles:
            yield "pièce disponible sans objet"
        if disponible and not (piece.get("controle") and piece.get("controle") == piece.get("analyse")):
            yield "pièce disponible sans ses deux verdicts"
        yield from _pages(piece, chemin, cles, calme)
        if calme and f"quarantaine/{chemin}" in cles:
            yield f"objet en quarantaine d’une pièce {piece['etat']}"
        if calme and not disponible and f"disponible/{chemin}" in cles:
            yield f"objet disponible d’une pièce {piece['etat']}"
    if any(nombre > 1 for nombre in en_force.values()):
        yield "deux pièces en force pour un usage"
    orphelins = {cle for cle in cles if "/".join(cle.split("/")[1:3]) not in connues}
    if calme and orphelins:
        yield f"objets sans ligne : {sorted(orphelins)}"


@invariant
def parcours(monde: Monde, calme: bool) -> Iterator[str]:
    """Rules D7, D12, E1: a transmitted page holds what is required, no table more than 30 lines; a file that is not
    given up has its line."""
    lignes_ = [(r["pk"].removeprefix("INTERVENANT#"), *r["sk"].split("#")[1:]) for r in lignes("intervenants")
               if r["sk"].startswith("LIGNE#")]  # fmt: skip
    if any(nombre > 30 for nombre in Counter(ligne[:2] for ligne in lignes_).values()):
        yield "tableau de plus de trente lignes"
    finies = {"REMPLACE", "ABANDONNE"}
    attachees = {(r["pk"].removeprefix("PROPRIETAIRE#"), "initiales", r["rattachement"])
                 for r in lignes("pieces") if r.get("rattachement") and r["etat"] not in finies}  # fmt: skip
    if attachees - set(lignes_):
        yield "diplôme sans sa ligne"
    for identifiant, demande in _par("intervenants", "INTERVENANT#", "DEMANDE").items():
        tableaux = {bloc for qui, bloc, _ in lignes_ if qui == identifiant}
        if demande["etat"] == "TRANSMISE" and not {"experiences", "initiales"} <= tableaux:
            yield "demande transmise sans les lignes requises"
    ajoutees, supprimees = (Counter(_actes(f"{acte}_une_ligne")) for acte in ("ajouter", "supprimer"))
    if Counter(ligne for *_, ligne in lignes_) != ajoutees - supprimees:
        yield "lignes et audit"


def _pages(piece: Ligne, chemin: str, cles: set[str], calme: bool) -> Iterator[str]:
    if piece["etat"] != "DISPONIBLE":
        return
    if piece.get("pages") is None:
        if calme:
            yield "pages jamais dessinées"
        return
    if {f"pages/{chemin}/{n}" for n in range(1, int(piece["pages"]) + 1)} - cles:
        yield "pages comptées et absentes"


@invariant
def envois(monde: Monde, calme: bool) -> Iterator[str]:
    """Rule V1: what leaves was written first; what was written leaves, or is shown dead; its text does not stay."""
    tous = _par("outbox", "MAIL#")
    inconnus = [parti.subject for parti in monde.fil.partis if parti.id not in monde.fil.ecrits]
    if inconnus:
        yield f"mail parti sans être dans la boîte d’envoi : {inconnus}"
    for mail in tous.values():
        etat = mail["etat"]
        if calme and etat == "A_ENVOYER":
            yield "mail jamais parti"
        if (etat == "A_ENVOYER") != ("due_at" in mail) or (etat == "MORT") != ("gsi1pk" in mail):
            yield f"mail {etat} et ses échéances"
        if (etat == "ENVOYE") == ("body" in mail):
            yield f"texte d’un mail {etat}"


# Act -> what its mail is about.
SUJETS = {
    "transmettre_la_demande": "transmise",
    "valider_la_demande": "est validée",
    "demander_un_complement": "un complément",
    "rejeter_la_demande": "retenue",
    "rappeler_le_complement": "sera archivée",
    "archiver_la_demande": "a été archivée",
    "reinitialiser_son_mot_de_passe": "mot de passe a été changé",
    "demander_une_adresse": "adresse e-mail a été demandée",
    "changer_son_adresse": "adresse e-mail a été changée",
}
# Act -> the decision that it leaves.
DECISIONS = {
    "valider_la_demande": "VALIDEE",
    "demander_un_complement": "COMPLEMENT",
    "rejeter_la_demande": "REJETEE",
    "archiver_la_demande": "ARCHIVEE",
}


@invariant
def annonces(monde: Monde, calme: bool) -> Iterator[str]:
    """Rule V1: an act that a mail announces has its mail, and no mail announces what was not done. An account that is
    deleted takes its mails along."""
    sujets = Counter(r["subject"] for r in lignes("outbox"))
    for acte, sujet in SUJETS.items():
        mails = sum(n for texte, n in sujets.items() if sujet in texte)
        if mails != len(_actes(acte)):
            yield f"{mails} mails pour {len(_actes(acte))} {acte}"
    oublis = [c for c in _actes("demander_un_mot_de_passe") if c and c not in _supprimes()]
    if sum(n for texte, n in sujets.items() if "Réinitialisation" in texte or "Activez" in texte) != len(oublis):
        yield f"{len(oublis)} mots de passe oubliés, et leurs mails"
    liens = len([c for c in _actes("ouvrir_un_compte") + _actes("renvoyer_l_activation") if c not in _supprimes()])
    mails = sum(n for texte, n in sujets.items() if "Inscription" in texte)
    if mails != liens:
        yield f"{mails} mails d’activation pour {liens} liens"


@invariant
def audit(monde: Monde, calme: bool) -> Iterator[str]:
    """Rule X3: one line for each act done, none for what was not."""
    tous = _par("comptes", "COMPTE#", "COMPTE")
    ouverts = sorted({c for c, r in tous.items() if r["role"] == "INTERVENANT"} | set(_supprimes()))
    demandees = _par("intervenants", "INTERVENANT#", "DEMANDE")
    decisions = [r for r in lignes("intervenants") if r["sk"].startswith("DECISION#")]
    faits = {"ouvrir_un_compte": ouverts}
    for acte, decision in DECISIONS.items():
        prises = [r["pk"].removeprefix("INTERVENANT#") for r in decisions if r["decision"] == decision]
        faits[acte] = sorted(prises)
    for acte, siens in faits.items():
        if _actes(acte) != siens:
            yield f"{acte} : {len(_actes(acte))} lignes pour {len(siens)} actes"
    if set(_actes("transmettre_la_demande")) != set(demandees):
        yield "demandes et lignes de leur transmission"
    annoncees = [r["sk"].removeprefix("PIECE#") for r in lignes("pieces")]
    if set(annoncees) - set(_actes("annoncer_un_fichier")) or len(set(_actes("annoncer_un_fichier"))) != len(
        _actes("annoncer_un_fichier")
    ):
        yield "pièce annoncée sans ligne, ou deux fois"


def _supprimes() -> list[str]:
    return _actes("supprimer_un_compte_non_active")


# Limit -> the act that it counts. A counter never says less than what was done.
COMPTEURS = {
    "inscriptions": "ouvrir_un_compte",
    "renvois": "renvoyer_l_activation",
    "depots": "annoncer_un_fichier",
    "connexion-origine": "se_connecter",
    "oublis": "demander_un_mot_de_passe",
    "changements-d-adresse": "demander_une_adresse",
}


@invariant
def compteurs(monde: Monde, calme: bool) -> Iterator[str]:
    """Rule T4: what was done was counted, even when two did it at once."""
    comptes_: Counter[str] = Counter()
    for ligne in lignes("noyau"):
        nom = re.match(r"LIMITE#(.+)#", ligne["pk"])
        if nom:
            comptes_[nom.group(1)] += int(ligne["n"])
    for limite, acte in COMPTEURS.items():
        if limite not in monde.hors_limite and comptes_[limite] < len(_actes(acte)):
            yield f"{limite} compte {comptes_[limite]} pour {len(_actes(acte))} {acte}"


@invariant
def commandes(monde: Monde, calme: bool) -> Iterator[str]:
    """ADR 4: a command's row says where it led."""
    for ligne in _par("noyau", "COMMANDE#").values():
        if not ligne.get("result", "").startswith("/") or not ligne.get("route"):
            yield f"commande sans résultat : {dict(ligne)}"
