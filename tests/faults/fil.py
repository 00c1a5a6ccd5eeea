"""The wire. Every request of every AWS client, PynamoDB's included, leaves by botocore's event `before-send`, where
moto answers it. What is here stands before moto: it writes down each call, and makes one fail in the way asked for."""

import base64
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse

_moto = BotocoreStubber.__call__
_LECTURES = ("Get", "List", "Query", "Scan", "Head", "BatchGet", "Describe")
_ARN = "arn:aws:dynamodb:eu-west-3:123456789012:table/guichet-test-noyau"

APPELS_MAX = 200

Executer = Callable[[], AWSResponse]


class Mort(BaseException):
    """The process dies here: no handler of ours may catch it."""


class SansFin(BaseException):
    """The act calls AWS again and again: API Gateway would have given up long ago."""


@dataclass(frozen=True)
class Appel:
    """One call as the code makes it; botocore may send it several times."""

    service: str
    operation: str
    table: str = ""

    @property
    def lit(self) -> bool:
        """Whether it only reads."""
        return self.operation.startswith(_LECTURES)

    def __str__(self) -> str:
        return f"{self.service}.{self.operation}" + (f"({self.table})" if self.table else "")


@dataclass
class Envoi:
    """One request on the wire. `essai`: 1 for the first time that botocore sends it."""

    appel: Appel
    essai: int
    requete: Any
    executer: Executer
    autre: Callable[[], None]

    def reponse(self, statut: int, corps: bytes, **entetes: str) -> AWSResponse:
        """An answer that moto did not make."""
        return AWSResponse(self.requete.url, statut, entetes, MockRawResponse(corps))

    @property
    def corps(self) -> dict[str, Any]:
        """What a JSON protocol asks."""
        return dict(json.loads(self.requete.body))


def _coupe(envoi: Envoi) -> AWSResponse:
    raise ReadTimeoutError(endpoint_url=envoi.requete.url, error="cut by the harness")


def _injoignable(envoi: Envoi) -> AWSResponse:
    raise ConnectTimeoutError(endpoint_url=envoi.requete.url, error="cut by the harness")


def _apres(envoi: Envoi) -> AWSResponse:
    if envoi.essai > 1:
        return _injoignable(envoi)
    envoi.executer()
    return _coupe(envoi)


def _apres_repetee(envoi: Envoi) -> AWSResponse:
    envoi.executer()
    return _coupe(envoi)


def _apres_reprise(envoi: Envoi) -> AWSResponse:
    reponse = envoi.executer()
    return _coupe(envoi) if envoi.essai == 1 else reponse


def _etranglement(envoi: Envoi) -> AWSResponse:
    texte = f"Throughput exceeds the current capacity of {_ARN}"
    if envoi.appel.service == "s3":
        return envoi.reponse(503, f"<Error><Code>SlowDown</Code><Message>{texte}</Message></Error>".encode())
    code, statut = {
        "dynamodb": ("ProvisionedThroughputExceededException", 400),
        "sqs": ("RequestThrottled", 400),
        "sesv2": ("TooManyRequestsException", 429),
    }[envoi.appel.service]
    corps = json.dumps({"__type": f"com.amazonaws#{code}", "message": texte}).encode()
    return envoi.reponse(statut, corps, **{"x-amzn-ErrorType": code})


def _etranglee_une_fois(envoi: Envoi) -> AWSResponse:
    return _etranglement(envoi) if envoi.essai == 1 else envoi.executer()


def _erreur_interne(envoi: Envoi) -> AWSResponse:
    if envoi.appel.service == "s3":
        return envoi.reponse(500, f"<Error><Code>InternalError</Code><Message>{_ARN}</Message></Error>".encode())
    corps = json.dumps({"__type": "com.amazonaws#InternalServerError", "message": _ARN}).encode()
    return envoi.reponse(500, corps, **{"x-amzn-ErrorType": "InternalServerError"})


def _conflit(envoi: Envoi) -> AWSResponse:
    """Somebody else's transaction is on the same item: botocore does not try again, an act does."""
    if envoi.appel.operation != "TransactWriteItems":
        corps: dict[str, Any] = {"__type": "com.amazonaws#TransactionConflictException", "message": _ARN}
        return envoi.reponse(400, json.dumps(corps).encode())
    raisons = [{"Code": "TransactionConflict", "Message": f"ongoing on {_ARN}"}]
    raisons += [{"Code": "None"} for _ in envoi.corps["TransactItems"][1:]]
    corps = {"__type": "com.amazonaws#TransactionCanceledException", "Message": _ARN, "CancellationReasons": raisons}
    return envoi.reponse(400, json.dumps(corps).encode())


