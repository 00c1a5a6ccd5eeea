"""What the time of an answer would tell: the calls that it makes, counted; and with a watch, which `make proof` alone
collects (docs/controles.csv)."""

import time
from collections.abc import Callable
from functools import partial
from statistics import NormalDist, median
from typing import Any

import pytest
from botocore.client import BaseClient

from chalicelib.core import passwords
from tests import chrono
from tests.client import Answer
from tests.web import parcours
from tests.web.conftest import Guichet
from tests.web.parcours import IDENTITE, MOT_DE_PASSE, deposer, inscrit, se_connecter

guichet = parcours.guichet
ESSAIS = 60


def se_distinguent(uns: list[float], autres: list[float]) -> bool:
    """Whether two series of durations tell one case from the other: medians 10 % apart, and Mann-Whitney p <= 0.01."""
    ecart = abs(median(uns) - median(autres)) / median(uns)
    rangs = {t: r for r, t in enumerate(sorted(uns + autres), start=1)}
    n, m = len(uns), len(autres)
    u = sum(rangs[t] for t in uns) - n * (n + 1) / 2
    z = (u - n * m / 2) / (n * m * (n + m + 1) / 12) ** 0.5
    return ecart >= 0.1 and 2 * (1 - NormalDist().cdf(abs(z))) <= 0.01


def chronometrer(guichet: Guichet, uns: Callable[[], Answer], autres: Callable[[], Answer]) -> tuple[list[float], ...]:
    """Both cases, in turn; each in windows of its own for the limits. Seconds of processor, but those of the emulated
    AWS, which takes longer for a row that it finds: the calls are counted by other tests."""
    durees: tuple[list[float], list[float]] = ([], [])
    vrai, dehors = BaseClient._make_api_call, [0.0]

    def appel(self: Any, nom: str, params: Any) -> Any:
        debut = time.process_time()
        try:
            return vrai(self, nom, params)
        finally:
            dehors[0] += time.process_time() - debut

    with pytest.MonkeyPatch.context() as mp:
        mp.setattr(BaseClient, "_make_api_call", appel)
        for essai in range(-3, ESSAIS):
            for cas, serie in ((uns, durees[0]), (autres, durees[1])):
                guichet.advance(minutes=61)
                debut, dehors[0] = time.process_time(), 0.0
                cas()
                if essai >= 0:
                    serie.append(time.process_time() - debut - dehors[0])
    return durees


def test_deux_series_se_distinguent_ou_non() -> None:
    pareilles = [10 + i / 100 for i in range(60)]
    assert not se_distinguent(pareilles, [t + 0.005 for t in pareilles])
    assert se_distinguent(pareilles, [t * 1.3 for t in pareilles])


def appels(acte: Callable[[], Answer]) -> list[str]:
    """The operations of AWS that an act asks, in order."""
    vrai, faits = BaseClient._make_api_call, []

    def appel(self: Any, nom: str, params: Any) -> Any:
        faits.append(nom)
        return vrai(self, nom, params)

    with pytest.MonkeyPatch.context() as mp:
        mp.setattr(BaseClient, "_make_api_call", appel)
        acte()
    return faits


def demander_un_lien(guichet: Guichet, adresse: str, chemin: str = "/activation/renvoyer") -> Callable[[], Answer]:
    """« Recevoir un nouveau lien », or « Mot de passe oublié », ready to be sent."""
    client = guichet.client()
    page = client.get(chemin)
    return lambda: client.submit(page, chemin, email=adresse, captcha=guichet.captcha(page))


def connaitre(guichet: Guichet) -> None:
    """One account that is active, one that waits for its link."""
    inscrit(guichet.client())
    attend = {"nom": "MARTIN", "email": ATTEND, "confirmation_email": ATTEND}
    assert deposer(guichet, guichet.client(), **attend).status == 303


ATTEND, INCONNU = "m.attend@exemple.fr", "m.inconnu@exemple.fr"
OUBLI, CHEZ_SOI = "/mot-de-passe-oublie", "/mon-compte/adresse-e-mail"


@pytest.mark.rule("T4")
@pytest.mark.controle("T30")
@pytest.mark.parametrize("adresse", [IDENTITE["email"], ATTEND], ids=["actif", "à activer"])
def test_une_adresse_inconnue_coute_les_memes_appels_a_la_connexion(guichet: Guichet, adresse: str) -> None:
    connaitre(guichet)
    clients = [guichet.client(), guichet.client()]
    for client in clients:
        client.get("/connexion")
    connue = appels(lambda: se_connecter(clients[0], adresse, "Faux-2026!"))
    assert "UpdateItem" in connue
    assert connue == appels(lambda: se_connecter(clients[1], INCONNU, "Faux-2026!"))


