"""The documents say what the code does."""

from pathlib import Path

from agent.audio.call_state import diagram

ROOT = Path(__file__).parent.parent


def test_architecture_shows_the_call_machine_as_it_is() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert diagram() in text


def test_architecture_names_every_package_of_the_harness_and_every_module_of_the_audio_layer() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    packages = [path.parent.name for path in (ROOT / "evals").glob("*/__init__.py")]
    modules = [path.stem for path in (ROOT / "agent" / "audio").glob("*.py") if path.stem != "__init__"]
    for name in packages:
        assert f"evals/{name}" in text, name
    for name in set(modules) - {"ports", "blocking"}:
        assert name in text, name
