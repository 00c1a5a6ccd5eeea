"""The bench: one act, one call, one kind of fault; then what the person does, what AWS brings back, what sweeps mend;
and what must be true at each step."""

import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.client import Answer
from tests.faults import invariants
from tests.faults.fil import INTRUS, JUMELLE, LENTE, SORTES, Appel, Faute, Sorte
from tests.faults.monde import Forme, Monde, anonyme, apaiser, ecart, lignes, photo, processus_neuf
from tests.faults.scenes import Arrivee, Evenement, Formulaire, Issue, Lecture, Scene, arrivee, suivre

INSISTANCES = 8
LIVRAISONS = 5
LENTEUR = 2.9  # seconds: a little less than what a call may take
JAMAIS_REPRIS = {"mot_de_passe_actuel", "mot_de_passe", "confirmation_mot_de_passe", "code", "commande"}
_DEDANS = re.compile(
    r"traceback|arn:aws|guichet-test-(?!fichiers\.s3)|botocore|boto3|pynamo|dynamodb|timeout|exception|throughput"
    r"|chalicelib|\bCOMPTE#|\w+error\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Point:
    """Which call of the act fails, and how."""

    rang: int
    appel: Appel
    sorte: Sorte

    def __str__(self) -> str:
        return f"{self.sorte.nom} à l’appel {self.rang + 1}, {self.appel}"


@dataclass
class Reference:
    """The same act when nothing fails."""

    appels: list[Appel]
    issue: Issue
    arrivee: Arrivee | None
    effet: dict[Forme, int]
    fait: dict[Forme, int]  # the same, but sessions and readings
    final: dict[Forme, int]
    mails: Counter[tuple[str, str]]
    commande: bool


@dataclass
class Banc:
    """The bench of one act."""

    monde: Monde
    scene: Scene
    reference: Reference = field(init=False)
    avant: Counter[Forme] = field(init=False)
    fond: Counter[Forme] = field(init=False)
    du: dict[Forme, int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.monde.hors_limite = self.scene.hors_limite
        self.scene.preparer(self.monde)
        deja = invariants.fautes(self.monde, False)
        assert not deja, f"{self.scene} commence mal : {deja}"
        self.avant, self.fond = photo(), photo(False)
        if self.scene.du:
            self.scene.du(self.monde)
            self.du = ecart(self.avant, photo())
            self.scene.preparer(self.monde)
        deja_faite = self._commande()
        with self.monde.fil.ecoute():
            issue = self.scene.jouer(self.monde)
        appels = list(self.monde.fil.appels)
        effet, fait = ecart(self.avant, photo()), ecart(self.fond, photo(False))
        commande = self._commande() and not deja_faite
        but = self._arrivee(issue)
        self._la_suite()
        final, mails = ecart(self.fond, photo(False)), self._mails()
        self.reference = Reference(appels, issue, but, effet, fait, final, mails, commande)

    def _arrivee(self, issue: Issue) -> Arrivee | None:
        """Where the person is once redirections are followed."""
        return arrivee(self.scene, issue.reponse and suivre(self.monde, self._qui, issue.reponse))

    @property
    def _qui(self) -> str:
        return getattr(self.scene, "qui", "")

    def en_bonne_marche(self) -> list[str]:
        """What is wrong when nothing fails."""
        reference = self.reference
        fautes = invariants.fautes(self.monde, not isinstance(self.scene, Lecture))
        if reference.issue.defaut or reference.issue.mort or reference.issue.rejouer:
            fautes.append(f"l’acte échoue sans faute : {reference.issue}")
        if reference.issue.reponse is not None:
            fautes += _lisible(reference.issue.reponse)
        tables = {forme[0] for forme in reference.fait}
        if isinstance(self.scene, Formulaire) and tables and "audit" not in tables:
            fautes.append(f"aucune ligne d’audit pour {_dire(reference.fait)}")
        return fautes + self._intrus_oisif()

    def _intrus_oisif(self) -> list[str]:
        """What somebody else does in the middle must be something."""
        if self.scene.intrus is None:
            return []
        self.scene.preparer(self.monde)
        with self.monde.fil.ecoute():
            self.scene.intrus(self.monde)
        return ["l’intrus ne fait rien"] if all(appel.lit for appel in self.monde.fil.appels) else []

    def points(self) -> list[Point]:
        """Every call x every kind that means something for it."""
        sans = {JUMELLE} if isinstance(self.scene, Lecture) else set()
        sans |= set() if self.scene.intrus else {INTRUS}
        sortes = [s for s in SORTES.values() if s.nom not in sans]
        return [Point(i, a, s) for i, a in enumerate(self.reference.appels) for s in sortes if s.vaut(a)]

    def echantillon(self, graine: str, nombre: int) -> list[Point]:
        """Some of them: as many kinds, drawn by `graine`, each at a call drawn too."""
        alea = random.Random(f"{graine}/{self.scene}")  # noqa: S311  (a drawing of lots)
        par: dict[str, list[Point]] = {}
        for point in self.points():
            par.setdefault(point.sorte.nom, []).append(point)
        return [alea.choice(par[sorte]) for sorte in alea.sample(sorted(par), min(nombre, len(par)))]

    def faute(self, point: Point) -> Faute:
        """What to play on the wire."""
        autre = {INTRUS: self._intrus, LENTE: self._trainer}.get(point.sorte.nom, self._jumeau)
        return Faute(point.sorte, point.rang, point.appel, autre)

    def eprouver(self, point: Point) -> list[str]:
        """What is wrong after this fault; empty when all is well."""
        return [f"{self.scene} : {point} : {faute}" for faute in self._eprouver(point)]

    def _eprouver(self, point: Point) -> Iterator[str]:
        self.scene.preparer(self.monde)
        faute = self.faute(point)
        with self.monde.fil.ecoute(faute):
            issue = self.scene.jouer(self.monde)
        if not faute.jouee:
            yield "l’appel n’a pas eu lieu : l’acte ne se rejoue pas à l’identique"
            return
        if issue.mort:
            processus_neuf()
        yield from self._reponse(point, issue)
        yield from self._aussitot(point, issue)
        if isinstance(self.scene, Lecture):
            yield from self._relire(issue)
            return
        if point.sorte.nom == INTRUS:
            yield from self._apres_l_intrus(issue)
            return
        yield from self._reprendre(issue)
        yield from self._a_la_fin()

    def _trainer(self) -> None:
        self.monde.guichet.advance(seconds=LENTEUR)

    def _jumeau(self) -> None:
        with self.monde.fil.ferme():
            self.scene.jouer(self.monde)

    def _intrus(self) -> None:
        with self.monde.fil.ferme(), self.monde.guichet.app.somebody_else():
            if self.scene.intrus:
                self.scene.intrus(self.monde)

    def _apres_l_intrus(self, issue: Issue) -> Iterator[str]:
        """Two acts at once: no end is the only good one, but each must make sense."""
        if isinstance(self.scene, Evenement):
            yield from self._redire(self.scene, issue)
        yield from self._se_calmer()

    # What the person got.

    def _reponse(self, point: Point, issue: Issue) -> Iterator[str]:
        if issue.defaut:
            yield f"pas de réponse, ou non conforme : {issue.defaut}"
        if issue.reponse is None:
            return
        prevue = self.reference.issue.reponse
        permises = {prevue.status if prevue else 0} | ({503} if point.sorte.nom != LENTE else set())
        if point.sorte.nom in {JUMELLE, INTRUS}:
            permises |= {303, 404, 409, 410, 422}
        if point.sorte.nom == INTRUS:
            permises.add(401)  # what they did elsewhere closed this session
        if issue.reponse.status not in permises:
            yield f"statut {issue.reponse.status} : {issue.reponse.page.text[:300] or issue.reponse.body[:200]}"
        yield from _lisible(issue.reponse)
        if issue.reponse.status == 503:
            yield from self._saisie_gardee(issue.reponse)
        elif issue.reponse.status >= 400 and issue.reponse.status != getattr(prevue, "status", 0):
            yield from self._saisie_rendue(issue.reponse)

    def _saisie_gardee(self, reponse: Answer) -> Iterator[str]:
        """Rule S6: an outage gives back what was typed, and does not log anybody out."""
        if any(c.startswith("__Host-session=;") for c in reponse.cookies):
            yield "la panne ferme la session"
        if not isinstance(self.scene, Formulaire):
            return
        rendu = self.scene.formulaire(reponse)
        if rendu is None:
            yield "la page de panne ne rend pas la saisie"
            return
        _, champs = self.monde.valeurs["formulaire"]
        perdus = {nom for nom, v in champs if v and nom not in JAMAIS_REPRIS and v not in rendu["fields"].get(nom, [])}
        if perdus:
            yield f"saisie perdue : {sorted(perdus)}"

    def _saisie_rendue(self, reponse: Answer) -> Iterator[str]:
        """Rule S2: what can't be treated any more is still on the page, in a field or as text."""
        if not isinstance(self.scene, Formulaire):
            return
        champs = [valeur for f in reponse.page.forms for valeurs in f["fields"].values() for valeur in valeurs]
        page = " ".join([reponse.page.text, *champs, *map(_repris, champs)])
        _, envoyes = self.monde.valeurs["formulaire"]
        tus = JAMAIS_REPRIS | {"captcha", "defi", "version", "suite", "action", "choix"}
        perdus = {nom for nom, v in envoyes if nom in self.scene.saisie.keys() - tus and v and v not in page}
        if perdus:
            yield f"saisie perdue par une page {reponse.status} : {sorted(perdus)}"

    # What is true at once, before anybody tries again.

    def _aussitot(self, point: Point, issue: Issue) -> Iterator[str]:
        yield from invariants.fautes(self.monde, False)
        effet = ecart(self.avant, photo())
        effet = {} if effet == self.du else effet
        if point.sorte.nom == INTRUS:
            return
        if self.reference.commande:
            if bool(effet) != self._commande():
                yield f"commande {'notée' if self._commande() else 'absente'}, effet {_dire(effet)}"
            # Who sends twice may have entered twice; all else is done once.
            deux = point.sorte.nom == JUMELLE
            vu, attendu = (
                (ecart(self.fond, photo(False)), self.reference.fait) if deux else (effet, self.reference.effet)
            )
            if vu and vu != attendu:
                yield f"à moitié fait : {_dire(vu, attendu)}"
        acquitte = issue.reponse is not None and issue.reponse.status == getattr(
            self.reference.issue.reponse, "status", 0
        )
        if acquitte and point.sorte.nom != JUMELLE and effet != self.reference.effet:
            yield f"acquitté sans être fait : {_dire(effet, self.reference.effet)}"

    def _relire(self, issue: Issue) -> Iterator[str]:
        relue = self.scene.jouer(self.monde)
        if self._arrivee(relue) != self.reference.arrivee:
            yield f"la page relue n’est pas celle attendue : {relue}"

    # The person insists, AWS delivers again.

    def _reprendre(self, issue: Issue) -> Iterator[str]:
        if isinstance(self.scene, Evenement):
            yield from self._redire(self.scene, issue)
        elif isinstance(self.scene, Formulaire):
            yield from self._insister(self.scene, issue)

    def _redire(self, scene: Evenement, issue: Issue) -> Iterator[str]:
        for _ in range(LIVRAISONS):
            if not issue.rejouer:
                return
            self.monde.guichet.advance(minutes=7)
            issue = scene.dire(self.monde, issue.rejouer)
        if issue.rejouer:
            yield "l’événement revient sans fin"

    def _insister(self, scene: Formulaire, issue: Issue) -> Iterator[str]:
        for _ in range(INSISTANCES):
            if issue.reponse is not None and not issue.defaut:
                page = suivre(self.monde, scene.qui, issue.reponse)
                if arrivee(scene, page) == self.reference.arrivee:
                    return
                issue = Issue(page)
            issue = scene.insister(self.monde, issue)
        ou = issue.reponse
        yield f"la personne n’arrive jamais : {arrivee(scene, ou)} {ou.page.text[:300] if ou else ''}"

    # What is true in the end.

    def _la_suite(self) -> None:
        if isinstance(self.scene, Lecture):
            return
        for nom, dit in getattr(self.scene, "suites", ()):
            self.monde.appeler(nom, dit(self.monde))
        apaiser(self.monde)

    def _se_calmer(self) -> Iterator[str]:
        try:
            self._la_suite()
        except AssertionError as bloque:
            yield f"les files et les balayages n’en viennent pas à bout : {bloque}"
        yield from invariants.fautes(self.monde, True)

    def _a_la_fin(self) -> Iterator[str]:
        yield from self._se_calmer()
        final = ecart(self.fond, photo(False))
        if final != self.reference.final:
            yield f"état final : {_dire(final, self.reference.final)}"
        if self._mails() != self.reference.mails:
            yield f"mails : {self._mails()} au lieu de {self.reference.mails}"

    def _mails(self) -> Counter[tuple[str, str]]:
        """Mails that left, each id once: a second sending has the same id."""
        uniques = {p.id: (p.to, anonyme(p.subject)) for p in self.monde.fil.partis}
        return Counter(uniques.values())

    def _commande(self) -> bool:
        champs = dict(self.monde.valeurs.get("formulaire", ("", []))[1])
        commande = champs.get("commande", "").partition(".")[0]
        return any(ligne["pk"] == f"COMMANDE#{commande}" for ligne in lignes("noyau"))


def _repris(champ: str) -> str:
    """What a form held when its session ended, as the field of login keeps it."""
    return " ".join(str(v) for vs in json.loads(champ)["champs"].values() for v in vs) if '"champs"' in champ else ""


def _lisible(reponse: Answer) -> list[str]:
    """Rule S6, T59: a French page, of ours, that says nothing of what is inside."""
    if reponse.status == 303:
        return [f"corps d’une redirection : {reponse.body[:80]}"] if reponse.body else []
    if not reponse.headers.get("content-type", "").startswith("text/"):
        return [f"type {reponse.headers.get('content-type')} : {reponse.body[:200]}"]
    fautes = [f"« {trouve} » dans la page" for trouve in sorted(set(_DEDANS.findall(reponse.page.text)))]
    if reponse.status >= 400 and '<html lang="fr">' not in reponse.body:
        fautes.append(f"pas une page en français : {reponse.body[:200]}")
    return fautes


def _dire(vu: dict[Forme, int], attendu: dict[Forme, int] | None = None) -> str:
    """What changed, or how it differs from what was expected, short enough to be read."""
    if attendu is not None:
        manquent = {f: n - vu.get(f, 0) for f, n in attendu.items() if n != vu.get(f, 0)}
        en_trop = {f: n for f, n in vu.items() if f not in attendu}
        return f"manque {_dire(manquent)} ; en trop {_dire(en_trop)}"
    return "; ".join(f"{n:+d} {_bref(forme)}" for forme, n in vu.items()) or "rien"


def _bref(forme: Forme) -> str:
    table, *valeurs = forme
    connues = dict(v for v in valeurs if isinstance(v, tuple))
    noms = ("pk", "sk", "etat", "acte", "mode", "valide", "pages", "subject", "raison")
    return f"{table} {' '.join(str(connues[n]) for n in noms if n in connues) or valeurs}"
