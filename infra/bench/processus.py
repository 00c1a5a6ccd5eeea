"""Processor time of each part of the local portal, read from /proc; nothing where there is none."""

import os
from pathlib import Path

_PARTIES = {
    "infra.local.front": "HTTP front",
    "infra.local.pepiniere": "application (web workers, events)",
    "lanceur_emulateur": "AWS emulator",
    "infra.local": "mail sink, pump, console",
}


def cpu(pid: int) -> dict[str, float]:
    """Seconds used so far by the processes below `pid` and itself, by part."""
    if not Path("/proc/self/stat").exists():
        return {}
    lus = {p: lu for p in _pids() if (lu := _lire(p))}
    siens, front = {pid}, [pid]
    while front:
        parent = front.pop()
        enfants = [p for p, (pere, _, _) in lus.items() if pere == parent and p not in siens]
        siens.update(enfants)
        front += enfants
    sommes: dict[str, float] = {}
    for p in siens & lus.keys():
        _, secondes, commande = lus[p]
        partie = next((nom for cle, nom in _PARTIES.items() if cle in commande), "other")
        sommes[partie] = sommes.get(partie, 0.0) + secondes
    return sommes


def difference(avant: dict[str, float], apres: dict[str, float]) -> dict[str, float]:
    """What was used in between, most first."""
    ecarts = {partie: fin - avant.get(partie, 0.0) for partie, fin in apres.items()}
    return dict(sorted(ecarts.items(), key=lambda e: -e[1]))


def _pids() -> list[int]:
    return [int(p.name) for p in Path("/proc").iterdir() if p.name.isdigit()]


def _lire(pid: int) -> tuple[int, float, str] | None:
    """Parent, seconds of processor, command line."""
    try:
        champs = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        commande = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return None
    secondes = (int(champs[11]) + int(champs[12])) / os.sysconf("SC_CLK_TCK")
    return int(champs[1]), secondes, commande
