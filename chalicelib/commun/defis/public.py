"""What other slices may ask of challenges."""

from chalicelib.commun.defis.forms import champ
from chalicelib.commun.defis.queries import page_a_reprendre, page_avec_defi

__all__ = ["champ", "page_a_reprendre", "page_avec_defi"]