@pytest.mark.rule("B5", "T4")
@pytest.mark.controle("T30")
def test_une_adresse_inconnue_coute_les_memes_appels_au_renvoi(guichet: Guichet) -> None:
    connaitre(guichet)
    assert appels(demander_un_lien(guichet, ATTEND)) == appels(demander_un_lien(guichet, INCONNU))


@pytest.mark.rule("J5", "T4")
@pytest.mark.controle("T30")
@pytest.mark.parametrize("adresse", [IDENTITE["email"], ATTEND], ids=["actif", "à activer"])
def test_une_adresse_inconnue_coute_les_memes_appels_a_l_oubli(guichet: Guichet, adresse: str) -> None:
    connaitre(guichet)
    connue, inconnue = (appels(demander_un_lien(guichet, a, OUBLI)) for a in (adresse, INCONNU))
    assert connue == inconnue and "TransactWriteItems" in connue


@pytest.mark.rule("J3", "Z2")
@pytest.mark.controle("T30")
def test_une_adresse_prise_coute_les_memes_appels_qu_une_adresse_libre(guichet: Guichet) -> None:
    connaitre(guichet)
    client = guichet.client()
    se_connecter(client, IDENTITE["email"])

    def demander(adresse: str) -> Answer:
        saisie = {"email": adresse, "confirmation_email": adresse, "mot_de_passe_actuel": MOT_DE_PASSE}
        return client.submit(client.get(CHEZ_SOI), CHEZ_SOI, **saisie)

    assert appels(lambda: demander(ATTEND)) == appels(lambda: demander(INCONNU))


if chrono.PREUVE:

    @pytest.fixture
    def vrai_calcul(guichet: Guichet, monkeypatch: pytest.MonkeyPatch) -> None:
        """Argon2id as it is set: 19 MiB."""
        monkeypatch.setattr(passwords, "_MEMORY_KIB", 19 * 1024)
        passwords._hasher.cache_clear()
        passwords._dummy.cache_clear()

    @pytest.mark.rule("T4")
    @pytest.mark.controle("T30")
    @pytest.mark.usefixtures("vrai_calcul")
    @pytest.mark.parametrize("adresse", [IDENTITE["email"], ATTEND], ids=["actif", "à activer"])
    def test_le_temps_de_la_connexion_ne_dit_pas_si_un_compte_existe(guichet: Guichet, adresse: str) -> None:
        connaitre(guichet)
        clients = [guichet.client(), guichet.client()]
        connu = lambda: se_connecter(clients[0], adresse, "Faux-2026!")  # noqa: E731
        inconnu = lambda: se_connecter(clients[1], INCONNU, "Faux-2026!")  # noqa: E731
        assert connu().status == inconnu().status == 422
        assert not se_distinguent(*chronometrer(guichet, connu, inconnu))

    @pytest.mark.rule("B5", "T4")
    @pytest.mark.controle("T30")
    def test_le_temps_du_renvoi_ne_dit_pas_si_une_adresse_attend_son_lien(guichet: Guichet) -> None:
        def demander(adresse: str) -> Answer:
            return demander_un_lien(guichet, adresse)()

        connaitre(guichet)
        durees = chronometrer(guichet, partial(demander, ATTEND), partial(demander, INCONNU))
        assert not se_distinguent(*durees)

    @pytest.mark.rule("J5", "T4")
    @pytest.mark.controle("T30")
    @pytest.mark.parametrize("adresse", [IDENTITE["email"], ATTEND], ids=["actif", "à activer"])
    def test_le_temps_de_l_oubli_ne_dit_pas_si_un_compte_existe(guichet: Guichet, adresse: str) -> None:
        def demander(adresse: str) -> Answer:
            return demander_un_lien(guichet, adresse, OUBLI)()

        connaitre(guichet)
        assert not se_distinguent(*chronometrer(guichet, partial(demander, adresse), partial(demander, INCONNU)))

    @pytest.mark.rule("T2")
    @pytest.mark.controle("T22")
    @pytest.mark.parametrize("longueur", [1001, 100_000])
    def test_un_mot_de_passe_interminable_est_refuse_en_moins_de_trois_dixiemes(
        guichet: Guichet, longueur: int
    ) -> None:
        client, mot = guichet.client(), "canard " * (longueur // 7 + 1)
        page = client.get("/connexion")
        debut = time.process_time()
        reponse = client.submit(page, "/connexion", identifiant=IDENTITE["email"], mot_de_passe=mot)
        assert reponse.status == 422 and time.process_time() - debut < 0.3
