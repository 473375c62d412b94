import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.agent_config import KnowledgeChoice, StoreChoice, ToolChoice
from agent.agent_file import MAX_AGENT_BYTES, agent_path, built_in_agents, config_of, load_agent
from agent.agent_file_secrets import looks_secret, secrets_in
from agent.agent_file_vendors import CalComChoice, NoChoice, SlackChoice, WebhookChoice
from agent.cognitive.guard.rules import GuardBranch
from agent.errors import BadAgentFile
from tests.agent.agent_files import DOOR, an_agent_file

TOOL = '"door.open" = "none"'
MODELS: dict[str, Any] = {
    "small": {"vendor": "openai", "model": "m", "price": {"in": 0.2, "out": 1.2}},
}


def mistakes_of(path: Path) -> list[str]:
    with pytest.raises(BadAgentFile) as refused:
        load_agent(path)
    assert all(mistake in str(refused.value) for mistake in refused.value.mistakes)
    return list(refused.value.mistakes)


def mistakes_in(folder: Path, text: str, **flow: Any) -> list[str]:
    return mistakes_of(an_agent_file(folder, text, **flow))


@pytest.mark.parametrize("name", built_in_agents())
def test_a_built_in_agent_may_answer_calls(name: str) -> None:
    agent = load_agent(agent_path(name))
    assert agent.name == name
    assert agent.goals
    assert set(agent.goals) < set(agent.flow.outcomes())


def test_a_file_says_who_the_agent_is_and_what_its_flow_knows(tmp_path: Path) -> None:
    agent = load_agent(an_agent_file(tmp_path))
    assert (agent.name, agent.tenant, agent.language, agent.time_zone) == (
        *("porter", "house", "en-GB", "Europe/London"),
    )
    assert agent.settings.voice == "en-gb-scotland"
    assert agent.goals == ("inside",)
    assert agent.flow.variables == {"name": "Robin"}
    assert agent.tools == (ToolChoice(tool="door.open", operation="door.open", choice=NoChoice()),)
    assert agent.knowledge is None
    assert agent.stores == StoreChoice(state="memory", journal="memory")
    assert load_agent(tmp_path / "porter.toml") == agent


def test_without_a_voice_the_language_gives_one(tmp_path: Path) -> None:
    text = DOOR.replace('voice = "en-gb-scotland"', 'language = "en-US"')
    assert load_agent(an_agent_file(tmp_path, text)).settings.voice == "en-us"


def test_what_tools_of_a_vendor_share_is_said_once_and_a_tool_may_differ(tmp_path: Path) -> None:
    text = DOOR.replace(
        TOOL,
        """"door.open" = { vendor = "cal_com", operation = "cal.create_booking", offers = 3, """
        """send = { slot = "{{who}}" } }
[vendors.cal_com]
event_type_id = 7
offers = 1
""",
    )
    [tool] = load_agent(an_agent_file(tmp_path, text)).tools
    assert tool == ToolChoice(
        tool="door.open",
        operation="cal.create_booking",
        choice=CalComChoice(event_type_id=7, offers=3, time_zone="Europe/London"),
        send={"slot": "{{who}}"},
    )


def test_webhooks_and_slack_name_the_variables_that_hold_their_secrets(tmp_path: Path) -> None:
    webhook = '{ vendor = "webhook", url_env = "DOOR_URL", secret_env = "DOOR_SECRET", idempotent = true }'
    [tool] = load_agent(an_agent_file(tmp_path, DOOR.replace('"none"', webhook))).tools
    assert tool.choice == WebhookChoice(url_env="DOOR_URL", secret_env="DOOR_SECRET", idempotent=True)
    assert tool.choice.secrets() == ("DOOR_URL", "DOOR_SECRET")
    slack = '{ vendor = "slack", operation = "chat.post_message", webhook_url_env = "HOOK" }'
    [tool] = load_agent(an_agent_file(tmp_path, DOOR.replace('"none"', slack))).tools
    assert isinstance(tool.choice, SlackChoice)
    assert tool.choice.secrets() == ("HOOK",), "an incoming webhook needs no token"


