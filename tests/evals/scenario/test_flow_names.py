from pathlib import Path

import pytest

from agent.errors import BadFlow
from evals.scenario.flow_names import FlowNames, built_in_flows, flow_names, flow_path
from tests.evals.scenario.suite_files import write_suite


def test_name_alone_is_a_flow_of_the_product_and_a_path_is_from_the_suite() -> None:
    folder = Path("suites")
    assert flow_path("booking", folder).parts[-3:] == ("agent", "flows", "booking.json")
    assert flow_path("mine.json", folder) == Path("suites/mine.json")
    assert flow_path("../flows/mine", folder) == Path("suites/../flows/mine")


def test_booking_is_there() -> None:
    assert "booking" in built_in_flows()


def test_names_that_expectations_may_use(tmp_path: Path) -> None:
    write_suite(tmp_path, "")
    assert flow_names(tmp_path / "shop.json") == FlowNames(
        states=frozenset({"greeting", "order", "close", "leave"}),
        outcomes=frozenset({"ordered", "left", "caller_hung_up"}),
        tools=frozenset({"shop.order"}),
    )


def test_flow_that_is_missing_or_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "not.json").write_text("[]")
    for name in ("none.json", "not.json"):
        with pytest.raises(BadFlow):
            flow_names(tmp_path / name)
