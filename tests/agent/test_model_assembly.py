import asyncio
import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from agent.cognitive.models.settings import ModelSettings, Vendor
from agent.errors import BadSettings
from agent.model_assembly import key_variable, make_models
from evals.sandbox.models.anthropic_api import anthropic_api
from evals.sandbox.models.script import Script, ScriptedAnswer
from evals.sandbox.models.serving import serving
from tests.agent.cognitive.builders import a_flow
from tests.agent.cognitive.test_intent_question import a_question, an_answer
from tests.agent.cognitive.test_model_dispatch import Embedded

OWN = {"vendor": "openai", "model": "qwen3", "base_url": "http://127.0.0.1:11434/v1"}
PRICE = {"in": 1, "out": 2}
HOSTED = {"vendor": "openai", "model": "m", "price": PRICE}
CLAUDE = {"vendor": "anthropic", "model": "c", "price": PRICE}


def at(url: str, vendor: Vendor = Vendor.OPENAI) -> ModelSettings:
    return ModelSettings(name="x", vendor=vendor, model="m", base_url=url)


def test_a_key_is_named_after_the_address_it_goes_to() -> None:
    assert key_variable(at("")) == "OPENAI_API_KEY"
    assert key_variable(at("", Vendor.ANTHROPIC)) == "ANTHROPIC_API_KEY"
    assert key_variable(at("https://gpu-1.example.com:8000/v1")) == "MILLIWATT_KEY_GPU__1_EXAMPLE_COM___8000"
    near = [
        at(f"https://{host}/v1") for host in ("a.b-c.de", "a-b.c.de", "a-b-c.de", "a.b.c.de", "a.b.c.de:1")
    ]
    assert len({key_variable(settings) for settings in near}) == len(near), "no two addresses share a key"


def test_the_models_of_a_flow_are_made_each_by_its_vendors_adapter() -> None:
    flow = a_flow(models={"own": OWN, "small": HOSTED, "large": CLAUDE})
    made = make_models(flow, {"OPENAI_API_KEY": "sk-1", "ANTHROPIC_API_KEY": "sk-2"})
    assert {name: model.name for name, model in made.models.items()} == {
        "own": "openai/qwen3",
        "small": "openai/m",
        "large": "anthropic/c",
    }
    assert set(made.for_replies()) == {"own", "small", "large"}
    asyncio.run(made.close())


def test_every_missing_key_is_named_and_none_is_shown() -> None:
    flow = a_flow(models={"small": HOSTED, "large": CLAUDE, "own": OWN})
    with pytest.raises(BadSettings) as refused:
        make_models(flow, {"SECRET": "sk-1"})
    assert str(refused.value).splitlines() == [
        "flow door, models.small: no key for openai; set OPENAI_API_KEY",
        "flow door, models.large: no key for anthropic; set ANTHROPIC_API_KEY",
    ]


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anthropic", None)
    monkeypatch.delitem(sys.modules, "agent.cognitive.models.anthropic", raising=False)
    with pytest.raises(
        BadSettings, match=r"anthropic is not installed; pip install 'milliwatt\[anthropic\]'"
    ):
        make_models(a_flow(models={"large": CLAUDE}), {"ANTHROPIC_API_KEY": "sk-2"})


def test_a_flow_without_models_needs_no_key_and_loads_no_sdk() -> None:
    code = (
        "import sys; from agent.cognitive.flow_file import built_in_flow; from agent.model_assembly import make_models;"
        "assert not make_models(built_in_flow('booking'), {}).models;"
        "assert not {'openai', 'anthropic', 'httpx2'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_hard_turn_is_weighed_by_a_model_over_the_wire_and_a_failing_one_by_the_classifier() -> None:
    script = Script(
        [
            ScriptedAnswer(text=(an_answer(("no", 0.9))[:20], an_answer(("no", 0.9))[20:])),
            ScriptedAnswer(text=('{"intents": [',), cut_after=2),
            ScriptedAnswer(refusal="no"),
        ]
    )

    async def weighed() -> list[tuple[str, str, str, bool]]:
        async with serving(anthropic_api(script, key="own")) as url:
            flow = a_flow(
                models={"large": {**CLAUDE, "base_url": url}},
                routing=[{"when": {"words_over": 3}, "use": "large"}],
            )
            models = make_models(flow, {key_variable(at(url)): "own"})
            dispatcher = models.dispatcher(Embedded())
            came = [
                await dispatcher.weigh(a_question(said, flow=flow))
                for said in ("come in", "of course, if you have to", *["well, come in, why not"] * 2)
            ]
            await models.close()
        return [(one.scores[0].intent, one.model, one.route, one.cost_usd > 0) for one in came]

    assert asyncio.run(weighed()) == [
        ("yes", "linear-ngrams/1", "embedded (no rule)", False),
        ("no", "anthropic/c", "large (rule 1: 6 words, over 3)", True),
        (
            "yes",
            "linear-ngrams/1",
            "embedded: large failed: anthropic/c: the connection failed (rule 1: 5 words, over 3)",
            True,
        ),
        ("yes", "linear-ngrams/1", "embedded: large refused to answer (rule 1: 5 words, over 3)", True),
    ]
    assert json.loads(script.received[0].body["messages"][0]["content"][0]["text"])["caller_said"] == (
        "of course, if you have to"
    )


def test_the_documents_example_prints_what_the_document_shows(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path(__file__).parent.parent.parent
    monkeypatch.setattr(sys, "argv", ["models.py"])
    runpy.run_path(str(root / "docs/examples/models.py"), run_name="__main__")
    shown = (root / "docs/models.md").read_text(encoding="utf-8")
    printed = capsys.readouterr().out
    assert printed.count("\n") == 7
    assert "".join(f"    {line}\n" for line in printed.splitlines()) in shown