def test_audio_prices_stores_and_targets_stand_in_tables_of_their_own(tmp_path: Path) -> None:
    text = f"""{DOOR}
[audio]
no_speech_ms = 4000
level_gate = {{ margin_db = 20.5 }}
[prices]
stt_per_minute = 0.0043
[stores]
state_env = "REDIS_URL"
journal = "sqlite:///calls.db"
[handoff]
front_desk = "+441632960001"
"""
    agent = load_agent(an_agent_file(tmp_path, text))
    assert agent.settings.no_speech_ms == 4000
    assert agent.settings.level_gate.margin_db == 20.5
    assert agent.settings.prices.stt_per_minute == 0.0043
    assert agent.stores == StoreChoice(state_env="REDIS_URL", journal="sqlite:///calls.db")
    assert agent.handoff == {"front_desk": "+441632960001"}


def test_a_file_adds_to_its_flows_guard_and_takes_nothing_back(tmp_path: Path) -> None:
    guard = {"on": {"anger": "fetch_help"}, "names": ["name"], "transfers": ["desk", "police"]}
    added = f"""{DOOR}
[guard]
on = {{ legal_risk = "fetch_help" }}
transfers = ["desk"]
[guard.never_say]
do_not_diagnose = "A doctor will say."
"""
    flow = load_agent(an_agent_file(tmp_path, added, guard=guard)).flow
    assert flow.guard.on == {
        "anger": GuardBranch(to="fetch_help"),
        "legal_risk": GuardBranch(to="fetch_help"),
    }
    assert [claim.name for claim in flow.guard.never_say] == ["do_not_diagnose"]
    assert flow.guard.names == ("name",)
    assert flow.guard.transfers == ("desk",)
    widened = f"""{DOOR}
[guard]
on = {{ anger = "leave", legal_risk = "nowhere" }}
transfers = ["desk", "anybody"]
"""
    assert mistakes_in(tmp_path, widened, guard=guard) == [
        "guard.on.anger: the flow's own guard says this already; an agent file only adds",
        "guard.transfers: the flow's own guard has a list; an agent file may only shorten it",
    ]
    lost = f'{DOOR}\n[guard]\non = {{ legal_risk = "nowhere" }}\n'
    assert mistakes_in(tmp_path, lost, guard=guard) == ["guard.on.legal_risk: there is no state 'nowhere'"]


def test_a_file_gives_the_flows_models_other_settings_and_no_new_ones(tmp_path: Path) -> None:
    text = f"""{DOOR}
[models.small]
vendor = "openai"
model = "qwen3"
base_url = "http://127.0.0.1:11434/v1"
"""
    flow = load_agent(an_agent_file(tmp_path, text, models=MODELS)).flow
    assert (flow.models["small"].model, flow.models["small"].base_url) == (
        "qwen3",
        "http://127.0.0.1:11434/v1",
    )
    assert mistakes_in(tmp_path, text) == [
        "models.small: the flow door has no model of this name; it names none"
    ]
    free = f'{DOOR}\n[models.small]\nvendor = "openai"\nmodel = "m"\n'
    [mistake] = mistakes_in(tmp_path, free, models=MODELS)
    assert mistake.startswith("models.small.price: missing")


def test_documents_are_the_flows_or_the_files_own(tmp_path: Path) -> None:
    asking: dict[str, Any] = {"tools": {"door.open": ["locked"], "knowledge.answer": ["unknown"]}}
    assert mistakes_in(tmp_path, DOOR, **asking) == [
        "knowledge: missing; the flow calls knowledge.answer: name a folder of documents"
    ]
    (tmp_path / "documents").mkdir()
    own = f"""{DOOR}
[knowledge]
folder = "documents"
unknown_below = 0.6
index_env = "PGVECTOR_URL"
collection = "house"
"""
    assert load_agent(an_agent_file(tmp_path, own, **asking)).knowledge == KnowledgeChoice(
        folder=tmp_path / "documents", unknown_below=0.6, index_env="PGVECTOR_URL", collection="house"
    )


