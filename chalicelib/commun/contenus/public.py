"""What other slices may ask of contents."""

from chalicelib.commun.contenus.queries import ouverts, page_d_erreur, versions

__all__ = ["ouverts", "page_d_erreur", "versions"]
