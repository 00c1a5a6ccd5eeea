"""The reference data that people choose from, as they meet it."""

import gzip
import importlib.util
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from chalicelib.commun.referentiels import public as referentiels
from chalicelib.commun.referentiels.rules import (
    FRANCE,
    Commune,
    Departement,
    Pays,
    Region,
    Structure,
    TypeStructure,
    a_forme_de_code_postal,
    cle_de_tri,
    exige_un_code_postal_francais,
)

DONNEES = Path(referentiels.__file__).with_name("donnees")


def noms(choix: tuple[Any, ...]) -> list[str]:
    """What the person reads."""
    return [c.nom for c in choix]


def codes_postaux() -> Iterator[str]:
    """Every postal code of the package."""
    with gzip.open(DONNEES / "communes.tsv.gz", "rt", encoding="utf-8") as fichier:
        for ligne in fichier:
            yield ligne.split("\t")[0]


# Communes


@pytest.mark.rule("C1")
def test_le_code_postal_51300_dessert_46_communes() -> None:
    communes = referentiels.communes("51300")
    assert len(communes) == 46
    assert Commune("51649", "Vitry-le-François") in communes


@pytest.mark.rule("C1")
def test_tous_les_codes_postaux_se_lisent() -> None:
    communes = {cp: referentiels.communes(cp) for cp in codes_postaux()}
    assert len(communes) == 6310
    assert sum(map(len, communes.values())) == 35493
    assert max(communes, key=lambda cp: len(communes[cp])) == "51300"
    assert all(len(c.code) == 5 and not c.nom[0].isdigit() for desservies in communes.values() for c in desservies)


@pytest.mark.rule("C1")
@pytest.mark.parametrize(
    ("code_postal", "attendue"),
    [
        pytest.param("75011", Commune("75056", "Paris"), id="un arrondissement est à Paris"),
        pytest.param("20000", Commune("2A004", "Ajaccio"), id="la Corse a des codes à lettre"),
        pytest.param("01200", Commune("74109", "Éloise"), id="une commune desservie depuis le département voisin"),
        pytest.param("97150", Commune("97801", "Saint-Martin"), id="une collectivité d’outre-mer"),
        pytest.param("01000", Commune("01053", "Bourg-en-Bresse"), id="le premier de la liste"),
        pytest.param("98889", Commune("98821", "Païta"), id="le dernier de la liste"),
    ],
)
def test_un_code_postal_propose_ses_communes(code_postal: str, attendue: Commune) -> None:
    assert referentiels.code_postal_existe(code_postal)
    assert attendue in referentiels.communes(code_postal)


@pytest.mark.rule("C1")
@pytest.mark.parametrize(
    "code_postal",
    ["", "00000", "99999", "75578", "5130", "513000", "51300\t", "5130\n", "٥١٣٠٠", "2A004", "1049 Bruxelles"],
)
def test_un_code_postal_inconnu_ne_propose_rien(code_postal: str) -> None:
    assert referentiels.communes(code_postal) == ()
    assert not referentiels.code_postal_existe(code_postal)


@pytest.mark.rule("C1")
def test_les_communes_se_suivent_sans_egard_aux_accents() -> None:
    assert noms(referentiels.communes("01100")) == [
        "Apremont", "Arbent", "Bellignat", "Géovreisset", "Groissiat", "Martignat", "Oyonnax",
    ]  # fmt: skip


def test_le_fichier_des_communes_reste_leger() -> None:
    assert (DONNEES / "communes.tsv.gz").stat().st_size <= 300_000


# Countries and nationalities


@pytest.mark.rule("C1")
def test_la_france_se_trouve_par_son_code() -> None:
    assert referentiels.pays_par_code(FRANCE) == Pays("FR", "France", "Française")
    assert referentiels.pays_par_code("ZZ") is None


@pytest.mark.rule("C1")
def test_les_pays_se_suivent_comme_un_lecteur_les_cherche() -> None:
    pays = noms(referentiels.pays())
    assert len(pays) == 250
    assert pays[0] == "Afghanistan"
    assert pays[-1] == "Zimbabwe"
    debut_en_e = [nom for nom in pays if cle_de_tri(nom).startswith("e")]
    assert debut_en_e == [
        "Égypte", "Émirats arabes unis", "Équateur", "Érythrée", "Espagne", "Estonie", "Eswatini", "États-Unis",
        "Éthiopie",
    ]  # fmt: skip


