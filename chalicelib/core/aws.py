"""The one place that builds AWS clients: short timeouts, three tries, built at first use."""

from functools import cache
from typing import Any

CONNECT_TIMEOUT, READ_TIMEOUT, ATTEMPTS = 1, 3, 3


@cache
def client(name: str) -> Any:
    """A boto3 client; the session's defaults give region, endpoint and credentials."""
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=READ_TIMEOUT,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        signature_version="s3v4" if name == "s3" else None,
    )
    return boto3.client(name, config=config)


def origin_of_bucket(bucket: str) -> str:
    """The origin that browsers see for the bucket, for the content security policy."""
    from urllib.parse import urlsplit

    url = client("s3").generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "x"})
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


@cache
def queue_url(name: str) -> str:
    """The address of a queue, from its name."""
    return str(client("sqs").get_queue_url(QueueName=name)["QueueUrl"])


def is_outage(error: Exception) -> bool:
    """Whether an exception says that AWS did not answer as it should (rather than a fault of ours)."""
    from botocore.exceptions import BotoCoreError, ClientError
    from pynamodb.exceptions import PynamoDBException

    return isinstance(error, BotoCoreError | ClientError | PynamoDBException)
