"""The front door: what the README promises is what the commands, the locks and the documents hold."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SET_UP = "python3 -m venv .venv && .venv/bin/pip install rust-just && .venv/bin/just "


def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def locked(path: str) -> dict[str, list[str]]:
    """Version pins of a lock by distribution; more than one where a marker tells them apart."""
    pins: dict[str, list[str]] = {}
    for line in text_of(path).splitlines():
        if not line.startswith("#"):
            name, version = line.partition(" ;")[0].strip().split("==")
            pins.setdefault(name, []).append(version)
    return pins


def asked_for() -> dict[str, list[str]]:
    """Distributions that pyproject.toml asks for, by extra; the main job's under an empty name."""
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    groups = {"": project["dependencies"], **project["optional-dependencies"]}
    del groups["all"]
    return {
        extra: [re.split(r"[^\w.-]", requirement, maxsplit=1)[0] for requirement in requirements]
        for extra, requirements in groups.items()
    }


@pytest.mark.parametrize("recipe", ["demo", "test"])
def test_readme_gives_the_command_in_one_line(recipe: str) -> None:
    assert f"\n    {SET_UP}{recipe}\n" in text_of("README.md")


def test_ci_runs_the_readmes_test_command() -> None:
    assert text_of(".ci/run").rstrip().splitlines()[-1] == SET_UP + "test"
    assert (ROOT / ".ci/run").stat().st_mode & 0o111


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_holds_exact_versions_and_no_address(lock: str) -> None:
    for line in text_of(lock).splitlines():
        assert line.startswith("#") or re.fullmatch(r"[a-z0-9-]+==[\w.]+( ; [\w .'\"<>=!*()]+)?", line), line


def test_locks_hold_what_pyproject_asks_for() -> None:
    wanted = asked_for()
    names = {extra: {name.lower().replace(".", "-") for name in group} for extra, group in wanted.items()}
    assert names[""] <= locked("requirements.lock").keys()
    assert names[""] | names["dashboard"] | names["dev"] <= locked("requirements-dev.lock").keys()


def test_both_locks_agree() -> None:
    tests = locked("requirements-dev.lock")
    assert {name: tests.get(name) for name in locked("requirements.lock")} == locked("requirements.lock")


def test_every_dependency_is_explained_with_its_licence() -> None:
    rows = [
        line.strip("|").split("|") for line in text_of("docs/dependencies.md").splitlines() if line[:1] == "|"
    ]
    explained = {cell.strip() for row in rows for cell in row[:2]}
    for extra, names in asked_for().items():
        assert set(names) <= explained, extra


def test_the_main_job_asks_for_nothing_that_nobody_imports() -> None:
    imported = set()
    for package in ("agent", "evals", "dashboards"):
        for path in (ROOT / package).rglob("*.py"):
            imported |= set(
                re.findall(r"^\s*(?:import|from) (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
            )
    # These modules have shorter names.
    shorter = {"pyyaml": "yaml", "markdown-it-py": "markdown-it"}
    names = {shorter.get(name, name) for name in asked_for()[""]}
    modules = {name.replace("-", "_").removesuffix(".yaml") for name in names}
    # tzdata is data, which zoneinfo finds by itself.
    assert modules - imported == {"tzdata"}


def test_no_file_names_a_package_index_or_a_machines_path() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "*.lock", "*.md", "*.py", "*.toml", "*.yaml", "Justfile", ".ci"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    for path in listed:
        if path and (ROOT / path).is_file() and ROOT / path != Path(__file__):
            found = re.search(
                r"\s--(extra-)?index-url|find-links|pythonhosted|//pypi\.|/home/\w|/root/", text_of(path)
            )
            assert found is None, f"{path}: {found}"


def test_system_packages_are_names_with_comments() -> None:
    for line in text_of("tests/system-packages.txt").splitlines():
        assert re.fullmatch(r"([a-z0-9][a-z0-9.+-]*)?\s*(#.*)?", line), line
