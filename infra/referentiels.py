"""Make the compact reference files of `chalicelib/commun/referentiels/donnees/` from public data.

    python infra/referentiels.py SOURCE [DESTINATION]

SOURCE is a directory that holds regions.json, departements.json, pays.json, cnfpt_structures.json, langues.json,
cnfpt_specialites.json, niveaux_scolaires.json, listes_espace_intervenants.json and codes_postaux_communes.compact.tsv
(where they come from: `donnees/SOURCES.md`). Run it when one of them changes, and read the difference before committing
it. The same source gives the same bytes: lines go by code, and the compressed
file bears no date.

What is decided here, and not in the source:
- names get the typographic apostrophe;
- the two French territories where nobody lives for good are neither a region nor a department to choose;
- nationalities agree with « nationalité ». The source has masculine forms, some wrong: the feminine is derived where
  the ending makes it certain, else taken from FEMININS, else the script stops;
- sub-specialities that no public source tells are marked as examples (rule Z7), and stand under their « champ » where
  their speciality is not known; no code is made up;
- who has no diploma can say so; two methods stand beside those that the source shows.
"""

import gzip
import json
import re
import sys
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

DESTINATION = Path(__file__).parent.parent / "chalicelib" / "commun" / "referentiels" / "donnees"

INHABITES = {"984", "989"}
"""INSEE codes of the Terres australes et antarctiques françaises and of Clipperton."""

NOMS_USUELS = {"HK": "Hong Kong", "MO": "Macao", "VA": "Vatican"}
"""Names under which people look for a country, where the source's begins with another word."""

SANS_NATIONALITE = {
    "AI", "AQ", "AS", "AW", "AX", "BL", "BM", "BQ", "BV", "CC", "CK", "CW", "CX", "EH", "FK", "FO", "GF", "GG",
    "GI", "GL", "GP", "GS", "GU", "HK", "HM", "IM", "IO", "JE", "KY", "MF", "MO", "MP", "MQ", "MS", "NC", "NF",
    "NU", "PF", "PM", "PN", "PR", "RE", "SH", "SJ", "SX", "TC", "TF", "TK", "UM", "VG", "VI", "WF", "YT",
}  # fmt: skip
"""Territories whose people have the nationality of another state, and those without people."""

FEMININS = {
    "AG": "Antiguaise et barbudienne",
    "BF": "Burkinabè",
    "CD": "Congolaise (Congo-Kinshasa)",
    "CG": "Congolaise (Congo-Brazzaville)",
    "CV": "Cap-verdienne",
    "DM": "Dominiquaise",
    "DO": "Dominicaine",
    "GQ": "Équato-guinéenne",
    "GR": "Grecque",
    "GW": "Bissau-guinéenne",
    "GY": "Guyanienne",
    "JM": "Jamaïcaine",
    "KG": "Kirghize",
    "KI": "Kiribatienne",
    "KN": "Kittitienne et névicienne",
    "KP": "Nord-coréenne",
    "KR": "Sud-coréenne",
    "LC": "Saint-lucienne",
    "LK": "Sri-lankaise",
    "LR": "Libérienne",
    "LS": "Lésothane",
    "LV": "Lettone",
    "NZ": "Néo-zélandaise",
    "PG": "Papouane-néo-guinéenne",
    "PS": "Palestinienne",
    "SL": "Sierra-léonaise",
    "SM": "Saint-marinaise",
    "SS": "Sud-soudanaise",
    "SZ": "Swazie",
    "TJ": "Tadjike",
    "TL": "Est-timoraise",
    "TO": "Tonguienne",
    "TR": "Turque",
    "TT": "Trinidadienne",
    "TV": "Tuvaluane",
    "UZ": "Ouzbèke",
    "VA": "Vaticane",
    "VU": "Vanuatuane",
    "XK": "Kosovare",
    "ZA": "Sud-africaine",
}
"""Feminine forms that no rule gives: irregular, compound, ambiguous between two states, or wrong in the source."""

REGION_DES_INSTITUTS = {"Angers": "52", "Dunkerque": "32", "Montpellier": "76", "Nancy": "44", "Strasbourg": "44"}

