"""docs/performance.md, written from the figures: each with its mark, met or not, and then why and what comes next."""

import os
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

PAR_MILLION = {"lectures": 0.125, "ecritures": 0.625}  # US dollars, on demand, us-east-1, since November 2024
REPERE_APPELS, REPERE_CPU, REPERE_FROID = 3, 1.5, 1.5
REPERE_POIDS, REPERE_REQUETES = 60 * 1024, 6
_SUITES = {
    "P1": "Next: see with `python -X importtime` what the first page does not need, and import it where it is used.",
    "P2": "The floor parses no request, builds no form, signs no command, checks no session; the task list checks"
    " both pages of the profile besides. Next: keep with each page what it lacks, when it is saved.",
    "P3": "A page of the staff about somebody reads the session, the person, the account and the files, each in its own"
    " table, and writes who looked; the list for a spreadsheet counts how often it is taken away, and writes by whom."
    " Next: ask the last three reads side by side.",
    "P4": "A mail is leased, then marked sent, so that two workers never send it at once: its row is written twice,"
    " with its text. A password that is right starts its counter anew, and a dead mail's address is no longer marked: a"
    " row that is counted, or looked for, then deleted, is nothing in the end, and the floor does not see it. Who types"
    " their password has their account read once more: the page's reading goes without its hash. A lot is an act for"
    " each application: the month's count is written for each, and all are read again to say what became of them."
    " Next: compress a mail's text against the frame that all mails share, so that its row holds in one KB; start a"
    " counter anew in the act's own transaction.",
    "P8": "Next: see below what weighs; a stylesheet can lose what no page uses.",
    "P9": "Next: `make package` names the heaviest folders.",
    "Load": "See the errors below.",
}


@dataclass(frozen=True)
class Ligne:
    """A line of the table. `tenu`: None when it could not be measured."""

    id: str
    quoi: str
    figure: str
    repere: str
    tenu: bool | None
    raison: str = ""

    @property
    def suite(self) -> str:
        """What to do next about a mark that is not met."""
        return _SUITES.get(self.id, "") if self.tenu is False else ""

    def rendu(self) -> str:
        """The line in Markdown."""
        verdict = {True: "met", False: "**not met**", None: "not measured"}[self.tenu]
        suite = "".join(f" {texte}" for texte in (self.raison, self.suite) if texte and not self.tenu)
        return f"| {self.id} | {self.quoi} | {self.figure} | {self.repere} | {verdict}.{suite} |"


def lignes(mesures: dict[str, Any]) -> list[Ligne]:
    """The table's lines, from what was measured."""
    faites = []
    for nom, ecrire in (
        ("P1", _p1),
        ("P2", _p2),
        ("P3", _p3),
        ("P4", _p4),
        ("P8", _p8),
        ("P9", _p9),
        ("charge", _charge),
    ):
        if nom in mesures:
            faites += ecrire(mesures[nom])
    return faites


def _p1(m: dict[str, Any]) -> list[Ligne]:
    figure = f"{m['rapport_cpu']:.2f} ({m['page_cpu'] * 1000:.0f} ms of processor against {m['sol_cpu'] * 1000:.0f})"
    quoi = "Cold start: import of `app` and first page, against a DynamoDB client and `import chalice`"
    tenu = m["rapport_cpu"] <= REPERE_FROID
    return [Ligne("P1", quoi, figure, f"<= {REPERE_FROID}", tenu, f"Measured on {m['quoi']}.")]


def _p2(m: dict[str, Any]) -> list[Ligne]:
    return [
        Ligne(
            "P2",
            f"Warm page, {nom}: processor of the handler, against bare Jinja, the same boto3 calls and Chalice",
            f"{p['rapport']:.2f} ({p['page_ms']:.1f} ms against {p['sol_ms']:.1f}, {p['appels']} calls)",
            f"<= {REPERE_CPU}",
            p["rapport"] <= REPERE_CPU,
            f"{p['page_ms'] - p['sol_ms']:.1f} ms over its floor.",
        )
        for nom, p in m.items()
    ]


def _p3(m: dict[str, Any]) -> list[Ligne]:
    routes = m["routes"]
    trop = {motif: r for motif, r in routes.items() if len(r["appels"]) > REPERE_APPELS}
    deux = {motif: r["deux_fois"] for motif, r in routes.items() if r["deux_fois"]}
    raison = "; ".join(f"`{motif}` makes {len(r['appels'])}" for motif, r in trop.items())
    raison += "".join(f"; `{motif}` reads twice {cles}" for motif, cles in deux.items())
    raison += "".join(f"; no example for `{motif}`" for motif in m["sans_exemple"])
    pires = max(len(r["appels"]) for r in routes.values())
    figure = (
        f"{len(routes) - len(trop)} of {len(routes)} pages within the mark, {pires} at most, {len(deux)} repeat one"
    )
    tenu = not trop and not deux and not m["sans_exemple"]
    return [Ligne("P3", "AWS calls of each GET route", figure, "<= 3, none repeated", tenu, f"{raison.strip('; ')}.")]