@pytest.mark.rule("C1")
def test_la_nationalite_s_accorde_au_feminin() -> None:
    nationalites = {p.code: p.nationalite for p in referentiels.nationalites()}
    attendues = {
        "FR": "Française", "DE": "Allemande", "BE": "Belge", "IT": "Italienne", "ES": "Espagnole", "GR": "Grecque",
        "TR": "Turque", "SY": "Syrienne", "PY": "Paraguayenne", "GH": "Ghanéenne", "AF": "Afghane",
        "ZA": "Sud-africaine", "NE": "Nigérienne", "NG": "Nigériane",
    }  # fmt: skip
    assert {code: nationalites[code] for code in attendues} == attendues


@pytest.mark.rule("C1")
def test_chaque_etat_a_sa_nationalite_et_elle_seule() -> None:
    nationalites = [p.nationalite or "" for p in referentiels.nationalites()]
    assert len(nationalites) == 197  # the 193 of the United Nations, Kosovo, Palestine, Taïwan and the Vatican
    assert len(set(nationalites)) == len(nationalites)
    assert nationalites == sorted(nationalites, key=cle_de_tri)
    assert nationalites[0] == "Afghane"


@pytest.mark.rule("C1")
@pytest.mark.parametrize("code", ["GP", "NC", "HK", "GL", "AQ"])
def test_un_territoire_ne_donne_pas_de_nationalite(code: str) -> None:
    territoire = referentiels.pays_par_code(code)
    assert territoire in referentiels.pays()
    assert territoire not in referentiels.nationalites()


@pytest.mark.rule("C1")
@pytest.mark.parametrize(("code", "attendu"), [("FR", True), ("RE", True), ("PF", True), ("BE", False), ("MC", False)])
def test_le_format_francais_ne_vaut_qu_en_france(code: str, attendu: bool) -> None:
    assert exige_un_code_postal_francais(code) is attendu


@pytest.mark.rule("C1")
def test_un_code_postal_francais_a_cinq_chiffres() -> None:
    assert a_forme_de_code_postal("75578")
    assert not a_forme_de_code_postal("75 578")
    assert not a_forme_de_code_postal("٧٥٥٧٨")


# Regions and departments


@pytest.mark.rule("C5")
def test_les_regions_se_suivent_par_nom() -> None:
    regions = noms(referentiels.regions())
    assert len(regions) == 24
    assert regions[:3] == ["Auvergne-Rhône-Alpes", "Bourgogne-Franche-Comté", "Bretagne"]
    assert regions.index("Île-de-France") == regions.index("Hauts-de-France") + 1
    assert referentiels.region("93") == Region("93", "Provence-Alpes-Côte d’Azur")
    assert referentiels.region("00") is None


@pytest.mark.rule("C5")
def test_nul_n_intervient_la_ou_personne_n_habite() -> None:
    assert referentiels.region("984") is None
    assert referentiels.departement("989") is None


@pytest.mark.rule("C5")
def test_chaque_region_donne_ses_departements() -> None:
    assert noms(referentiels.departements(["53", "94"])) == [
        "Corse-du-Sud", "Côtes-d’Armor", "Finistère", "Haute-Corse", "Ille-et-Vilaine", "Morbihan",
    ]  # fmt: skip
    assert all(referentiels.departements([r.code]) for r in referentiels.regions())


@pytest.mark.rule("C5")
def test_sans_region_choisie_aucun_departement_n_est_propose() -> None:
    assert referentiels.departements([]) == ()
    assert referentiels.departements(["inconnue"]) == ()


@pytest.mark.rule("C5")
def test_tous_les_departements_sont_la() -> None:
    departements = referentiels.departements()
    assert len(departements) == 107
    assert {d.region for d in departements} == {r.code for r in referentiels.regions()}
    assert noms(departements) == sorted(noms(departements), key=cle_de_tri)
    assert referentiels.departement("2A") == Departement("2A", "Corse-du-Sud", "94")
    assert referentiels.departement("20") is None


# Structures


@pytest.mark.rule("C6")
def test_les_structures_sont_les_delegations_puis_les_instituts() -> None:
    structures = referentiels.structures()
    assert [s.type for s in structures] == (
        [TypeStructure.DELEGATION] * 18 + [TypeStructure.INET] + [TypeStructure.INSET] * 4
    )
    assert noms(structures)[0] == "Délégation Auvergne-Rhône-Alpes"
    assert noms(structures)[18:] == [
        "INET", "INSET d’Angers", "INSET de Dunkerque", "INSET de Montpellier", "INSET de Nancy",
    ]  # fmt: skip


@pytest.mark.rule("C6")
def test_une_structure_se_trouve_par_son_code() -> None:
    assert referentiels.structure("grand-est") == Structure(
        "grand-est", "Délégation Grand Est", TypeStructure.DELEGATION, "44"
    )
    assert referentiels.structure("atlantide") is None


