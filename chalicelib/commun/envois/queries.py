"""What the page of the mails given up shows."""

from typing import Any

from chalicelib.core import outbox

AU_PLUS = 100
RAISONS = {
    "ESSAIS": "Huit essais sans succès",
    "REBOND": "L’adresse n’existe plus",
    "PLAINTE": "Signalé comme indésirable",
}


def en_echec() -> dict[str, Any]:
    """Rule V1: the newest mails given up, and whether older ones wait behind them."""
    morts = [
        {
            "id": row.pk.removeprefix("MAIL#"),
            "to": row.to,
            "subject": row.subject,
            "le": row.gsi1sk,
            "raison": RAISONS.get(row.raison or "", ""),
        }
        for row in outbox.dead(AU_PLUS + 1)
    ]
    return {"morts": morts[:AU_PLUS], "encore": len(morts) > AU_PLUS}