def _p4(m: dict[str, Any]) -> list[Ligne]:
    actes = m["actes"]
    raisons = {nom: _ecart(b, lambda mesure, sol: mesure > sol, "where the floor is") for nom, b in actes.items()}
    trop = [f"« {nom} » {dit}" for nom, dit in raisons.items() if dit]
    figure = f"{len(actes) - len(trop)} of {len(actes)} acts at the floor"
    raison = "; ".join(faux(m) or trop)
    return [Ligne("P4", "Read and write units of each act", figure, "= the items touched", not raison, f"{raison}.")]


def faux(p4: dict[str, Any]) -> list[str]:
    """What is wrong with the bench itself: an act measured under its floor (nothing costs less than what it touches), a
    form that no act sends."""
    dits = {nom: _ecart(b, lambda mesure, sol: mesure < sol, "under a floor of") for nom, b in p4["actes"].items()}
    fautes = [f"the bench miscounts: « {nom} » {dit}" for nom, dit in dits.items() if dit]
    return fautes + [f"no figure for {route}" for route in p4["sans_figure"]]


def _ecart(b: dict[str, Any], compare: Callable[[float, float], bool], dit: str) -> str:
    """What an act reads or writes that does not compare well with its floor."""
    return " and ".join(
        f"{verbe} {b[quoi]:g} {dit} {b[f'sol_{quoi}']:g}"
        for verbe, quoi in (("reads", "lectures"), ("writes", "ecritures"))
        if compare(b[quoi], b[f"sol_{quoi}"])
    )


def _p8(m: dict[str, Any]) -> list[Ligne]:
    lignes, notes = [_p8_poids(m)], m.get("lighthouse")
    quoi, repere = "The home page by Lighthouse: performance, accessibility", ">= 95, 100"
    if notes is None:
        return [*lignes, Ligne("P8", quoi, "-", repere, None, "Lighthouse needs Node.js 20 or newer.")]
    figure = f"{notes['performance']}, {notes['accessibility']}"
    tenu = notes["performance"] >= 95 and notes["accessibility"] == 100
    return [*lignes, Ligne("P8", quoi, figure, repere, tenu)]


def _p8_poids(m: dict[str, Any]) -> Ligne:
    figure = f"{m['octets'] / 1024:.1f} KB, {m['requetes']} requests, {len(m['ailleurs'])} third parties"
    tenu = m["octets"] <= REPERE_POIDS and m["requetes"] <= REPERE_REQUETES and not m["ailleurs"]
    return Ligne("P8", "First page, everything, compressed", figure, "<= 60 KB, <= 6 requests, no third party", tenu)


def _p9(m: dict[str, Any] | None) -> list[Ligne]:
    quoi, repere = "Deployable zip", "<= 25 MB"
    if m is None:
        return [Ligne("P9", quoi, "-", repere, None, "No zip in `build/`: run `make package` first.")]
    figure = f"{m['octets'] / 1024 / 1024:.1f} MB ({m['runtime']})"
    return [Ligne("P9", quoi, figure, repere, m["octets"] <= m["repere"])]


def _charge(m: dict[str, Any]) -> list[Ligne]:
    quoi = f"{m['gens']} people at once through the whole journey, on this machine"
    figure = f"{m['finis']} finished, {m['nombre_erreurs']} errors, {m['nombre_perdus']} acts lost"
    tenu = m["finis"] == m["gens"] and not m["nombre_erreurs"] and not m["nombre_perdus"]
    raison = "; ".join([*m["erreurs"][:3], *m["perdus"][:3]])
    return [Ligne("Load", quoi, figure, "no error, no lost act", tenu, raison)]


def ecrire(mesures: dict[str, Any], fichier: Path) -> list[Ligne]:
    """Write the document; answers the lines of its table."""
    table = lignes(mesures)
    parties = [_tete(), *(ligne.rendu() for ligne in table), ""]
    for nom, detail in (("charge", _detail_charge), ("P3", _detail_p3), ("P4", _detail_p4), ("P8", _detail_p8)):
        if nom in mesures:
            parties += detail(mesures[nom])
    fichier.write_text("\n".join(parties).rstrip() + "\n", encoding="utf-8")
    return table