@pytest.mark.rule("C6")
def test_chaque_region_a_sa_delegation() -> None:
    delegations = [s for s in referentiels.structures() if s.type is TypeStructure.DELEGATION]
    assert len({s.region for s in delegations}) == 18
    assert all(referentiels.region(s.region) for s in referentiels.structures())


@pytest.mark.rule("C6")
def test_le_type_d_une_structure_se_lit_en_entier() -> None:
    assert [t.libelle for t in TypeStructure] == [
        "Délégation régionale",
        "Institut national des études territoriales",
        "Institut national spécialisé d’études territoriales",
    ]


# Order and typography


@pytest.mark.parametrize(
    ("saisie", "cle"),
    [
        ("Éloise", "eloise"),
        ("L'Haÿ-les-Roses", "l hay les roses"),
        ("L’Haÿ-les-Roses", "l hay les roses"),
        ("CŒUR-DE-CAUSSE", "coeur de causse"),
        ("  Saint   Denis ", "saint denis"),
        ("Ç", "c"),
    ],
)
def test_la_cle_de_tri_oublie_accents_casse_et_ponctuation(saisie: str, cle: str) -> None:
    assert cle_de_tri(saisie) == cle


def test_un_mot_court_passe_avant_le_mot_qu_il_commence() -> None:
    melees = ["Sainte-Croix", "Saintes", "Saint-Étienne", "Saint Denis"]
    assert sorted(melees, key=cle_de_tri) == ["Saint Denis", "Saint-Étienne", "Sainte-Croix", "Saintes"]


@pytest.mark.parametrize("liste", [referentiels.regions, referentiels.departements, referentiels.pays,
                                   referentiels.structures])  # fmt: skip
def test_chaque_choix_est_unique_et_bien_ecrit(liste: Callable[[], tuple[Any, ...]]) -> None:
    choix = liste()
    assert len({c.code for c in choix}) == len(choix) == len({cle_de_tri(c.nom) for c in choix})
    assert not [c.nom for c in choix if "'" in c.nom or c.nom != c.nom.strip() or "  " in c.nom]


# The lists of « Parcours »


@pytest.mark.rule("D1", "Z7")
def test_les_sous_specialites_connues_portent_leur_code_et_les_autres_se_disent_exemples() -> None:
    intitules = {s.cle: s.intitule for s in referentiels.sous_specialites()}
    assert intitules["a2c"] == "A2C - Assemblées, secrétariat général et protocole"
    assert intitules["lecture-publique-et-documentation"] == "Lecture publique et documentation"
    exemples = [s for s in referentiels.sous_specialites() if s.exemple]
    assert exemples and all(s.intitule.endswith("(exemple)") and not s.code for s in exemples)
    assert len(intitules) == len(referentiels.sous_specialites())


@pytest.mark.rule("D8")
def test_chaque_langue_est_dite_une_fois_celles_de_france_d_abord() -> None:
    langues = referentiels.langues()
    assert len({langue.code for langue in langues}) == len({cle_de_tri(langue.nom) for langue in langues}) == 251
    genres = [langue.regionale for langue in langues]
    assert genres == sorted(genres, reverse=True) and genres.count(True) == 76
    assert {"Breton", "Allemand", "Langue des signes française"} <= set(noms(langues))


@pytest.mark.rule("D2", "D6", "D7")
@pytest.mark.parametrize(
    ("nom", "combien", "premier"),
    [("natures", 7, "Formation continue"), ("publics", 6, "Agents de catégorie A"), ("prestations", 7, "Conférence"),
     ("methodes", 4, "Méthode interrogative"), ("natures_suivies", 3, "Formation continue"),
     ("niveaux", 7, "Sans diplôme")],
)  # fmt: skip
def test_les_listes_du_parcours(nom: str, combien: int, premier: str) -> None:
    liste = referentiels.liste(nom)
    assert (len(liste), liste[0][1]) == (combien, premier) and len(dict(liste)) == combien


# The script that makes the files


