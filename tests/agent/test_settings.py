from __future__ import annotations

import dataclasses

import pytest

from agent.audio.endpointing import EndpointingConfig
from agent.errors import BadSettings
from agent.settings import AgentSettings, setting_keys, settings_from


def test_no_changes_are_the_defaults() -> None:
    assert settings_from({}) == AgentSettings()


def test_plain_and_dotted_keys_change_their_setting_and_nothing_else() -> None:
    changed = settings_from({"voice": "en-gb", "no_speech_ms": "4000", "endpointing.complete_ms": "700"})
    assert changed == AgentSettings(
        voice="en-gb", no_speech_ms=4000, endpointing=EndpointingConfig(complete_ms=700)
    )


def test_changes_are_made_to_the_base_that_is_given() -> None:
    base = AgentSettings(voice="en-gb", endpointing=EndpointingConfig(complete_ms=700))
    changed = settings_from({"endpointing.hanging_ms": "1500"}, base)
    assert changed == AgentSettings(
        voice="en-gb", endpointing=EndpointingConfig(complete_ms=700, hanging_ms=1500)
    )
    assert base.endpointing.hanging_ms == EndpointingConfig().hanging_ms


def test_every_mistake_is_named() -> None:
    with pytest.raises(BadSettings) as caught:
        settings_from(
            {
                "vioce": "en-gb",
                "voice": "en-gb",
                "no_speech_ms": "soon",
                "endpointing": "700",
                "endpointing.complete_ms": "-1",
                "barge_in.yield_probability": "half",
                "voice.pitch": "3",
                "endpointing.complete_ms.more": "3",
                "level_gate.nothing": "1",
            }
        )
    lines = str(caught.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "agent.vioce=en-gb",
        "agent.no_speech_ms=soon",
        "agent.endpointing=700",
        "agent.endpointing.complete_ms=-1",
        "agent.barge_in.yield_probability=half",
        "agent.voice.pitch=3",
        "agent.endpointing.complete_ms.more=3",
        "agent.level_gate.nothing=1",
    ]
    assert "there is no such setting; there are flow, flow_url, voice, stt" in lines[0]
    assert "'soon' is not a whole number" in lines[1]
    assert "name one of its parts: endpointing.complete_ms" in lines[2]
    assert "-1 is below zero" in lines[3]
    assert "'half' is not a number" in lines[4]
    assert "voice has no parts" in lines[5]
    assert "complete_ms has no parts" in lines[6]
    assert "there is no such setting" in lines[7]


@pytest.mark.parametrize("text", ["1.5", "", "1e3", "0x10", "700 ms"])
def test_whole_number_is_written_as_one(text: str) -> None:
    with pytest.raises(BadSettings, match="is not a whole number"):
        settings_from({"no_speech_ms": text})


@pytest.mark.parametrize("text", ["nan", "inf", "-inf"])
def test_number_that_is_none_or_without_end_is_refused(text: str) -> None:
    with pytest.raises(BadSettings, match="level_gate.assumed_peak_dbov"):
        settings_from({"level_gate.assumed_peak_dbov": text})


def test_only_levels_in_decibels_below_full_scale_may_be_negative() -> None:
    changed = settings_from({"level_gate.assumed_peak_dbov": "-31.5"})
    assert changed.level_gate.assumed_peak_dbov == -31.5
    for key in setting_keys():
        value: object = AgentSettings()
        for name in key.split("."):
            value = getattr(value, name)
        if not isinstance(value, str) and key != "level_gate.assumed_peak_dbov":
            with pytest.raises(BadSettings, match="below zero"):
                settings_from({key: "-1"})


def test_every_key_that_is_told_can_be_set_to_what_it_is() -> None:
    keys = setting_keys()
    assert len(keys) == len(set(keys))
    assert {"flow", "voice", "endpointing.complete_ms", "level_gate.assumed_peak_dbov"} <= set(keys)
    assert not {"endpointing", "barge_in"} & set(keys)
    values = {}
    for key in keys:
        value: object = AgentSettings()
        for name in key.split("."):
            value = getattr(value, name)
        values[key] = str(value)
    assert settings_from(values) == AgentSettings()


def test_settings_cannot_be_changed_in_place() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        AgentSettings().voice = "en-gb"  # type: ignore[misc]
