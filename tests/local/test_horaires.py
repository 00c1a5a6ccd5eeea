"""Schedules: EventBridge Scheduler's arithmetic, over the changes of hour too."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.local.environnement import RefusLocal
from infra.local.horaires import comprendre, evenement, planifications

PARIS = "Europe/Paris"


def utc(texte: str) -> datetime:
    return datetime.fromisoformat(texte).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "instant", "dernier", "prochain"),
    [
        ("rate(1 minute)", "2026-11-21T10:00:59", "2026-11-21T10:00:00", "2026-11-21T10:01:00"),
        ("rate(1 minute)", "2026-11-21T10:00:00", "2026-11-21T10:00:00", "2026-11-21T10:01:00"),
        ("rate(15 minutes)", "2026-11-21T10:14:59", "2026-11-21T10:00:00", "2026-11-21T10:15:00"),
        ("rate(1 hour)", "2026-11-21T10:14:59", "2026-11-21T10:00:00", "2026-11-21T11:00:00"),
        ("rate(1 day)", "2026-11-21T10:14:59", "2026-11-21T00:00:00", "2026-11-22T00:00:00"),
        ("cron(0 3 * * ? *)", "2026-11-21T01:59:59", "2026-11-20T02:00:00", "2026-11-21T02:00:00"),
        ("cron(0 3 * * ? *)", "2026-11-21T02:00:00", "2026-11-21T02:00:00", "2026-11-22T02:00:00"),
        ("cron(0 3 ? * * *)", "2026-07-21T02:00:00", "2026-07-21T01:00:00", "2026-07-22T01:00:00"),
    ],
)
def test_echeances(expression: str, instant: str, dernier: str, prochain: str) -> None:
    horaire = comprendre(expression, PARIS)
    assert horaire.dernier(utc(instant)) == utc(dernier)
    assert horaire.prochain(utc(instant)) == utc(prochain)


def suite(expression: str, debut: str, nombre: int) -> list[str]:
    horaire, instant, vus = comprendre(expression, PARIS), utc(debut), []
    for _ in range(nombre):
        instant = horaire.prochain(instant)
        vus.append(instant.strftime("%d %H:%M"))
    return vus


def test_au_printemps_l_heure_qui_n_existe_pas_est_sautee() -> None:
    assert suite("cron(30 2 * * ? *)", "2026-03-27T12:00", 3) == ["28 01:30", "30 00:30", "31 00:30"]
    assert suite("cron(0 3 * * ? *)", "2026-03-27T12:00", 3) == ["28 02:00", "29 01:00", "30 01:00"]


def test_en_automne_l_heure_double_ne_vaut_qu_une_fois() -> None:
    assert suite("cron(30 2 * * ? *)", "2026-10-23T12:00", 3) == ["24 00:30", "25 00:30", "26 01:30"]
    horaire = comprendre("cron(30 2 * * ? *)", PARIS)
    assert horaire.dernier(utc("2026-10-25T01:45")) == utc("2026-10-25T00:30")


def test_aucune_echeance_n_est_perdue_ni_doublee() -> None:
    horaire, instant = comprendre("cron(30 2 * * ? *)", PARIS), utc("2026-01-01T00:00")
    vus = set()
    while instant < utc("2027-01-01T00:00"):
        vus.add(horaire.dernier(instant))
        assert horaire.dernier(horaire.prochain(instant)) == horaire.prochain(instant)
        instant += timedelta(hours=3)
    assert len(vus) == 365


@pytest.mark.parametrize(
    "expression",
    [
        "cron(0 3 1 * ? *)",
        "cron(0 3 ? * MON *)",
        "cron(60 3 * * ? *)",
        "cron(0 24 * * ? *)",
        "rate(0 minutes)",
        "at(2026)",
    ],
)
def test_le_reste_est_refuse(expression: str) -> None:
    with pytest.raises(RefusLocal):
        comprendre(expression)


def modele(**cible: Any) -> dict[str, Any]:
    proprietes = {
        "Name": {"Fn::Sub": "guichet-${Stage}-balayer-mails"},
        "ScheduleExpression": "rate(1 minute)",
        "ScheduleExpressionTimezone": PARIS,
        "Target": {"Arn": {"Ref": "BalayerMails.Alias"}, "Input": '{"t":"<aws.scheduler.scheduled-time>"}'} | cible,
    }
    ressource = {"Type": "AWS::Scheduler::Schedule", "Properties": proprietes}
    return {"Parameters": {"Stage": {}}, "Resources": {"S": ressource}}


@pytest.mark.parametrize("arn", [{"Ref": "BalayerMails.Alias"}, {"Fn::GetAtt": ["BalayerMails", "Arn"]}])
def test_planification_du_modele(arn: Any) -> None:
    (plan,) = planifications(modele(Arn=arn), {"Stage": "local"}, ["balayer_mails", "balayer"])
    assert (plan.nom, plan.fonction) == ("balayer-mails", "balayer_mails")
    assert json.loads(evenement(plan.entree, utc("2026-11-21T10:00"), "x")) == {"t": "2026-11-21T10:00:00Z"}


def test_une_planification_sans_fonction_est_refusee() -> None:
    with pytest.raises(RefusLocal, match="balayer-mails"):
        planifications(modele(), {"Stage": "local"}, ["autre"])
