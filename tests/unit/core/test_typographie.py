"""French typography of pages: the spaces that must not break a line."""

import pytest

from chalicelib.core.render import typography


@pytest.mark.rule("S1")
@pytest.mark.parametrize(
    ("avant", "apres"),
    [
        pytest.param("<p>À savoir : « oui » ; non ? si !</p>", "<p>À savoir~: «~oui~»~; non~? si~!</p>", id="du texte"),
        pytest.param("<b>Code</b> : 12", "<b>Code</b>~: 12", id="après une balise"),
        pytest.param('<p title="a : b">c</p>', '<p title="a : b">c</p>', id="un attribut"),
        pytest.param("<textarea>a : b</textarea> : c", "<textarea>a : b</textarea>~: c", id="ce qui est saisi"),
        pytest.param("<option>a : b</option>", "<option>a : b</option>", id="ce qui se choisit"),
        pytest.param("<title>Erreur : a</title>", "<title>Erreur : a</title>", id="le titre de la fenêtre"),
    ],
)
def test_la_ponctuation_double_reste_avec_son_mot(avant: str, apres: str) -> None:
    assert typography(avant) == apres.replace("~", "\u00a0")
