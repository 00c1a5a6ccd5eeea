"""Settings of every test: a stage of its own, no AWS but the one that a fixture gives; what shares a portal runs on one
worker."""

import os
from typing import Any

import pytest

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

ENSEMBLE = ("tests/deploiement/", "tests/local/", "tests/races/", "tests/web/test_controles_reponses.py")
"""What stands on one portal, or on one harvest, that is long to make: once is enough. The browser's tests are most of
the run: each worker has a portal and a Chromium of its own."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A worker takes the whole of a group, or a test; the groups go first, lest one of them be alone at the end.

    xdist's own `loadgroup` writes the group where pytest 9.2 no longer reads it: each test went where it liked.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ParPortail(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return next((lieu for lieu in ENSEMBLE if nodeid.startswith(lieu)), nodeid)

    return ParPortail(config, log)
