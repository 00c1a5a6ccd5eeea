"""Delivers what AWS would: queue messages, bucket events, the malware scanner's verdicts.

Each lane is a thread that waits on the emulator and one worker process that runs the app's handlers as Lambda does.
Nothing here knows what a handler means: names, queues and patterns come from the app itself.
"""

import json
import sys
import threading
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.local.configuration import Configuration
from infra.local.environnement import COMPTE, FILE_EVENEMENTS, REGION, RefusLocal
from infra.local.liaison import Ouvrier
from infra.local.motifs import convient, verifier
from infra.local.ressources import Clients

ATTENTE = 5
QUARANTAINE = "quarantaine/"
_EICAR = (rb"X5O!P%@AP[4\PZX54(P^)7CC)7}" + rb"$EICAR-STANDARD-", rb"ANTIVIRUS-TEST-FILE!$H+H*")
SIGNATURE = b"".join(_EICAR)

Evenement = dict[str, Any]


def enregistrement(message: Evenement, arn: str) -> Evenement:
    """One SQS message as Lambda shows it to a handler."""
    attributs = {
        nom: {
            "stringValue": a.get("StringValue"),
            "binaryValue": a.get("BinaryValue"),
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": a["DataType"],
        }
        for nom, a in (message.get("MessageAttributes") or {}).items()
    }
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes") or {},
        "messageAttributes": attributs,
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": REGION,
    }


def manques(resultat: Any, identifiants: set[str]) -> set[str]:
    """Ids to keep in the queue, as Lambda reads `batchItemFailures`: an odd answer keeps them all."""
    echecs = (resultat or {}).get("batchItemFailures") if isinstance(resultat, dict | None) else ["?"]
    if not echecs:
        return set()
    nommes = {str(e.get("itemIdentifier")) if isinstance(e, dict) else "" for e in echecs}
    return nommes if nommes <= identifiants else set(identifiants)


def verdict(evenement: Evenement, objet: Evenement, contenu: bytes) -> Evenement:
    """What GuardDuty Malware Protection for S3 tells of one object."""
    infecte = SIGNATURE in contenu
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "GuardDuty Malware Protection Object Scan Result",
        "source": "aws.guardduty",
        "account": COMPTE,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [f"arn:aws:guardduty:{REGION}:{COMPTE}:malware-protection-plan/local"],
        "detail": {
            "schemaVersion": "1.0",
            "scanStatus": "COMPLETED",
            "resourceType": "S3_OBJECT",
            "s3ObjectDetails": {
                "bucketName": evenement["detail"]["bucket"]["name"],
                "objectKey": evenement["detail"]["object"]["key"],
                "eTag": objet["ETag"].strip('"'),
                "versionId": objet.get("VersionId", "null"),
                "s3Throttled": False,
            },
            "scanResultDetails": {
                "scanResultStatus": "THREATS_FOUND" if infecte else "NO_THREATS_FOUND",
                "threats": [{"name": "EICAR-Test-File (not a virus)"}] if infecte else None,
            },
        },
    }


class Voie(ABC):
    """One lane: waits on a queue, treats what comes, until told to end."""

    lot = 1

    def __init__(self, nom: str, file: str, clients: Clients, guichet: Path, reglages: Configuration) -> None:
        self.nom, self._clients, self._reglages = nom, clients, reglages
        self._ouvrier = Ouvrier(guichet)
        try:
            self._url = clients.sqs.get_queue_url(QueueName=file)["QueueUrl"]
        except ClientError as absente:
            raise RefusLocal(f"La file {file}, que {nom} doit lire, n'existe pas.") from absente
        self._arn = f"arn:aws:sqs:{REGION}:{COMPTE}:{file}"
        self._fin = threading.Event()
        self._calme = threading.Event()
        self._calme.set()
        self._fil = threading.Thread(target=self._tourner, name=nom, daemon=True)

    def demarrer(self) -> None:
        """Begin to deliver."""
        self._fil.start()

    def arreter(self, patience: float = 5.0) -> None:
        """Deliver nothing more; wait for what runs."""
        self._fin.set()
        self._calme.wait(patience)
        self._ouvrier.fermer()

    def _tourner(self) -> None:
        while not self._fin.is_set():
            try:
                messages = self._recevoir()
                self._calme.clear()
                if messages and not self._fin.is_set():
                    self.traiter(messages)
            except (BotoCoreError, ClientError) as erreur:
                if not self._fin.wait(0.5):
                    journal(f"{self.nom} : {erreur}")
            finally:
                self._calme.set()

    def _recevoir(self) -> list[Evenement]:
        recus = self._clients.sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=self.lot,
            WaitTimeSeconds=ATTENTE,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        return list(recus.get("Messages", []))

    def _effacer(self, messages: list[Evenement]) -> None:
        if messages:
            entrees = [{"Id": str(i), "ReceiptHandle": m["ReceiptHandle"]} for i, m in enumerate(messages)]
            self._clients.sqs.delete_message_batch(QueueUrl=self._url, Entries=entrees)

    def invoquer(self, fonction: str, evenement: Any) -> tuple[Any, bool]:
        """Run a handler in this lane's worker: what it returned, and whether it ended well."""
        demande = {"fonction": fonction, "evenement": evenement, "delai": self._reglages.delai(fonction)}
        issue = self._ouvrier.invoquer(demande)
        journal(f"{fonction} {issue.duree * 1000:.0f} ms {'échec' if issue.erreur else 'fait'}")
        if issue.erreur:
            journal(f"{fonction} : {issue.erreur}")
        return issue.resultat, issue.erreur is None

    @abstractmethod
    def traiter(self, messages: list[Evenement]) -> None:
        """Deliver what was received and delete what was treated."""


