"""A flow whose hard turns go to a language model, over a fake server; give it an address to ask a real one.

python docs/examples/models.py                                           # the fake server
python docs/examples/models.py http://127.0.0.1:11434/v1 qwen3:4b        # Ollama
python docs/examples/models.py http://127.0.0.1:8000/v1 Qwen/Qwen3-4B    # vLLM
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import aclosing

from agent.cognitive.dialogue import Said
from agent.cognitive.dispatch import MODEL_NAME, dispatcher_for
from agent.cognitive.flow import Flow
from agent.cognitive.flow_file import parse_flow
from agent.cognitive.generated_reply import generate
from agent.cognitive.generation import Material
from agent.cognitive.ports import Question, Weighed
from agent.cognitive.spoken_words import spoken_words
from agent.cognitive.wording import Wording
from agent.model_assembly import make_models
from evals.sandbox.models.openai_api import openai_api
from evals.sandbox.models.script import Script, ScriptedAnswer
from evals.sandbox.models.serving import serving

SAID = [
    "yes please",
    "look, I have rung three times about this boiler and every time somebody promises to call back",
]
SCRIPT = [
    ScriptedAnswer(text=('{"intents": [{"intent": "comp', 'laint", "confidence": 0.93}]}'), tokens_out=24),
    ScriptedAnswer(
        text=("I am sorry that ", "nobody called you back. ", "I will see to it now."), tokens_out=16
    ),
]


class Embedded:
    """The embedded classifier behind the port."""

    async def weigh(self, question: Question) -> Weighed:
        scores = dispatcher_for(question.flow).scores(question.state, question.words, question.variables)
        return Weighed(scores=scores, model=MODEL_NAME)


def a_flow(base_url: str, model: str) -> Flow:
    """A flow of one question, whose long turns go to the model."""
    price = {"in": 0.2, "cached_in": 0.02, "out": 1.2}
    entry = {"vendor": "openai", "model": model, "base_url": base_url, "price": price}
    return parse_flow(
        json.dumps(
            {
                **{"schema": 1, "flow": "boiler", "start": "greeting", "too_long": "bye"},
                "models": {"small": entry},
                "routing": [{"when": {"words_over": 10}, "use": "small"}],
                "on": {"no_speech": "bye", "unclear": "bye"},
                "states": {
                    "greeting": {
                        "ask": "Shall I send an engineer?",
                        "on": {"yes": "bye", "complaint": "sorry"},
                    },
                    "sorry": {
                        "generate": {
                            "instructions": "Apologise for what the caller complains of, in one or two sentences.",
                            "model": "small",
                            "fallback": "I am sorry about that.",
                        },
                        "on": {"next": "bye"},
                    },
                    "bye": {"say": "Goodbye.", "outcome": "ended"},
                },
                "intents": {
                    "yes": ["yes", "yes please", "go ahead"],
                    "complaint": ["I want to complain", "this is not good enough", "you never call back"],
                },
            }
        ),
        where="the example",
    )


async def talk(base_url: str, model: str) -> None:
    """Weighs two turns and words one reply, and prints what came of it."""
    flow = a_flow(base_url, model)
    models = make_models(flow)
    dispatcher = models.dispatcher(Embedded())
    for said in SAID:
        question = Question(
            flow=flow,
            state=flow.states["greeting"],
            words=tuple(spoken_words(said)),
            transcript=said,
            variables={},
            stt_confidence=None,
        )
        weighed = await dispatcher.weigh(question)
        best = weighed.scores[0]
        print(f"{said[:40]!r}: {best.intent} {best.score:.2f}, {weighed.model}, route {weighed.route!r}")
        print(f"    {weighed.tokens_in} tokens in, {weighed.tokens_out} out, ${weighed.cost_usd:.6f}")
    wanted = flow.states["sorry"].generate
    assert wanted is not None
    history = (Said(who="caller", text=SAID[-1]),)
    reply = generate(
        wanted,
        Material(wording=Wording(variables={}), captured={}, history=history),
        models.for_replies(),
    )
    async with aclosing(reply.sentences()) as sentences:
        async for sentence in sentences:
            print(f"    says: {sentence}")
    print(f"    {reply.cost}")
    await models.close()


async def main() -> None:
    """Talks to the server named on the command line, or to the fake one."""
    if len(sys.argv) == 3:
        await talk(sys.argv[1], sys.argv[2])
        return
    async with serving(openai_api(Script(list(SCRIPT)))) as url:
        await talk(f"{url}/v1", "m")


if __name__ == "__main__":
    asyncio.run(main())
