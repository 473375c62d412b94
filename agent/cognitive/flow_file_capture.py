"""The part of a flow file that says how values are taken: a state's `capture`, and the flow's `values` texts."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from agent.cognitive.capture_settings import CaptureSettings, Confirm, ValueTexts
from agent.cognitive.flow import Capture, ValueType


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class CaptureModel(_Model):
    """One variable of a state's `capture`."""

    type: ValueType = Field(strict=False)
    branch: str = ""
    source: str = Field(default="", alias="from")
    confirm: Confirm | None = Field(default=None, strict=False)
    unconfirmed: str = ""
    choices: dict[str, list[str]] = {}
    keys: dict[str, str] = {}
    least: str = Field(default="", alias="min")
    most: str = Field(default="", alias="max")
    currency: str = ""

    @field_validator("least", "most", mode="before")
    @classmethod
    def _written(cls, bound: Any) -> Any:
        # A bound is a number or a time of day; JSON has only the first.
        return str(bound) if isinstance(bound, int | float) and not isinstance(bound, bool) else bound


class ValueTextsModel(_Model):
    """The flow's `values`: what is said about a value."""

    read_back: str = ValueTexts().read_back
    which: str = ValueTexts().which
    sorry: str = ValueTexts().sorry
    corrected: str = ValueTexts().corrected


def capture_of(variable: str, model: CaptureModel) -> Capture:
    """The capture that a model stands for."""
    return Capture(
        variable=variable,
        type=model.type,
        branch=model.branch,
        source=model.source,
        settings=CaptureSettings(
            confirm=model.confirm,
            unconfirmed=model.unconfirmed,
            choices={choice: tuple(said) for choice, said in model.choices.items()},
            keys=model.keys,
            least=model.least,
            most=model.most,
            currency=model.currency,
        ),
    )


def value_texts_of(model: ValueTextsModel) -> ValueTexts:
    """The texts that a model stands for."""
    return ValueTexts(
        read_back=model.read_back, which=model.which, sorry=model.sorry, corrected=model.corrected
    )
