"""`evals.doctor`: the findings, one by one, and how they read."""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from evals.doctor import (
    ENOUGH_DISK_BYTES,
    Finding,
    examine,
    find_disk,
    find_extras,
    find_program,
    find_python,
    render,
    try_out,
)

VOICE = Finding(
    name="embedded voice", ok=True, needed_for="the voices", remedy="reinstall it", found="espeak-ng 1.52.0"
)


def probe_that_finds(what: str) -> str:
    return what


def probe_that_fails() -> str:
    raise OSError("libexample.so: cannot open shared object file\nand a second line")


def probe_that_fails_without_words() -> str:
    raise ImportError


def probe_whose_process_dies() -> str:
    os._exit(4)


@pytest.mark.parametrize(
    ("version", "ok"),
    [((3, 11, 0), True), ((3, 14, 2), True), ((4, 0, 0), True), ((3, 10, 13), False), ((2, 7, 18), False)],
)
def test_python_must_be_three_eleven_or_newer(version: tuple[int, ...], ok: bool) -> None:
    finding = find_python(version)
    assert finding.ok is ok
    assert finding.found == ".".join(map(str, version))


def test_disk_is_enough_from_its_bound_on() -> None:
    assert find_disk(Path("reports"), free_bytes=ENOUGH_DISK_BYTES).ok
    short = find_disk(Path("reports"), free_bytes=ENOUGH_DISK_BYTES - 1)
    assert not short.ok
    assert "1.2 GB on the disk of reports" in short.remedy


def test_a_probe_that_works_says_what_it_found() -> None:
    finding = try_out("thing", probe_that_finds, "thing 2.1", needed_for="work", remedy="get it")
    assert finding == Finding(name="thing", ok=True, needed_for="work", remedy="get it", found="thing 2.1")


@pytest.mark.parametrize(
    ("probe", "found"),
    [
        (probe_that_fails, "libexample.so: cannot open shared object file"),
        (probe_that_fails_without_words, "ImportError"),
        (probe_whose_process_dies, "its process ended with status 4; it may be built for another processor"),
    ],
)
def test_a_probe_that_fails_says_why_in_one_line(probe: object, found: str) -> None:
    assert callable(probe)
    finding = try_out("thing", probe, needed_for="work", remedy="get it")
    assert finding == Finding(name="thing", ok=False, needed_for="work", remedy="get it", found=found)


def test_each_extra_of_the_metadata_is_one_finding_with_its_install_line() -> None:
    def version_of(package: str) -> str:
        if package == "altair":
            return "6.3.0"
        raise PackageNotFoundError(package)

    findings = find_extras(
        [
            "numpy>=2.4",
            "tzdata>=2026.1; python_version >= '3.11'",
            'streamlit>=1.67; extra == "dashboard"',
            'altair>=6.3; extra == "dashboard"',
            'openai>=3; (python_version >= "3.11") and extra == "openai"',
            'pytest>=9.2; extra == "dev"',
            'milliwatt[dashboard,openai]; extra == "all"',
        ],
        version_of,
    )
    assert [(finding.name, finding.ok, finding.found, finding.optional) for finding in findings] == [
        ("dashboard", False, "not installed: streamlit", True),
        ("openai", False, "not installed: openai", True),
    ]
    assert findings[0].remedy.endswith("-m pip install 'milliwatt[dashboard]'")


def test_an_extra_that_is_here_names_its_versions() -> None:
    (finding,) = find_extras(["altair>=6.3; extra == 'dashboard'"], lambda package: "6.3.0")
    assert (finding.ok, finding.found) == (True, "altair 6.3.0")


def test_a_program_is_looked_up_on_the_path() -> None:
    here = find_program("ffmpeg", "other people's files", package="ffmpeg", which=lambda name: f"/bin/{name}")
    assert (here.ok, here.found) == (True, "/bin/ffmpeg")
    absent = find_program("ffmpeg", "other people's files", package="ffmpeg", which=lambda name: None)
    assert (absent.ok, absent.optional, absent.found) == (False, True, "not on the PATH")
    assert "install ffmpeg" in absent.remedy


def test_findings_read_as_a_list_with_remedies_and_a_verdict() -> None:
    ear = Finding(name="ear", ok=False, needed_for="recognition", remedy="pip install it", found="No module")
    program = Finding(
        name="ffmpeg", ok=False, needed_for="other files", remedy="apt it", found="absent", optional=True
    )
    assert render([VOICE, ear, program]) == (
        "ok      embedded voice  espeak-ng 1.52.0\n"
        "MISSING ear             No module\n"
        "        needed for recognition\n"
        "        to get it: pip install it\n"
        "absent  ffmpeg          absent\n"
        "        needed for other files\n"
        "        to get it: apt it\n"
        "\n"
        "milliwatt cannot do its main job here until this is put right: ear."
    )


def test_the_verdict_tells_what_is_only_optional() -> None:
    program = Finding(name="ffmpeg", ok=False, needed_for="files", remedy="apt it", optional=True)
    assert render([VOICE, program]).endswith(
        "All that the main job needs is here. Absent, and needed only for what they say: ffmpeg."
    )
    assert render([VOICE]).endswith("All that milliwatt can use is here.")
    assert render([]) == "\nAll that milliwatt can use is here."


def test_this_machine_can_do_the_main_job(tmp_path: Path) -> None:
    findings = examine(tmp_path / "not" / "made" / "yet")
    # Free space is this machine's own affair; what a test may demand is that everything installed works.
    broken = [
        finding
        for finding in findings
        if not finding.optional and not finding.ok and finding.name != "free disk"
    ]
    assert broken == []
    assert list(tmp_path.iterdir()) == []
