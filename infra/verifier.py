"""`make verifier-infra [STAGE=prod]`: the templates, seen as CloudFormation sees them.

The packaged template is translated by the real SAM translator (of .venv-aws) before cfn-lint and checkov read it.
checkov has its own environment (.venv-checkov); its exceptions are in infra/checkov.yaml, each with its reason. Only
`--sans-checkov` goes without it.
"""

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STACKS = ("infra/data.yaml", "infra/scan.yaml")
_TRANSLATE = """
import json, os, sys
os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-3")
from infra import sam
from samtranslator.translator.transform import transform
class Nothing:
    def load(self):
        return {}
template = sam.with_code(json.load(open(sys.argv[1])), "livraisons", "deployment.zip")
json.dump(transform(template, {}, Nothing()), open(sys.argv[2], "w"), indent=1)
"""


def translate(packaged: Path, target: Path) -> None:
    """SAM -> CloudFormation, as AWS will do it."""
    python = ROOT / ".venv-aws" / "bin" / "python"
    subprocess.run([python, "-c", _TRANSLATE, packaged, target], cwd=ROOT, check=True)


def commands(templates: list[str], with_checkov: bool) -> list[list[str]]:
    """What is run, in order."""
    lint = [str(ROOT / ".venv" / "bin" / "cfn-lint"), "--", *templates]
    checkov = [str(ROOT / ".venv-checkov" / "bin" / "checkov"), "--config-file", "infra/checkov.yaml"]
    return [lint, [*checkov, "-f", *templates]] if with_checkov else [lint]


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Vérifie les gabarits CloudFormation.")
    parser.add_argument("--stage", default="", help="vérifie aussi build/<étape>/template.json")
    parser.add_argument("--sans-checkov", action="store_true")
    given = parser.parse_args(arguments)
    templates = list(STACKS)
    if given.stage:
        folder = ROOT / "build" / given.stage
        if not (folder / "template.json").exists():
            print(f"Rien à vérifier : make package STAGE={given.stage}", file=sys.stderr)
            return 1
        translate(folder / "template.json", folder / "cloudformation.json")
        templates.append(str(folder / "cloudformation.json"))
    wanted = commands(templates, not given.sans_checkov)
    codes = [subprocess.run(each, check=False, cwd=ROOT).returncode for each in wanted]
    return int(any(codes))  # one that was killed answers a negative number


if __name__ == "__main__":
    sys.exit(main())