CHAMPS = {"A": "Organisation et gestion des ressources", "D": "Aménagement et développement durable des territoires"}
"""Where a sub-speciality stands whose speciality the source does not tell, by the first letter of its code."""

EXEMPLES = {
    "Citoyenneté, population, affaires administratives et vie associative": ("État civil", "Élections"),
    "Culture": ("Patrimoine",),
    "Aménagement et développement durable des territoires": ("Urbanisme",),
    "Organisation et gestion des ressources": ("Finances locales", "Ressources humaines", "Commande publique"),
    "Social, santé publique": ("Action sociale", "Petite enfance"),
}
"""Sub-specialities marked as examples, until the administrateur imports the whole list (rule Z7)."""

NATURES_SUIVIES = ("Formation continue", "Formation initiale", "Préparation à un concours")
"""Rule D6: what the manual names in the title of a column."""

METHODES = ("Méthode expositive", "Méthode démonstrative")
"""The source shows two methods of a list that it cuts."""

Ligne = tuple[str, ...]


def main(source: Path, destination: Path = DESTINATION) -> None:
    """Write the files and say what they weigh."""
    destination.mkdir(parents=True, exist_ok=True)
    fichiers = {
        "regions.tsv": tableau(regions(lire(source, "regions"))),
        "departements.tsv": tableau(departements(lire(source, "departements"))),
        "pays.tsv": tableau(pays(lire(source, "pays"))),
        "structures.tsv": tableau(structures(lire(source, "cnfpt_structures"))),
        "sous_specialites.tsv": tableau(sous_specialites(lire(source, "cnfpt_specialites"))),
        "langues.tsv": tableau(langues(lire(source, "langues"))),
        "listes.tsv": tableau(listes(lire(source, "listes_espace_intervenants"), lire(source, "niveaux_scolaires"))),
        "communes.tsv.gz": gzip.compress(communes(source), compresslevel=9, mtime=0),
    }
    for nom, contenu in fichiers.items():
        (destination / nom).write_bytes(contenu)
        sys.stdout.write(f"{nom}: {len(contenu)} bytes\n")


def lire(source: Path, nom: str) -> Any:
    """The JSON file of that name."""
    return json.loads((source / f"{nom}.json").read_text(encoding="utf-8"))


def tableau(lignes: Iterable[Ligne]) -> bytes:
    """Lines sorted by code, fields separated by tabulations."""
    return "".join("\t".join(ligne) + "\n" for ligne in sorted(lignes)).encode()


def typographie(nom: str) -> str:
    """The name as French prints it: its apostrophe, its hyphens."""
    return nom.replace("'", "’").replace("Wallis et Futuna", "Wallis-et-Futuna")


def regions(source: Any) -> Iterable[Ligne]:
    """code, nom."""
    return ((r["code"], typographie(r["nom"])) for r in source["regions"] if r["code"] not in INHABITES)


def departements(source: Any) -> Iterable[Ligne]:
    """code, nom, region."""
    retenus = (d for d in source["departements"] if d["code"] not in INHABITES)
    return ((d["code"], typographie(d["nom"]), d["region"]) for d in retenus)


def pays(source: Any) -> Iterable[Ligne]:
    """code, nom and, for a state, nationalite."""
    for p in source["pays"]:
        code = p["alpha2"]
        nom = NOMS_USUELS.get(code, typographie(p["nom_cldr_fr"]))
        yield (code, nom) if code in SANS_NATIONALITE else (code, nom, nationalite(code, p["gentile_fr_masc"]))


def nationalite(code: str, gentile: str | None) -> str:
    """The feminine form; an error when nothing makes it certain."""
    if code in FEMININS:
        return FEMININS[code]
    for fin, ajout in ((r"en", "ne"), (r"ais|ois|ain|an|and|in|ol", "e"), (r"e", "")):
        if gentile and re.fullmatch(rf"\w+({fin})", gentile):
            return gentile + ajout
    raise ValueError(f"{code}: no certain feminine for {gentile!r}; add it to FEMININS or SANS_NATIONALITE")


