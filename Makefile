# « make » dit ce qu'il sait faire. Chaque environnement est fait une fois, et refait quand son verrou change.
PYTHON ?= python3
STAGE ?= prod
PY := .venv/bin/python
# A worker more for two cores: they wait on the browser, the emulator and the network as much as they compute.
COEURS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) * 3 // 2)' 2>/dev/null || echo auto)

.DEFAULT_GOAL := help
.PHONY: help run test proof lint screens bench rules lock clean package deploy verifier-infra assets sons

help: ## Cette aide
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/.ok .venv-aws/.ok assets sons ## Le portail entier ici : http://127.0.0.1:8000 (PORT, CONSOLE_PORT, GUICHET_DATA)
	@exec $(PY) -m infra.local

test: .venv/.ok .venv-aws/.ok assets sons lint package verifier-infra ## Tous les contrôles : style, architecture, types, modèles, tests
	@chromium=$$($(PY) -m infra.navigateur) && CHROMIUM="$$chromium" $(PY) -m pytest -n $(COEURS)

proof: .venv/.ok .venv-aws/.ok assets sons lint package verifier-infra ## Les mêmes en entier, sans échantillon ; écrit docs/preuves.md
	@rm -rf build/preuves && mkdir -p build/preuves
	@chromium=$$($(PY) -m infra.navigateur) && CHROMIUM="$$chromium" GUICHET_PREUVE=1 \
	  $(PY) -m pytest -n auto --junitxml=build/preuves/tests.xml; fin=$$?; $(PY) -m infra.preuves && exit $$fin

lint: .venv/.ok ## Style, architecture et types seulement
	$(PY) -m ruff check .
	.venv/bin/lint-imports
	$(PY) -m mypy

screens: .venv/.ok .venv-aws/.ok assets sons ## Images de chaque page, dans build/
	@chromium=$$($(PY) -m infra.navigateur) && CHROMIUM="$$chromium" $(PY) -m infra.ecrans

bench: .venv/.ok .venv-aws/.ok assets sons ## Mesures : débits, délais, démarrage à froid
	$(PY) -m infra.bench

rules: .venv/.ok ## Règles de la spécification et les tests qui les prouvent
	$(PY) -m infra.regles

package: .venv/.ok assets sons ## Les piles à déployer, dans build/ : make package STAGE=prod [PYTHON=python3.13] [IDENTITE=dossier]
	$(PY) -m infra.package --stage $(STAGE) $(if $(filter-out python3,$(PYTHON)),--python $(PYTHON))

deploy: .venv/.ok ## Déploie sur AWS ce que package a préparé : make deploy STAGE=prod [SCAN=1] [ALARM_EMAIL=…] [BUDGET=…]
	$(PY) -m infra.deploy --stage $(STAGE) $(if $(SCAN),--scan) $(if $(ALARM_EMAIL),--alarm-email $(ALARM_EMAIL)) \
	  $(if $(BUDGET),--budget $(BUDGET)) $(if $(OUI),--oui)

.PHONY: personnel
personnel: .venv/.ok ## Un compte du personnel : EMAIL=… NOM=… PRENOM=… ROLE=… STRUCTURES=… (ou EMAIL=… REMPLACER=1)
	@$(PY) -m infra.personnel --stage "$(STAGE)" --email "$$EMAIL" --nom "$$NOM" --prenom "$$PRENOM" --role "$$ROLE" \
	  --structures "$$STRUCTURES" --naissance "$$NAISSANCE" $(if $(REMPLACER),--remplacer)

verifier-infra: .venv-aws/.ok .venv-checkov/.ok ## Modèles CloudFormation que package a préparés : cfn-lint et checkov [STAGE=prod]
	$(PY) -m infra.verifier --stage $(STAGE)

lock: ## Refait les verrous des dépendances, à jour
	$(verifier_python)
	@test -x build/outils/bin/uv || { $(PYTHON) -m venv build/outils && build/outils/bin/pip install --quiet uv; }
	@for f in requirements requirements-dev infra/local/requirements infra/requirements-checkov; do \
	  echo "$$f"; build/outils/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-annotate $$f.in -o $$f.txt || exit 1; done

clean: ## Enlève ce qui a été fabriqué, sauf les données gardées
	rm -rf .venv .venv-aws .venv-checkov node_modules build .run .pytest_cache .mypy_cache .ruff_cache .hypothesis \
	  .import_linter_cache chalicelib/core/static/vendor chalicelib/core/static/identite chalicelib/core/sons chalicelib/_templates
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What the rest stands on.

assets: .venv/.ok # knows by itself what is up to date
	@$(PY) -c '' 2>/dev/null || { \
	  echo "L’environnement .venv ne marche plus (Python a changé ?) : make clean, puis la même commande."; exit 1; }
	@$(PY) infra/assets.py
	@$(PY) infra/identite.py "$(IDENTITE)"

sons: chalicelib/core/sons/.ok

chalicelib/core/sons/.ok: infra/sons.py .venv/.ok
	@$(PY) infra/sons.py
	@touch $@

.venv/.ok: requirements-dev.txt
	$(call environnement,.venv,requirements-dev.txt)

.venv-aws/.ok: infra/local/requirements.txt
	$(call environnement,.venv-aws,infra/local/requirements.txt)

.venv-checkov/.ok: infra/requirements-checkov.txt
	$(call environnement,.venv-checkov,infra/requirements-checkov.txt)

# A virtual environment (first argument) that holds what a lock (second) says.
define environnement
$(verifier_python)
@echo "Environnement $(1) (quelques minutes la première fois)…"
@{ $(PYTHON) -m venv $(1) && \
  $(1)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(2); } || { \
  echo "L’environnement $(1) n’a pas pu être créé : la raison est ci-dessus. Il faut Internet (PyPI, ou le dépôt que pip" \
    "est réglé pour utiliser) et 1 Go libre ; puis relancez la même commande."; exit 1; }
@touch $@
endef

define verifier_python
@command -v $(PYTHON) >/dev/null 2>&1 || { \
  echo "$(PYTHON) est introuvable : installez Python 3.11 ou plus récent, ou nommez-le (PYTHON=python3.12 make run)."; exit 1; }
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
  echo "Il faut Python 3.11 ou plus récent ; $(PYTHON) est $$($(PYTHON) -V 2>&1). Exemple : PYTHON=python3.12 make run"; exit 1; }
@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
  echo "Python n'a pas le module venv. Debian, Ubuntu : sudo apt-get install python3-venv"; exit 1; }
endef
