"""What other slices may ask of challenges."""

from chalicelib.commun.defis.forms import champ
from chalicelib.commun.defis.queries import defi_resolu, page_avec_defi

__all__ = ["champ", "defi_resolu", "page_avec_defi"]
