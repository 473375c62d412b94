# The one list of commands. `just` alone prints it; the README's two commands call `demo` and `test`.

set shell := ["bash", "-euo", "pipefail", "-c"]

python := ".venv/bin/python"

# Exact tool that writes the locks; it lives in a throw-away environment and is never needed to install from them.
uv_version := "0.13.9"

_list:
    @{{ just_executable() }} --justfile {{ justfile() }} --list --unsorted

# Play the smoke suite of real calls against the reference agent, and write the HTML report.
demo: (_install "requirements.lock")
    #!/usr/bin/env bash
    set -euo pipefail
    status=0
    rm -f reports/demo.html
    # The number of workers changes how long it takes, and nothing else.
    .venv/bin/milliwatt run corpora/booking/smoke.yaml --level audio --seed 1 \
        --workers "$(getconf _NPROCESSORS_ONLN)" --html reports/demo.html || status=$?
    case "$status" in
        0) ;;
        1) echo "Exit status 1: some calls did not meet their expectations, or a gate failed, as the tables say. In CI this fails the job; a demo shows it and goes on." ;;
        3) [ -f reports/demo.html ] || exit 3
           echo "Exit status 3: what was played holds, but some gates had too little data to say, as the table of gates says." ;;
        *) exit "$status" ;;
    esac

# Everything that must hold before a change is taken: system packages, lint, tests.
test: (_install "requirements-dev.lock") _system-packages lint
    {{ python }} -m pytest -q --numprocesses auto --dist worksteal --inline-snapshot=disable

# Style, banned names, types, who may import whom.
lint: (_install "requirements-dev.lock")
    {{ python }} -m ruff check .
    {{ python }} -m ruff format --check .
    {{ python }} -m mypy
    .venv/bin/lint-imports

# Rewrite what ruff can put right.
format: (_install "requirements-dev.lock")
    {{ python }} -m ruff check --fix .
    {{ python }} -m ruff format .

# Measured figures: speed, memory, the embedded ear's word errors.
bench *args: (_install "requirements-dev.lock")
    {{ python }} -m pytest -m bench -s tests/bench {{ args }}

# The long runs.
soak *args: (_install "requirements-dev.lock")
    {{ python }} -m pytest -m soak -s {{ args }}

# Start a Redis and a PostgreSQL to try things against; prints their URLs; Ctrl-C ends both and what they hold.
services: (_install "requirements-dev.lock")
    {{ python }} -m tests.services

# The review app, over the runs in reports/.
dashboard *args: (_install "requirements-dev.lock")
    .venv/bin/milliwatt dashboard {{ args }}

# Train the embedded ear anew, in reports/ear: minutes of training, hours of speech. Stop it with Ctrl-C; it goes on.
train-ear minutes="240" hours="40": (_install "requirements-dev.lock")
    {{ python }} -m pip --disable-pip-version-check --quiet install "torch>=2.13" "onnx>=1.23"
    {{ python }} -m evals.ear bank --hours {{ hours }}
    {{ python }} -m evals.ear train --minutes {{ minutes }}
    # Then smaller, and a fifth of the time again towards what the large one heard.
    [ -f reports/ear/teacher.pt ] || {{ python }} -m evals.ear narrow
    {{ python }} -m evals.ear train --minutes $(( {{ minutes }} * 6 / 5 ))
    {{ python }} -m evals.ear finish
    {{ python }} -m evals.ear curves

# Resolve the dependencies of pyproject.toml anew into the locks; `just lock --upgrade` takes newer versions.
lock *args:
    #!/usr/bin/env bash
    set -euo pipefail
    tool=$(mktemp -d)
    trap 'rm -rf "$tool"' EXIT
    python3 -m venv "$tool/venv"
    "$tool/venv/bin/pip" install --quiet "uv=={{ uv_version }}"
    # setuptools builds this project in place, so its version is part of what a lock fixes.
    echo "setuptools>=77" > "$tool/build.in"
    # On macOS pyttsx3 asks for pyobjc, 170 wheels of it, to drive Apple's voices. We drive espeak-ng everywhere.
    echo "pyobjc" > "$tool/excludes.in"
    # One version for all Pythons where there is one ("fewest"): a number measured on 3.11 must mean the same on 3.14.
    compile() {
        local lock=$1 purpose=$2
        shift 2
        cp "$lock" "$tool/$lock" 2> /dev/null || true
        "$tool/venv/bin/uv" pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
            --no-header --no-annotate --no-emit-index-url --excludes "$tool/excludes.in" \
            ${PIP_INDEX_URL:+--default-index "$PIP_INDEX_URL"} {{ args }} \
            --output-file "$tool/$lock" "$@" pyproject.toml "$tool/build.in" > /dev/null
        { echo "# $purpose"; echo "# Written by \`just lock\`; installed with --no-deps."; grep -v '^#' "$tool/$lock"; } > "$lock"
        echo "$lock: $(grep -c '==' "$lock") packages"
    }
    compile requirements.lock "What the main job needs."
    compile requirements-dev.lock "What the tests need: the main job, the dashboard, Ray, the service, and the tools." \
        --extra all --extra dev --constraint requirements.lock

# Remove caches and what runs wrote; the environment and committed baselines stay.
clean:
    rm -rf build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
    find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
    git clean -fdXq reports

# Put exactly what a lock names into .venv, and this project in place, unless that was done before.
_install lock:
    #!/usr/bin/env bash
    set -euo pipefail
    [ -x {{ python }} ] || python3 -m venv .venv
    stamp=".venv/installed-{{ lock }}"
    if cat {{ lock }} pyproject.toml | cmp -s - "$stamp" 2> /dev/null; then exit 0; fi
    echo "Installing the $(grep -c '==' {{ lock }}) packages of {{ lock }} into .venv (the first time takes about a minute) ..."
    started=$SECONDS
    pip=({{ python }} -m pip --disable-pip-version-check --quiet install --no-deps)
    "${pip[@]}" --no-compile --requirement {{ lock }}
    # pip compiles one file after another, their tests included; this is three times as quick. A file that does not
    # compile is one that is never imported.
    {{ python }} -W ignore -m compileall -q -j 0 -x '/tests?/' .venv/lib > /dev/null 2>&1 || true
    "${pip[@]}" --no-build-isolation --editable .
    cat {{ lock }} pyproject.toml > "$stamp"
    echo "Installed in $((SECONDS - started)) s."

# Install the Debian packages that tests need, where that is possible; say so either way.
_system-packages:
    #!/usr/bin/env bash
    set -euo pipefail
    missing=()
    for package in $(sed 's/#.*//' tests/system-packages.txt); do
        dpkg -s "$package" > /dev/null 2>&1 || missing+=("$package")
    done
    if [ ${#missing[@]} -eq 0 ]; then
        echo "System packages: the tests need none beyond what is here."
        exit 0
    fi
    if ! command -v apt-get > /dev/null; then
        echo "System packages: no apt-get here; install these yourself, or the tests that need them will say so: ${missing[*]}"
    elif [ "$(id -u)" -eq 0 ]; then
        echo "System packages: installing ${missing[*]} with apt-get."
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" > /dev/null
    elif sudo -n true 2> /dev/null; then
        echo "System packages: installing ${missing[*]} with sudo apt-get."
        sudo apt-get update -qq && sudo DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" > /dev/null
    else
        echo "System packages: cannot install without a password; run: sudo apt-get install ${missing[*]}"
    fi
