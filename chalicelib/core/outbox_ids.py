"""Tells the mail queue that mails wait. Best effort: what is not told here is found by the sweep."""

import json

from chalicelib.core import aws, log
from chalicelib.core.settings import settings

QUEUE = "mails"


def push(mail_ids: list[str]) -> None:
    """Send the ids to the queue, ten a call. A failure is logged, never raised: the mails are in the outbox."""
    try:
        for start in range(0, len(mail_ids), 10):
            entries = [
                {"Id": str(i), "MessageBody": json.dumps({"mail": mail})}
                for i, mail in enumerate(mail_ids[start : start + 10])
            ]
            aws.client("sqs").send_message_batch(QueueUrl=aws.queue_url(settings().queue(QUEUE)), Entries=entries)
    except Exception:
        log.warning("outbox.not_pushed", count=len(mail_ids))
