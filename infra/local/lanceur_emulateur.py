"""Runs MiniStack on a socket that is already bound. Executed by the emulator's own interpreter, never imported.

Three things MiniStack's own command does not do:
- it takes a listening socket, so that two runs at once can never fight for a port;
- it ends, saving what it keeps, when the process that started it is gone (its standard input closes);
- it hands the mails sent by SES to the SMTP sink whole: MiniStack rebuilds them and loses headers and attachments.
"""

import asyncio
import base64
import json
import logging
import os
import re
import signal
import smtplib
import sys
import threading
from email.message import EmailMessage
from typing import Any

ENVOI = "/v2/email/outbound-emails"


def surveiller_parent() -> None:
    """End this process as Ctrl-C would when the other end of standard input closes."""

    def attendre() -> None:
        while sys.stdin.buffer.read(4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=attendre, daemon=True).start()


def message_brut(demande: dict[str, Any], identifiant: str) -> bytes:
    """The mail as SES would put it on the wire: the sender's bytes, with SES's own Message-ID."""
    contenu = demande.get("Content", {})
    if "Raw" in contenu:
        brut = base64.b64decode(contenu["Raw"]["Data"])
    else:
        brut = _message_simple(demande, contenu.get("Simple", {}))
    entetes, separateur, corps = re.split(rb"(\r?\n\r?\n)", brut, maxsplit=1)
    entetes = re.sub(rb"(?im)^message-id:[^\n]*\n?(?:[ \t][^\n]*\n?)*", b"", entetes)
    return b"Message-ID: <" + identifiant.encode() + b">\r\n" + entetes.rstrip(b"\r\n") + separateur + corps


def _message_simple(demande: dict[str, Any], simple: dict[str, Any]) -> bytes:
    message = EmailMessage()
    message["From"] = demande.get("FromEmailAddress", "")
    message["To"] = ", ".join(demande.get("Destination", {}).get("ToAddresses", []))
    message["Subject"] = simple.get("Subject", {}).get("Data", "")
    corps = simple.get("Body", {})
    message.set_content(corps.get("Text", {}).get("Data", ""))
    if "Html" in corps:
        message.add_alternative(corps["Html"].get("Data", ""), subtype="html")
    return message.as_bytes()


def relayer(corps: bytes, reponse: bytes, port: int) -> None:
    """Hand one accepted mail over to the sink, to its envelope's recipients."""
    demande = json.loads(corps)
    destination = demande.get("Destination", {})
    adresses = [a for cle in ("ToAddresses", "CcAddresses", "BccAddresses") for a in destination.get(cle) or []]
    brut = message_brut(demande, json.loads(reponse)["MessageId"])
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as connexion:
        connexion.sendmail(demande.get("FromEmailAddress") or "ses@localhost", adresses, brut)


class RelaisCourrier:
    """ASGI wrapper: an accepted SES v2 SendEmail reaches the SMTP sink before its answer reaches the caller."""

    def __init__(self, app: Any, port: int) -> None:
        self.app, self.port = app, port

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope.get("path") != ENVOI or scope.get("method") != "POST":
            await self.app(scope, receive, send)
            return
        corps, tampon = bytearray(), []

        async def lire() -> Any:
            message = await receive()
            corps.extend(message.get("body") or b"")
            return message

        async def retenir(message: Any) -> None:
            tampon.append(message)

        await self.app(scope, lire, retenir)
        await self._remettre(bytes(corps), tampon)
        for message in tampon:
            await send(message)

    async def _remettre(self, corps: bytes, tampon: list[Any]) -> None:
        if not tampon or tampon[0].get("status") != 200:
            return
        reponse = b"".join(message.get("body", b"") for message in tampon[1:])
        try:
            await asyncio.to_thread(relayer, corps, reponse, self.port)
        except Exception as erreur:  # the mail is kept by the emulator; the journal says why the sink has not got it
            print(f"Courrier non relayé : {erreur!r}", file=sys.stderr, flush=True)


def ouvrir_descripteurs() -> None:
    """Raise the soft limit on open files: a burst of connections goes past 1,024."""
    import resource

    souple, dur = resource.getrlimit(resource.RLIMIT_NOFILE)
    if souple != dur:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(dur, 65536) if dur > 0 else 65536, dur))


def taire_annulations() -> None:
    """A connection that was open when the server ended is not an error to report."""

    def retenir(ligne: logging.LogRecord) -> bool:
        return not (ligne.exc_info and isinstance(ligne.exc_info[1], asyncio.CancelledError))

    logging.getLogger("asyncio").addFilter(retenir)


def main() -> None:
    """Serve on the descriptor given as first argument, relaying mails to the port given as second (0: nowhere)."""
    descripteur, port_courrier = int(sys.argv[1]), int(sys.argv[2])
    surveiller_parent()
    ouvrir_descripteurs()
    taire_annulations()
    from hypercorn.asyncio import serve  # type: ignore[import-not-found]
    from hypercorn.config import Config  # type: ignore[import-not-found]
    from ministack.app import app  # type: ignore[import-not-found]

    config = Config()
    config.bind = [f"fd://{descripteur}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 0.1
    config.loglevel = "WARNING"
    service: Any = RelaisCourrier(app, port_courrier) if port_courrier else app
    asyncio.run(serve(service, config))


if __name__ == "__main__":
    main()
