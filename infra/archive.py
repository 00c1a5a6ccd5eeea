"""The contents of the deployment package: what is taken out, what is compiled, and a zip that two runs write alike."""

import hashlib
import re
import subprocess
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

# The runtime brings boto3 and what it needs; a zip without them is 15 MB smaller and gets AWS's own security updates.
PROVIDED = frozenset({"boto3", "botocore", "s3transfer", "jmespath", "urllib3", "python-dateutil", "six"})
# Chalice's own packager adds the two files that a function needs; the rest of it is a command line.
CHALICE = "chalice"

_TESTS = frozenset({"__pycache__", "tests", "test", "testing"})
_TOP = frozenset({"bin", "pypdfium2_cli", "_distutils_hack"})
_SUFFIXES = frozenset({".pyi", ".c", ".h", ".pyx", ".pxd", ".pth", ".pyc"})
_LOCALES = frozenset({"fr"})
_KEPT_METADATA = re.compile(r"(METADATA|licen[cs]es?/.*|(LICEN[CS]E|COPYING|NOTICE|AUTHORS)[^/]*)$", re.IGNORECASE)
_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==\S+")


class PackageError(Exception):
    """The package can't be made as it should be."""


def pins(lock: str) -> dict[str, str]:
    """The blocks of a lock file (pin, marker, hashes), by canonical name."""
    blocks: dict[str, str] = {}
    name = ""
    for line in lock.splitlines():
        found = _PIN.match(line)
        if found:
            name = canonicalize_name(found["name"])
            blocks[name] = ""
        if name and line.strip() and not line.lstrip().startswith("#"):
            blocks[name] += line + "\n"
    return blocks


def direct_requirements(text: str) -> list[str]:
    """Names in a requirements.in, in order."""
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    return [canonicalize_name(Requirement(line).name) for line in lines if line and not line.startswith("-")]


def runtime_names(direct: Iterable[str], requires: Callable[[str], Iterable[str]], python: str) -> set[str]:
    """What functions import: the requirements and theirs, less the tool that packages and what the runtime brings."""
    environment = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux", "extra": ""}
    wanted: set[str] = set()
    todo = [name for name in direct if name != CHALICE]
    while todo:
        name = todo.pop()
        if name in PROVIDED or name in wanted:
            continue
        wanted.add(name)
        for text in requires(name):
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate(environment):
                todo.append(canonicalize_name(requirement.name))
    return wanted


def runtime_lock(lock: str, names: set[str]) -> str:
    """The part of the lock that ships; a name that is not locked is an error."""
    blocks = pins(lock)
    missing = sorted(names - blocks.keys())
    if missing:
        raise PackageError(f"absent de requirements.txt : {', '.join(missing)}")
    return "".join(blocks[name] for name in sorted(names))


def left_out(folder: Path, names: set[str]) -> list[str]:
    """What should have been installed and was not (Chalice's packager would only warn)."""
    installed = {canonicalize_name(path.name.rsplit("-", 2)[0]) for path in folder.glob("*.dist-info")}
    return sorted(names - installed)


def unwanted(path: PurePosixPath) -> bool:
    """Whether a file of a dependency has no use in a function."""
    if path.parts[0] in _TOP or path.suffix in _SUFFIXES or path.name == "py.typed" or _TESTS & set(path.parts[:-1]):
        return True
    if path.parts[0].endswith(".dist-info"):
        return not _KEPT_METADATA.match("/".join(path.parts[1:]))
    if len(path.parts) > 3 and path.parts[1] == "locale":
        return path.parts[2] not in _LOCALES
    return False


def prune(folder: Path) -> int:
    """Delete what has no use; answers how many bytes that saves."""
    saved = 0
    for path in list(files(folder)):
        if unwanted(PurePosixPath(path.relative_to(folder).as_posix())):
            saved += path.stat().st_size
            path.unlink()
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    return saved


def files(folder: Path) -> Iterator[Path]:
    """Files below `folder`, in the order of their names."""
    yield from sorted(path for path in folder.rglob("*") if path.is_file())


def compile_python(folder: Path, python: str) -> None:
    """Add the .pyc: /var/task is read-only, without them each cold start compiles everything again.

    They are trusted without looking at the source, and say /var/task, not where they were made.
    """
    command = [python, "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash"]
    command += ["-s", str(folder), "-p", "/var/task", str(folder)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise PackageError(f"compileall : {done.stdout}{done.stderr}")


def write_zip(folder: Path, target: Path) -> str:
    """A zip with neither dates nor owners; answers its SHA-256."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in files(folder):
            info = zipfile.ZipInfo(path.relative_to(folder).as_posix(), (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            archive.writestr(info, path.read_bytes(), compresslevel=9)
    return hashlib.sha256(target.read_bytes()).hexdigest()


def heaviest(folder: Path, count: int = 8) -> list[tuple[str, int]]:
    """The top folders that weigh most, in bytes."""
    weights: dict[str, int] = {}
    for path in files(folder):
        top = path.relative_to(folder).parts[0]
        weights[top] = weights.get(top, 0) + path.stat().st_size
    return sorted(weights.items(), key=lambda item: -item[1])[:count]
