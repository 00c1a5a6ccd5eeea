"""Who did or read what, when, from where: append-only lines, written with the act (rule X3). Ids only."""

from datetime import timedelta
from typing import Any

from pynamodb.attributes import JSONAttribute, UnicodeAttribute

from chalicelib.core.table import Act, Row, meta, seconds

KEPT = timedelta(days=365 * 3)


class AuditRow(Row):
    """One line."""

    Meta = meta("audit")
    acte = UnicodeAttribute()
    objet = UnicodeAttribute()
    acteur = UnicodeAttribute()
    source = UnicodeAttribute(default="")
    details: Any = JSONAttribute(default=dict)


def note(act: Act, acte: str, objet: str, **details: str) -> None:
    """Add the line of an act: `acte` is its French name, `objet` the id of what it touched."""
    ctx = act.ctx
    line = ctx.new_id()
    row = AuditRow(
        f"JOUR#{ctx.today.isoformat()}",
        f"{ctx.instant}#{line}",
        gsi1pk=f"OBJET#{objet}",
        gsi1sk=ctx.instant,
        acte=acte,
        objet=objet,
        acteur=ctx.user.id if ctx.user else "",
        source=ctx.source,
        details=details,
        ttl=seconds(ctx, KEPT),
    )
    act.put(row)