def _partielle(envoi: Envoi) -> AWSResponse:
    """A batch of which nothing was done, in an answer that looks good."""
    operation = envoi.appel.operation
    if operation == "DeleteObjects":
        cles = [texte.partition("</Key>")[0] for texte in envoi.requete.body.decode().split("<Key>")[1:]]
        refus = "".join(f"<Error><Key>{cle}</Key><Code>InternalError</Code></Error>" for cle in cles)
        return envoi.reponse(200, f"<DeleteResult>{refus}</DeleteResult>".encode())
    if operation == "BatchGetItem":
        demandes = envoi.corps["RequestItems"]
        corps: dict[str, Any] = {"Responses": {nom: [] for nom in demandes}, "UnprocessedKeys": demandes}
    else:
        refus_sqs = [{"Id": e["Id"], "SenderFault": False, "Code": "InternalError"} for e in envoi.corps["Entries"]]
        corps = {"Successful": [], "Failed": refus_sqs}
    return envoi.reponse(200, json.dumps(corps).encode())


def _mort_avant(envoi: Envoi) -> AWSResponse:
    raise Mort


def _mort_apres(envoi: Envoi) -> AWSResponse:
    envoi.executer()
    raise Mort


def _entre_temps(envoi: Envoi) -> AWSResponse:
    """Another act is carried out whole at this very point."""
    if envoi.essai == 1:
        envoi.autre()
    return envoi.executer()


def _lente(envoi: Envoi) -> AWSResponse:
    """It answers well, but late: the clock has moved when it does."""
    envoi.autre()
    return envoi.executer()


def _ecrit(appel: Appel) -> bool:
    return not appel.lit


def _en_lot(appel: Appel) -> bool:
    return appel.operation in {"BatchGetItem", "SendMessageBatch", "DeleteObjects"}


def _transige(appel: Appel) -> bool:
    return appel.operation in {"TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem"}


@dataclass(frozen=True)
class Sorte:
    """A kind of fault. `portee`: the calls that it hits, from the one named on: « appel », « table », « tout »."""

    nom: str
    jouer: Callable[[Envoi], AWSResponse]
    portee: str = "appel"
    vaut: Callable[[Appel], bool] = lambda appel: True


JUMELLE = "jumelle"  # the same act a second time (a double click, an event told twice)
LENTE = "lente"
INTRUS = "intrus"  # somebody else's act, or another of the same person's

SORTES = {
    sorte.nom: sorte
    for sorte in (
        Sorte("avant", _injoignable),
        Sorte("panne_durable", _injoignable, "tout"),
        Sorte("apres", _apres),
        Sorte("apres_repetee", _apres_repetee, vaut=_ecrit),
        Sorte("apres_reprise", _apres_reprise, vaut=_ecrit),
        Sorte("erreur_interne", _erreur_interne),
        Sorte("etranglee_une_fois", _etranglee_une_fois),
        Sorte("etranglee_longtemps", _etranglement, "table"),
        Sorte("conflit", _conflit, vaut=_transige),
        Sorte("conflit_durable", _conflit, "table", vaut=_transige),
        Sorte("partielle", _partielle, vaut=_en_lot),
        Sorte("partielle_longtemps", _partielle, "table", vaut=_en_lot),
        Sorte(LENTE, _lente),
        Sorte("mort_avant", _mort_avant),
        Sorte("mort_apres", _mort_apres, vaut=_ecrit),
        Sorte(JUMELLE, _entre_temps),
        Sorte(INTRUS, _entre_temps),
    )
}


@dataclass
class Faute:
    """A kind of fault at one call of an act."""

    sorte: Sorte
    rang: int
    appel: Appel
    autre: Callable[[], None] = lambda: None
    jouee: bool = False

    def touche(self, rang: int, appel: Appel) -> bool:
        """Whether this call is hit."""
        if rang < self.rang or not self.sorte.vaut(appel):
            return False
        if self.sorte.portee == "tout" or rang == self.rang:
            return True
        return self.sorte.portee == "table" and (appel.service, appel.table) == (self.appel.service, self.appel.table)


@dataclass(frozen=True)
class Parti:
    """A mail that SES took."""

    id: str
    to: str
    subject: str


