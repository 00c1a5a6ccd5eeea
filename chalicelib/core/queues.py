"""What a queue's Lambda answers: the messages that failed, and only they, come back."""

from collections.abc import Callable
from typing import Any

from chalicelib.core import log


def each_message(event: Any, handle: Callable[[str], object]) -> dict[str, Any]:
    """Handle each message of an SQS event; one that fails does not bring the others back."""
    failed = []
    for record in event.to_dict()["Records"]:
        try:
            handle(record["body"])
        except Exception:
            log.failure("queue.message_failed", message_id=record["messageId"])
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