def test_all_that_is_wrong_is_said_at_once_with_its_place(tmp_path: Path) -> None:
    text = """
schema = 2
name = "Night Porter"
language = "de"
time_zone = "Mars/Phobos"
flow = "flows/door.json"
gaols = []
goals = ["flown"]
[variables]
name = 7
colour = "red"
[vendors.slak]
[vendors.cal_com]
event_type_id = "x"
[tools]
"door.open" = "cal_com"
"door.shut" = { vendor = "webhook", url = "http://example.com/x", read_onl = true }
"knowledge.answer" = "none"
[stores]
state = "mongodb://127.0.0.1"
journal = "sqlite:///a.db"
journal_env = "JOURNAL"
[audio]
voice = "en-gb"
endpointing = { complet_ms = 3 }
no_speech_ms = "soon"
[handoff]
desk = 441632960001
[guard]
on = { boredom = "leave" }
[knowledge]
folder = "/etc"
index = "postgresql://127.0.0.1/x"
"""
    found = mistakes_in(tmp_path, text)
    assert [mistake.partition(":")[0] for mistake in found] == [
        "gaols",
        "schema",
        "name",
        "language",
        "time_zone",
        "variables.name",
        "handoff.desk",
        "knowledge",
        "knowledge.folder",
        "knowledge.collection",
        "stores.state",
        "stores",
        "audio.voice",
        "audio.endpointing.complet_ms",
        "audio.no_speech_ms",
        "vendors.slak",
        'tools."door.shut"',
        'tools."knowledge.answer"',
        'tools."door.open".operation',
        "vendors.cal_com.event_type_id",
        'tools."door.shut".read_onl',
        'tools."door.shut".url',
        "variables.colour",
        "guard.on.boredom",
        "goals",
    ]
    assert "gaols: unknown key; do you mean `goals`?" in found
    assert "variables.colour: the flow door has no such variable; it has name" in found
    assert "goals: the flow door has no outcome 'flown'; it has inside, helped, left, caller_hung_up" in found


