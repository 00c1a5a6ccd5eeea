"""`make package STAGE=prod [PYTHON=python3.13]`: what `make deploy` sends, in build/<stage>/.

    deployment.zip   the code and what it imports, compiled (.pyc, Jinja); the same bytes for the same sources
    template.json    the SAM template of the application stack, complete
    manifest.json    what was packaged, for which runtime

Chalice writes the template and takes the app's own files; dependencies are installed here (wheels of the target only,
with the hashes of requirements.txt), because Chalice only warns when one of them could not be had.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass, field
from email.utils import parseaddr
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import yaml

from infra import archive, gateway, sam
from infra.archive import PackageError

ROOT = Path(__file__).resolve().parent.parent
# made by "make", not committed
BUILT = tuple(
    f"chalicelib/core/{name}" for name in ("static/vendor/bootstrap.css", "static/vendor/htmx.js", "sons/0.wav")
)
MAX_ZIP = 25 * 1024 * 1024
# wheels that Amazon Linux 2023 (glibc 2.34) can load
_GLIBC = ("manylinux_2_34", "manylinux_2_31", "manylinux_2_28", "manylinux_2_27", "manylinux_2_17", "manylinux2014")
_MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
_COMPILE_TEMPLATES = """
from jinja2 import FileSystemLoader
from chalicelib.core.render import COMPILED, ROOT, environnement
def wanted(name):
    return "templates" in name.split("/")[:-1]
loader = FileSystemLoader(ROOT)
COMPILED.mkdir()
environnement(loader).compile_templates(COMPILED, filter_func=wanted, zip=None, ignore_errors=False)
for name in filter(wanted, loader.list_templates()):
    (ROOT / name).unlink()
"""


@dataclass(frozen=True)
class Options:
    """What to package. `config` replaces .chalice/config.json (tests); `architecture` what it says."""

    stage: str
    output: Path
    python: str = sys.executable
    project: Path = ROOT
    architecture: str = ""
    config: dict[str, Any] = field(default_factory=dict)


def build(options: Options) -> dict[str, Any]:
    """Write build/<stage>/; answers the manifest."""
    out = options.output
    config = options.config or json.loads((options.project / ".chalice" / "config.json").read_text())
    variables = stage_variables(config, options.stage)
    architecture = options.architecture or config["stages"][options.stage].get(
        "lambda_architecture", config.get("lambda_architecture", "x86_64")
    )
    version = python_version(options.python)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as temporary:
        staged = stage_project(options.project, config, Path(temporary) / "project")
        compile_templates(staged, variables)
        template = run_chalice(staged, options.stage, Path(temporary) / "out")
        folder = Path(temporary) / "package"
        with zipfile.ZipFile(Path(temporary) / "out" / "deployment.zip") as chalice_zip:
            chalice_zip.extractall(folder)
        install(options, version, architecture, folder)
        archive.compile_python(folder, options.python)
        digest = archive.write_zip(folder, out / "deployment.zip")
        heavy = archive.heaviest(folder)
    size = (out / "deployment.zip").stat().st_size
    manifest = {"stage": options.stage, "runtime": f"python{version}", "architecture": architecture, "sha256": digest}
    manifest |= {"version": digest[:12], "size": size, "variables": variables, "heaviest": heavy}
    manifest["template"] = write_template(template, manifest, out / "template.json")
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
    if size > MAX_ZIP:
        raise PackageError(f"deployment.zip pèse {megabytes(size)}, plus que {megabytes(MAX_ZIP)} : {heavy}")
    return manifest


def stage_variables(config: dict[str, Any], stage: str) -> dict[str, str]:
    """The environment of a stage."""
    if stage not in config["stages"]:
        raise PackageError(f"étape inconnue : {stage} ; .chalice/config.json a {', '.join(config['stages'])}")
    return {**config.get("environment_variables", {}), **config["stages"][stage].get("environment_variables", {})}


def python_version(python: str) -> str:
    """`3.13`, asked from the interpreter itself."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        return subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError) as error:
        raise PackageError(f"{python} ne répond pas : {error}") from error


def stage_project(project: Path, config: dict[str, Any], target: Path) -> Path:
    """A copy of what Chalice needs, without requirements: it packages the app alone."""
    missing = [name for name in BUILT if not (project / name).exists()]
    if missing:
        raise PackageError(f"pas encore construits (make assets) : {', '.join(missing)}")
    skipped = shutil.ignore_patterns("__pycache__", "_templates", "tests", "*.pyc", ".ok", "config.json", "deploy*")
    shutil.copytree(project / "chalicelib", target / "chalicelib", ignore=skipped)
    shutil.copytree(project / ".chalice", target / ".chalice", ignore=skipped)
    (target / ".chalice" / "config.json").write_text(json.dumps(config))
    shutil.copy(project / "app.py", target / "app.py")
    shutil.copy(project / "infra" / "app.yaml", target / "app.yaml")
    (target / "requirements.txt").write_text("")
    return target


