"""The documents that the portal shows, with the version that an account accepts (rule A5). Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Document:
    """A text of the portal. `version`: the day of its text."""

    nom: str
    titre: str
    version: str


DOCUMENTS = {
    document.nom: document
    for document in (
        Document("charte", "Charte des intervenants", "2026-11-01"),
        Document("conditions-generales", "Conditions générales d’emploi des intervenants", "2026-11-01"),
        Document("mentions-legales", "Mentions légales", "2026-11-01"),
    )
}