@pytest.fixture(scope="module")
def fabrique() -> ModuleType:
    """The script, loaded as it stands."""
    racine = Path(__file__).parents[3]
    spec = importlib.util.spec_from_file_location("fabrique_referentiels", racine / "infra" / "referentiels.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def source(dossier: Path, **remplacements: Any) -> Path:
    """A source directory of a few lines."""
    dossier.mkdir()
    contenus = {
        "regions": {"regions": [{"code": "93", "nom": "Provence-Alpes-Côte d'Azur"}, {"code": "984", "nom": "TAAF"}]},
        "departements": {"departements": [{"code": "13", "nom": "Bouches-du-Rhône", "region": "93"}]},
        "pays": {"pays": [{"alpha2": "FR", "nom_cldr_fr": "France", "gentile_fr_masc": "Français"},
                          {"alpha2": "AW", "nom_cldr_fr": "Aruba", "gentile_fr_masc": None}]},
        "cnfpt_structures": {"delegations": [{"nom": "Provence-Alpes-Côte d'Azur", "region_insee": "93"}],
                             "instituts": [{"nom": "INET", "ville": "Strasbourg"},
                                           {"nom": "INSET Angers", "ville": "Angers"}]},
        "cnfpt_specialites": {"sous_specialites": [{"code": "A2C", "libelle": "Assemblées"},
                                                   {"code": None, "libelle": "Lecture", "specialite": "Culture"}]},
        "langues": {"regionales": [{"nom": "breton", "iso639_3": "bre", "correspondance": "exact"}],
                    "iso639_1": [{"iso639_1": "br", "iso639_3": "bre", "nom_fr": "breton"},
                                 {"iso639_1": "de", "iso639_3": "deu", "nom_fr": "allemand"}]},
        "niveaux_scolaires": {"niveaux": [{"niveau": 3, "titres": ["CAP"]}, {"niveau": 8, "titres": ["Doctorat"]}]},
        "listes_espace_intervenants": {
            "natures_formation": ["Lutte contre l'illettrisme"], "publics": [], "prestations_complementaires": [],
            "methodes_pedagogiques*": [], "niveau_scolaire*": ["Bac +5 et sup"],
        },
    } | remplacements  # fmt: skip
    for nom, contenu in contenus.items():
        (dossier / f"{nom}.json").write_text(json.dumps(contenu), encoding="utf-8")
    (dossier / "codes_postaux_communes.compact.tsv").write_text(
        "20000\t2A004Ajaccio\n13520\t058Maussane-les-Alpilles|011Les Baux-de-Provence\n", encoding="utf-8"
    )
    return dossier


def test_la_fabrique_donne_deux_fois_les_memes_octets(fabrique: ModuleType, tmp_path: Path) -> None:
    depart = source(tmp_path / "source")
    fabrique.main(depart, tmp_path / "a")
    fabrique.main(depart, tmp_path / "b")
    fichiers = {f.name: f.read_bytes() for f in (tmp_path / "a").iterdir()}
    assert fichiers == {f.name: f.read_bytes() for f in (tmp_path / "b").iterdir()}
    assert fichiers["regions.tsv"].decode() == "93\tProvence-Alpes-Côte d’Azur\n"
    assert fichiers["pays.tsv"].decode() == "AW\tAruba\nFR\tFrance\tFrançaise\n"
    assert fichiers["structures.tsv"].decode().splitlines()[1:] == [
        "inset-angers\tINSET d’Angers\tinset\t52",
        "provence-alpes-cote-d-azur\tDélégation Provence-Alpes-Côte d’Azur\tdelegation\t93",
    ]
    assert (
        fichiers["sous_specialites.tsv"]
        .decode()
        .startswith("a2c\tOrganisation et gestion des ressources\tA2C\tAssemblées\t\n")
    )
    assert fichiers["langues.tsv"].decode().splitlines() == [
        "breton\tbreton\tregionale", "de\tallemand\tetrangere", "fsl\tlangue des signes française\tregionale"
    ]  # fmt: skip
    listes = fichiers["listes.tsv"].decode()
    assert "natures\t01\tlutte-contre-l-illettrisme\tLutte contre l’illettrisme\n" in listes
    assert "niveaux\t03\tbac-5-et-sup\tBac +5 et sup (Doctorat)\n" in listes
    assert gzip.decompress(fichiers["communes.tsv.gz"]).startswith(b"13520\t058Maussane")
    assert fichiers["communes.tsv.gz"][4:8] == bytes(4), "the compressed file bears no date"


def test_la_fabrique_refuse_un_feminin_incertain(fabrique: ModuleType, tmp_path: Path) -> None:
    pays = {"pays": [{"alpha2": "XX", "nom_cldr_fr": "Syldavie", "gentile_fr_masc": "Syldave du Nord"}]}
    with pytest.raises(ValueError, match="XX: no certain feminine"):
        fabrique.main(source(tmp_path / "source", pays=pays), tmp_path / "a")


def test_la_fabrique_refuse_une_ligne_mal_formee(fabrique: ModuleType, tmp_path: Path) -> None:
    depart = source(tmp_path / "source")
    (depart / "codes_postaux_communes.compact.tsv").write_text("13520\tMaussane-les-Alpilles\n", encoding="utf-8")
    with pytest.raises(ValueError, match="not a line of postal code"):
        fabrique.main(depart, tmp_path / "a")