def test_the_mistakes_of_its_flow_are_told_too(tmp_path: Path) -> None:
    found = mistakes_in(tmp_path, DOOR.replace('"none"', '"nobody"'), start="nowhere")
    assert "flow flows/door.json: start: there is no state 'nowhere'" in found
    assert 'tools."door.open".vendor: there is cal_com, hubspot, slack, webhook, none' in found
    [missing] = mistakes_in(tmp_path, DOOR.replace("flows/door.json", "window"))
    assert missing.startswith("flow window: cannot be read")
    assert "built in are booking" in missing


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe", "is not UTF-8: byte 0 cannot be read"),
        (b"schema = \n", "is no TOML: Invalid value (at line 1, column 10)"),
        (b"a = 1\na = 2\n", "is no TOML: Cannot overwrite a value (at line 2, column 6)"),
        (b"a = " + b"[" * 100_000, "is no TOML that can be read: nested too deeply, or too long"),
        (b"#" * (MAX_AGENT_BYTES + 1), f"more than {MAX_AGENT_BYTES} bytes are no agent file"),
        (b"", "schema: 1 is wanted, the only one there is"),
    ],
)
def test_a_file_that_is_none_is_refused_with_a_word_on_why(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(content)
    assert said in mistakes_of(path)


def test_a_file_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    [said] = mistakes_of(agent_path("nightporter"))
    assert said.startswith("cannot be read: No such file or directory; there are booking")
    assert mistakes_of(agent_path("no.toml", tmp_path)) == ["cannot be read: No such file or directory"]


SECRETS = [
    "xoxb-1111-2222-abcdefABCDEF",
    "sk-proj-abc123",
    "sk-ant-api03-xyz",
    "pat-na1-0a1b2c3d-0000-1111",
    "cal_live_0123456789abcdef",
    "ghp_0123456789abcdefghij",
    "AKIAIOSFODNN7EXAMPLE",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "https://hooks.slack.com/services/T0/B0/xyz",
    "postgresql://milliwatt:hunter2@db/calls",
    "redis://:hunter2@cache:6379/0",
    "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_value_that_looks_like_a_secret_is_refused_and_never_repeated(tmp_path: Path, secret: str) -> None:
    assert looks_secret(secret)
    for place in (
        f'tenant = "{secret}"',
        f'goals = ["{secret}"]',
        f'[stores]\njournal = "{secret}"',
        f'[audio]\nstt = "{secret}"\nvad = ["{secret}"]',
        f'[vendors.slack]\nchannel = "{secret}"',
        f'[vendors.slack]\ntoken_env = "{secret}"',
        f'[handoff]\ndesk = "{secret}"',
        f'[knowledge]\nfolder = "d"\nindex = "{secret}"',
    ):
        text = DOOR.replace('tenant = "house"', "").replace('goals = ["inside"]', "")
        whole = f"{place}\n{text}" if not place.startswith("[") else f"{text}\n{place}\n"
        path = an_agent_file(tmp_path, whole)
        with pytest.raises(BadAgentFile) as refused:
            load_agent(path)
        assert secret not in str(refused.value)
        assert "looks like a secret" in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "claude-sonnet-4-5-20250929",
        "Qwen/Qwen3-30B-A3B-Instruct-2507",
        "gpt-5.6-luna",
        "text-embedding-3-large",
        "sip:desk@pbx.example.com",
        "+441632960001",
        "postgresql://milliwatt@127.0.0.1:5432/calls",
        "sqlite:////var/lib/milliwatt/calls.db",
        "https://api.eu.cal.com/v2",
        "A caller is being put through. {{summary}}",
        "CAL_COM_API_KEY",
        "pat-a-cake",
        "task-force",
    ],
)
def test_what_agent_files_are_full_of_is_no_secret(text: str) -> None:
    assert not looks_secret(text)


@pytest.mark.parametrize("key", ["api_key", "token", "password", "client_secret", "apikey"])
def test_a_key_named_for_a_secret_is_told_what_to_be_instead(tmp_path: Path, key: str) -> None:
    found = mistakes_in(tmp_path, f'{DOOR}\n[vendors.hubspot]\n{key} = "whatever"\n')
    place = f"vendors.hubspot.{key}"
    assert found == [f"{place}: secrets do not stand in this file; write `{key}_env` and a variable's name"]


_words = st.text(alphabet="ab_.${} 0é", max_size=8)
_tables = st.recursive(
    st.one_of(_words, st.integers(), st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_words, inner, max_size=3)),
    max_leaves=8,
)
_KEYS = tuple(tomllib.loads(DOOR)) + (
    "knowledge",
    "vendors",
    "guard",
    "models",
    "prices",
    "stores",
    "handoff",
    "audio",
)


@given(
    raw=st.dictionaries(st.sampled_from(_KEYS), _tables, max_size=6),
    secret=st.sampled_from(SECRETS),
    key=st.sampled_from(_KEYS),
)
def test_whatever_stands_in_a_file_it_is_an_agent_or_a_list_of_mistakes_and_no_secret(
    raw: dict[str, Any], secret: str, key: str
) -> None:
    content = {**raw, key: [secret, raw.get(key, "")]}
    assert [place for place, _ in secrets_in(content)]
    with pytest.raises(BadAgentFile) as refused:
        config_of(content, Path("a.toml"), "0" * 64)
    assert refused.value.mistakes
    assert secret not in str(refused.value)
