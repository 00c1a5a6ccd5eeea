"""What falls due about accounts."""

from typing import Any

from chalice import Blueprint

from chalicelib.commun.comptes import public as comptes
from chalicelib.core.sweeps import sweep, sweep_context
from chalicelib.intervenants.inscription import queries, usecases

bp = Blueprint(__name__)


@bp.lambda_function(name="balayer_comptes")
def balayer_comptes(event: dict[str, str], context: Any) -> dict[str, int]:
    """Rules B4, W1: accounts that nobody activated."""
    ctx = sweep_context(event)
    ids = comptes.comptes_non_actives(ctx)
    return vars(sweep(ctx, "balayer-comptes", ids, lambda i: usecases.supprimer_le_compte_non_active(ctx, i)))


@bp.lambda_function(name="balayer_demandes")
def balayer_demandes(event: dict[str, str], context: Any) -> dict[str, int]:
    """Rules E4, W1: complements to remind, applications to archive."""
    ctx = sweep_context(event)
    echues = queries.complements_echus(ctx)
    return vars(sweep(ctx, "balayer-demandes", echues, lambda demande: usecases.echoir(ctx, demande)))