class VoieFile(Voie):
    """An SQS queue and its function."""

    def __init__(self, source: Evenement, clients: Clients, guichet: Path, reglages: Configuration) -> None:
        self.fonction = source["fonction"]
        self.lot = min(10, source["lot"])
        super().__init__(self.fonction, source["file"], clients, guichet, reglages)

    def traiter(self, messages: list[Evenement]) -> None:
        """One batch; what the handler names as failed comes back after the queue's visibility time-out."""
        evenement = {"Records": [enregistrement(m, self._arn) for m in messages]}
        resultat, bien = self.invoquer(self.fonction, evenement)
        identifiants = {m["MessageId"] for m in messages}
        gardes = manques(resultat, identifiants) if bien else identifiants
        self._effacer([m for m in messages if m["MessageId"] not in gardes])


class VoieEvenements(Voie):
    """Bucket events, then the scanner's verdict on what lies in quarantine."""

    def __init__(self, sources: list[Evenement], clients: Clients, guichet: Path, reglages: Configuration) -> None:
        self._sources = sources
        for source in sources:
            verifier(source["motif"])
        super().__init__("evenements", FILE_EVENEMENTS, clients, guichet, reglages)

    def traiter(self, messages: list[Evenement]) -> None:
        """Each event once to each function whose pattern it fits; tried again a few seconds later when one failed."""
        for message in messages:
            evenement = self._completer(json.loads(message["Body"]))
            if self._distribuer(evenement) and all(self._distribuer(v) for v in self._analyser(evenement)):
                self._effacer([message])
            else:
                self._clients.sqs.change_message_visibility(
                    QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=2
                )

    def _distribuer(self, evenement: Evenement) -> bool:
        fonctions = [s["fonction"] for s in self._sources if convient(s["motif"], evenement)]
        return all([self.invoquer(fonction, evenement)[1] for fonction in fonctions])

    def _completer(self, evenement: Evenement) -> Evenement:
        """S3 names the version it created; the emulator does not."""
        objet = evenement.get("detail", {}).get("object", {})
        if evenement.get("detail-type") == "Object Created" and "version-id" not in objet:
            try:
                tete = self._clients.s3.head_object(Bucket=evenement["detail"]["bucket"]["name"], Key=objet["key"])
            except ClientError:
                return evenement
            if tete.get("VersionId") and tete["ETag"].strip('"') == objet.get("etag"):
                objet["version-id"] = tete["VersionId"]
        return evenement

    def _analyser(self, evenement: Evenement) -> Iterator[Evenement]:
        """The scanner: one verdict for an object that is still there, none for one that is gone."""
        detail = evenement.get("detail", {})
        cle = detail.get("object", {}).get("key", "")
        if evenement.get("detail-type") != "Object Created" or not cle.startswith(QUARANTAINE):
            return
        try:
            objet = self._clients.s3.get_object(Bucket=detail["bucket"]["name"], Key=cle)
        except ClientError:
            return
        yield verdict(evenement, objet, objet["Body"].read())


def journal(texte: str) -> None:
    """One line in the run's log."""
    print(texte, file=sys.stderr, flush=True)


def voies(clients: Clients, guichet: Path, reglages: Configuration, description: Evenement) -> list[Voie]:
    """The lanes that an app needs; what cannot be delivered here is refused."""
    sources = description["sources"]
    inconnues = [s for s in sources if s["genre"] not in ("sqs", "evenement")]
    if inconnues:
        raise RefusLocal(f"Source d'évènements non prise en charge ici : {inconnues}.")
    faites: list[Voie] = [VoieFile(s, clients, guichet, reglages) for s in sources if s["genre"] == "sqs"]
    motifs = [s for s in sources if s["genre"] == "evenement"]
    faites.append(VoieEvenements(motifs, clients, guichet, reglages))
    return faites
