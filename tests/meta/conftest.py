"""The portal of tests/web, for the gates that watch it live."""

from tests.web.conftest import guichet

__all__ = ["guichet"]