def _tete() -> str:
    memoire = ""
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        memoire = f", {os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GB of memory"
    version = ".".join(map(str, sys.version_info[:3]))
    machine = f"{os.cpu_count()} cores ({platform.machine()}){memoire}, Python {version}"
    jour = datetime.now().astimezone().date().isoformat()
    return f"""# Performance

Written by `make bench` on {jour}; machine: {machine}.

A figure is a ratio against a floor measured in the same run, or a count: absolute times move with the machine, and with
what else it does. No timed test is part of `make test`. P5 (search), P6 (alerts), P7 (sweeps among a million items) and
P10 (opening day) wait for the parts of the portal that they measure; P11 compares the milliseconds of P2 with peers.

| | what | figure | mark | |
|---|---|---|---|---|"""


def _detail_charge(m: dict[str, Any]) -> list[str]:
    out = [
        "## Load: where the time goes",
        "",
        f"{m['gens']} people start at one instant and go from the home page to an application that waits:"
        f" {m['demandes']} requests in {m['secondes']:.0f} s, {m['debit']:.0f} a second. On Lambda each request has a"
        " processor of its own at once; here all share this machine's, so a step's time is mostly its turn in the queue"
        " (which is let grow past API Gateway's 29 s).",
        "",
        "| step | times | median (s) | p95 (s) |",
        "|---|---|---|---|",
    ]
    out += [f"| {nom} | {e['n']} | {e['mediane']:.2f} | {e['p95']:.2f} |" for nom, e in m["etapes"].items()]
    out += _processeur(m["cpu"], m["demandes"]) if m.get("cpu") else []
    if m["erreurs"] or m["perdus"]:
        out += ["", *(f"- {texte}" for texte in [*m["erreurs"], *m["perdus"]])]
    return [*out, ""]


def _processeur(cpu: dict[str, float], demandes: int) -> list[str]:
    total = sum(cpu.values())
    parts = ", ".join(f"{partie} {100 * secondes / total:.0f} %" for partie, secondes in cpu.items())
    application = next((secondes for partie, secondes in cpu.items() if partie.startswith("application")), 0.0)
    chacune = f"{1000 * application / demandes:.0f} ms for each request, mails and password hashes included"
    return ["", f"Processor: {total:.0f} s in all: {parts}. The application itself uses {chacune}."]


def _detail_p3(m: dict[str, Any]) -> list[str]:
    out = ["## P3: AWS calls of each page", "", "| page | calls | |", "|---|---|---|"]
    for motif, r in m["routes"].items():
        out.append(f"| `{motif}` | {len(r['appels'])} | {', '.join(r['appels'])} |")
    return [*out, ""]


def _detail_p4(m: dict[str, Any]) -> list[str]:
    out = [
        "## P4: units and price of each act",
        "",
        "Write units as the emulator counts them, read units from the size of what is read (the emulator's are flat);"
        " between brackets the floor: the rows and index entries touched, once each. Price of a million acts in"
        f" DynamoDB alone, at {PAR_MILLION['lectures']} and {PAR_MILLION['ecritures']} US dollars a million read and"
        " write units (on demand, us-east-1; other regions cost more).",
        "",
        "« 30 lines a table » is a full profile: 240 rows in its eight tables, of which one unit reads 4 KB. Whoever"
        " transmits or studies it needs them all; the task list reads them only to say what is missing. Next: keep with"
        " each page what it lacks, when it is saved (as for P2), and a full task list costs what a short one does. Its"
        " CV is there when it is transmitted; the other one's, announced and never sent, is given up: two units more.",
        "",
        "| act | read | written | a million | rows |",
        "|---|---|---|---|---|",
    ]
    for nom, b in m["actes"].items():
        prix = b["lectures"] * PAR_MILLION["lectures"] + b["ecritures"] * PAR_MILLION["ecritures"]
        lus, ecrits = (f"{b[n]:g} ({b[f'sol_{n}']:g})" for n in ("lectures", "ecritures"))
        out.append(f"| {nom} | {lus} | {ecrits} | {prix:.2f} $ | {', '.join(b['lignes'])} |")
    return [*out, ""]


def _detail_p8(m: dict[str, Any]) -> list[str]:
    out = ["## P8: the first page, request by request", "", "| | bytes |", "|---|---|"]
    return [*out, *(f"| `{_sans_empreinte(chemin)}` | {octets} |" for chemin, octets in m["detail"].items()), ""]


def _sans_empreinte(chemin: str) -> str:
    """A static file's name without its digest, which changes with each version."""
    dossier, barre, nom = chemin.rpartition("/")
    return f"{dossier}{barre}{nom.partition('-')[2] or nom}" if "/statique/" in chemin else chemin
