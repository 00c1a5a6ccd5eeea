"""Settings of every test: a stage of its own, no AWS but the one that a fixture gives."""

import os

os.environ.update(
    STAGE="test",
    ESPACES="intervenants",
    BASE_URL="https://guichet.test",
    BASE_PATH="",
    MAIL_FROM="CNFPT-Espace Intervenants <nepasrepondre@cnfpt.example>",
    EMPLOYEURS_URL="http://127.0.0.1:9",
    SOURCE_URL="https://guichet.test/source",
    AWS_DEFAULT_REGION="eu-west-3",
    AWS_ACCESS_KEY_ID="test",
    AWS_SECRET_ACCESS_KEY="test",
    AWS_EC2_METADATA_DISABLED="true",
    POWERTOOLS_METRICS_NAMESPACE="guichet",
)
os.environ.pop("AWS_ENDPOINT_URL", None)