def run_chalice(staged: Path, stage: str, out: Path) -> sam.Template:
    """`chalice package`; answers the template."""
    environment = _environment({"AWS_DEFAULT_REGION": "eu-west-3"})
    command = [
        sys.executable,
        "-c",
        "import sys; from chalice.cli import main; sys.exit(main())",
        "package",
        "--stage",
        stage,
    ]
    command += ["--template-format", "yaml", "--merge-template", "app.yaml", str(out)]
    done = subprocess.run(command, check=False, cwd=staged, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise PackageError(f"chalice package : {done.stdout}{done.stderr}")
    template: sam.Template = yaml.safe_load((out / "sam.yaml").read_text())
    return template


def _environment(added: dict[str, str]) -> dict[str, str]:
    """What the app sees while it is packaged: nothing of this machine's own settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1", **added}


def install(options: Options, version: str, architecture: str, folder: Path) -> None:
    """Install what ships: wheels for the target, hashes checked, nothing left out; then prune it."""
    direct = archive.direct_requirements((options.project / "requirements.in").read_text())
    names = archive.runtime_names(direct, lambda name: requires(name) or [], version)
    with tempfile.TemporaryDirectory() as temporary:
        lock = Path(temporary) / "requirements.txt"
        lock.write_text(archive.runtime_lock((options.project / "requirements.txt").read_text(), names))
        target = Path(temporary) / "installed"
        command = [sys.executable, "-m", "pip", "--python", options.python, "install", "--quiet", "--no-deps"]
        command += ["--require-hashes", "--only-binary", ":all:", "--no-compile", "--disable-pip-version-check"]
        for glibc in _GLIBC:
            command += ["--platform", f"{glibc}_{_MACHINES[architecture]}"]
        command += ["--python-version", version, "--implementation", "cp", "--target", str(target), "-r", str(lock)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            raise PackageError(f"pip : {done.stderr}")
        missing = archive.left_out(target, names)
        if missing:
            raise PackageError(f"dépendances absentes du paquet : {', '.join(missing)}")
        archive.prune(target)
        shutil.copytree(target, folder, dirs_exist_ok=True)


def compile_templates(staged: Path, variables: dict[str, str]) -> None:
    """Jinja templates become Python modules in chalicelib/_templates; their sources do not ship."""
    environment = _environment({**variables, "PYTHONPATH": str(staged)})
    command = [sys.executable, "-c", _COMPILE_TEMPLATES]
    done = subprocess.run(command, check=False, cwd=staged, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise PackageError(f"gabarits : {done.stdout}{done.stderr}")


def write_template(template: sam.Template, manifest: dict[str, Any], target: Path) -> str:
    """The complete template, with the gateway's pages; answers its SHA-256."""
    variables = manifest["variables"]
    settings = {"Stage": manifest["stage"], "BucketSuffix": variables.get("BUCKET_SUFFIX", "")}
    settings |= {"MailDomain": mail_domain(variables), "Version": manifest["version"]}
    pages = gateway.responses(service_name(variables), variables.get("BASE_PATH", "") + "/")
    complete = sam.complete(template, settings, pages, manifest["runtime"])
    target.write_text(json.dumps(complete, indent=1, ensure_ascii=False) + "\n")
    return hashlib.sha256(target.read_bytes()).hexdigest()


def mail_domain(variables: dict[str, str]) -> str:
    """The domain that SES signs for."""
    return parseaddr(variables["MAIL_FROM"])[1].rpartition("@")[2]


def service_name(variables: dict[str, str]) -> str:
    """The name of the portal, as on its pages."""
    space = "Espace Intervenants" if "intervenants" in variables["ESPACES"] else "Espace Famille"
    return f"{space} – {variables.get('ORGANISME', 'CNFPT')}"


def megabytes(size: int) -> str:
    """A size for people."""
    return f"{size / 1024 / 1024:.1f} Mo"


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Prépare ce que « make deploy » envoie, dans build/<étape>/.")
    parser.add_argument("--stage", required=True)
    parser.add_argument("--python", default=sys.executable, help="interpréteur de la version visée (python3.13)")
    parser.add_argument("--architecture", default="", choices=["", *_MACHINES], help="au lieu de celle de config.json")
    given = parser.parse_args(arguments)
    output = ROOT / "build" / given.stage
    try:
        manifest = build(Options(given.stage, output, python=given.python, architecture=given.architecture))
    except (PackageError, sam.TemplateError) as error:
        print(f"Refus : {error}", file=sys.stderr)
        return 1
    size, runtime = megabytes(manifest["size"]), manifest["runtime"]
    print(f"{output / 'deployment.zip'} : {size}, {runtime}, {manifest['architecture']}")
    for name, weight in manifest["heaviest"]:
        print(f"  {name} : {megabytes(weight)} avant compression")
    if tuple(map(int, manifest["runtime"].removeprefix("python").split("."))) < (3, 12):
        print("Attention : « make deploy » refuse un Python plus ancien que 3.12 (make package PYTHON=python3.13).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
