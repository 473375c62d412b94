"""The canonical form: the encoder's shortcuts give what the rule, written plainly, gives."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.record import WHEN_SET, Level, canonical_json, sha256_of, sha256_of_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    zeta: object
    alpha: object = None
    later: tuple[object, ...] = field(default=(), metadata=WHEN_SET)


@dataclass(frozen=True)
class Alone:
    only: object


@dataclass(frozen=True)
class Nothing:
    pass


def by_the_rule(value: object) -> Any:
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, str):
        return str(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {key: by_the_rule(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [by_the_rule(item) for item in value]
    told = {}
    for member in dataclasses.fields(value):  # type: ignore[arg-type]
        found = getattr(value, member.name)
        if "canonical" not in member.metadata or found != member.default:
            told[member.name] = by_the_rule(found)
    return told


leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.binary(max_size=8)
    | st.sampled_from(Level)
)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(st.text(max_size=4), inner, max_size=4),
        st.dictionaries(st.text(max_size=4), inner, max_size=4).map(MappingProxyType),
        st.builds(Inner, zeta=inner, alpha=inner, later=st.lists(inner, max_size=2).map(tuple)),
        st.builds(Alone, inner),
        st.just(Nothing()),
    ),
    max_leaves=20,
)


@given(values)
def test_encoder_writes_what_the_rule_says(value: object) -> None:
    plain = json.dumps(by_the_rule(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert canonical_json(value) == plain
    assert sha256_of(value) == sha256_of_text(plain) == hashlib.sha256(plain.encode()).hexdigest()


@pytest.mark.parametrize("value", [object(), {1, 2}, Inner, [float("nan")], {"x": float("inf")}])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        canonical_json(value)