def structures(source: Any) -> Iterable[Ligne]:
    """code, nom, type, region. The source knows no address: there is none."""
    for d in source["delegations"]:
        yield slug(d["nom"]), f"Délégation {typographie(d['nom'])}", "delegation", d["region_insee"]
    for i in source["instituts"]:
        ville, region = i["ville"], REGION_DES_INSTITUTS[i["ville"]]
        if i["nom"] == "INET":
            yield "inet", "INET", "inet", region
        else:
            de = "d’" if ville[0] in "AEIOUÉÎ" else "de "
            yield slug(i["nom"]), f"INSET {de}{ville}", "inset", region


def sous_specialites(source: Any) -> Iterable[Ligne]:
    """key, speciality, code (or nothing), name, « exemple » (or nothing)."""
    for s in source["sous_specialites"]:
        groupe = s.get("specialite") or CHAMPS[s["code"][0]]
        yield slug(s["code"] or s["libelle"]), groupe, s["code"] or "", typographie(s["libelle"]), ""
    for groupe, noms in EXEMPLES.items():
        for nom in noms:
            yield f"exemple-{slug(nom)}", groupe, "", nom, "exemple"


def langues(source: Any) -> Iterable[Ligne]:
    """code, name, kind. A language of France is told once, by its ISO 639-3 code when it has one of its own."""
    dites = {typographie(r["nom"]): r["iso639_3"] if r["correspondance"] == "exact" else None
             for r in source["regionales"]}  # fmt: skip
    for nom in dites:
        yield slug(nom), nom, "regionale"
    yield "fsl", "langue des signes française", "regionale"
    connues = {iso for iso in dites.values() if iso}
    for langue in source["iso639_1"]:
        if langue["iso639_3"] not in connues and langue["iso639_1"] != "fr":
            yield langue["iso639_1"], typographie(langue["nom_fr"]), "etrangere"


def listes(source: Any, niveaux: Any) -> Iterable[Ligne]:
    """list, rank, code, name: the short lists of the page « Parcours », in the order in which they are shown."""
    for nom, libelles in {
        "natures": source["natures_formation"],
        "publics": source["publics"],
        "prestations": source["prestations_complementaires"],
        "methodes": [*source["methodes_pedagogiques*"], *METHODES],
        "natures_suivies": NATURES_SUIVIES,
        "niveaux": _niveaux(source["niveau_scolaire*"][0], niveaux["niveaux"]),
    }.items():
        for rang, libelle in enumerate(libelles, start=1):
            yield nom, f"{rang:02}", slug(libelle.partition(" (")[0]), typographie(libelle)


def _niveaux(superieur: str, niveaux: Any) -> Iterable[str]:
    """Rule D7: from none to « Bac +5 et sup », with the diplomas of each level."""
    yield "Sans diplôme"
    hauts = [titre for n in niveaux if n["niveau"] >= 7 for titre in n["titres"]]
    for n in niveaux:
        if n["niveau"] < 7:
            titres = ", ".join(n["titres"])
            yield f"{n['bac'].replace('+', ' +')} ({titres})" if "bac" in n else titres
    yield f"{superieur} ({', '.join(hauts)})"


def slug(nom: str) -> str:
    """« Provence-Alpes-Côte d'Azur » becomes « provence-alpes-cote-d-azur »."""
    ascii_ = unicodedata.normalize("NFD", nom).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_.lower()).strip("-")


def communes(source: Path) -> bytes:
    """A line a postal code: « 51300 TAB 003Ablancourt|... », sorted.

    An item is the INSEE code then the name; the code loses its first two characters where they are the postal code's.
    """
    lignes = (source / "codes_postaux_communes.compact.tsv").read_text(encoding="utf-8").splitlines()
    triees = sorted(typographie(ligne) for ligne in lignes)
    for ligne in triees:
        if not re.fullmatch(r"\d{5}\t(((\d{3}|\d{5}|2[AB]\d{3})[^\d|\t][^|\t]*)(\||$))+", ligne):
            raise ValueError(f"not a line of postal code: {ligne!r}")
    return ("\n".join(triees) + "\n").encode()


if __name__ == "__main__":
    if len(sys.argv) not in {2, 3}:
        sys.exit((__doc__ or "").split("\n\n")[1].strip())
    main(*(Path(argument) for argument in sys.argv[1:]))