@dataclass
class Fil:
    """What passes. Open, it writes down and may fail; shut, it only lets pass. `ecrits`: mails that were in the outbox,
    some until their account was deleted; `partis`: mails that left; `echeances`: kinds of due dates asked for."""

    appels: list[Appel] = field(default_factory=list)
    ecrits: set[str] = field(default_factory=set)
    partis: list[Parti] = field(default_factory=list)
    echeances: set[str] = field(default_factory=set)
    faute: Faute | None = None
    ouvert: bool = False
    _rangs: dict[str, int] = field(default_factory=dict)
    _essais: Counter[str] = field(default_factory=Counter)
    _transactions: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)

    @contextmanager
    def ecoute(self, faute: Faute | None = None) -> Iterator[None]:
        """Write down the calls made inside, from the first one, and play `faute`."""
        self.appels, self._rangs, self._essais = [], {}, Counter()
        self.faute, self.ouvert = faute, True
        try:
            yield
        finally:
            self.faute, self.ouvert = None, False

    @contextmanager
    def ferme(self) -> Iterator[None]:
        """What somebody else does in the middle of the act."""
        avant, self.ouvert = self.ouvert, False
        try:
            yield
        finally:
            self.ouvert = avant

    def passer(self, moto: Executer, event_name: str, request: Any) -> AWSResponse | None:
        """One request: to moto, or not."""
        _, service, operation = event_name.split(".")

        def executer() -> AWSResponse:
            return self._executer(moto, operation, request)

        if not self.ouvert:
            return executer()
        rang, essai = self._compter(service, operation, request)
        faute = self.faute
        if faute is None or not faute.touche(rang, self.appels[rang]):
            return executer()
        faute.jouee = faute.jouee or (rang == faute.rang and self.appels[rang] == faute.appel)
        return faute.sorte.jouer(Envoi(self.appels[rang], essai, request, executer, faute.autre))

    def _compter(self, service: str, operation: str, request: Any) -> tuple[int, int]:
        """The call's rank in the act, and how many times botocore has sent it."""
        nom = str(request.headers["amz-sdk-invocation-id"])
        if len(self.appels) > APPELS_MAX:
            raise SansFin
        if nom not in self._rangs:
            self._rangs[nom] = len(self.appels)
            self.appels.append(Appel(service, operation, _tables(service, request)))
        self._essais[nom] += 1
        return self._rangs[nom], self._essais[nom]

    def _executer(self, moto: Executer, operation: str, request: Any) -> AWSResponse:
        """Moto, made as strict as AWS: a transaction sent again under the same token is done once."""
        jeton = json.loads(request.body).get("ClientRequestToken", "") if operation == "TransactWriteItems" else ""
        if jeton in self._transactions:
            statut, entetes, corps = self._transactions[jeton]
            return AWSResponse(request.url, statut, entetes, MockRawResponse(corps))
        if operation == "Query":
            self.echeances |= _echeances(request)
        reponse = moto()
        if operation == "SendEmail" and reponse.status_code == 200:
            self.partis.append(_parti(request))
        if operation == "TransactWriteItems" and reponse.status_code == 200:
            self.ecrits |= _mails_ecrits(request)
        if jeton and reponse.status_code == 200:
            corps = reponse.content
            self._transactions[jeton] = (200, dict(reponse.headers), corps)
            return AWSResponse(request.url, 200, reponse.headers, MockRawResponse(corps))
        return reponse


def _tables(service: str, request: Any) -> str:
    if service != "dynamodb":
        return ""
    corps = json.loads(request.body)
    noms = {corps["TableName"]} if "TableName" in corps else set(corps.get("RequestItems", ()))
    noms |= {partie["TableName"] for ecriture in corps.get("TransactItems", ()) for partie in ecriture.values()}
    return ",".join(sorted(nom.removeprefix("guichet-test-") for nom in noms))


def _echeances(request: Any) -> set[str]:
    """The kinds of things whose due dates are asked for."""
    corps = json.loads(request.body)
    if corps.get("IndexName") != "due":
        return set()
    valeurs = [v.get("S", "") for v in corps["ExpressionAttributeValues"].values()]
    return {valeur.partition("#")[0] for valeur in valeurs if "#" in valeur}


def _mails_ecrits(request: Any) -> set[str]:
    mis = [
        ecriture["Put"]["Item"]["pk"]["S"]
        for ecriture in json.loads(request.body)["TransactItems"]
        if "Put" in ecriture
    ]
    return {pk.removeprefix("MAIL#") for pk in mis if pk.startswith("MAIL#")}


def _parti(request: Any) -> Parti:
    brut = base64.b64decode(json.loads(request.body)["Content"]["Raw"]["Data"])
    message = message_from_bytes(brut, policy=policy.default)
    return Parti(message["Message-ID"].strip("<>").partition("@")[0], str(message["To"]), str(message["Subject"]))


def poser(monkeypatch: Any) -> Fil:
    """Stretch the wire before moto, for every client of every session; nobody waits, botocore's quota never ends."""
    fil = Fil()

    def passer(stubber: Any, event_name: str, request: Any, **reste: Any) -> AWSResponse | None:
        return fil.passer(lambda: _moto(stubber, event_name, request, **reste), event_name, request)

    monkeypatch.setattr(BotocoreStubber, "__call__", passer)
    monkeypatch.setattr("time.sleep", lambda secondes: None)
    monkeypatch.setattr("botocore.retries.quota.RetryQuota.acquire", lambda quota, amount: True)
    return fil
