from __future__ import annotations

import json
from xml.etree import ElementTree

from inline_snapshot import snapshot

from evals.calibration.clock_errors import CLEAN_RECORDING, RECORD
from evals.calibration.summary import checks, recall_curve
from evals.calibration.wording import (
    alarm_lines,
    as_json,
    check_lines,
    curve_table,
    error_picture,
    recall_picture,
    time_table,
    trial_table,
)
from tests.evals.calibration.builders import a_trial, an_alarm, some_errors

TRIALS = [
    a_trial(strength=30.0, found=False),
    a_trial(strength=120.0),
    a_trial("lost_tool_call", 0.24, detectable=0.08),
]
ERRORS = [*some_errors(RECORD, -4.0, -2.0), *some_errors(CLEAN_RECORDING, 8.0, None)]


def test_tables_read_so() -> None:
    assert time_table(ERRORS) == snapshot("""\
from               metric            values missed    bias  spread  median     p95  ms
record             response_latency       2      0    -3.0     1.0     3.0     3.9
recording, clean   response_latency       1      1    +8.0     0.0     8.0     8.0\
""")
    assert trial_table(TRIALS) == snapshot("""\
fault            gate that must see it      strengths: + found, - not found, ( ) below what would show
late_stop        yield_latency              (30 ms -)  120 ms +
lost_tool_call   tools_correct              24% +\
""")
    assert curve_table(recall_curve(TRIALS)) == snapshot("""\
strength / detectable   found   recall  95 % interval
             0.5–0.75     0/1     0.00  0.00 to 0.79
                  2–3     1/1     1.00  0.21 to 1.00
                  > 3     1/1     1.00  0.21 to 1.00\
""")
    assert alarm_lines([an_alarm(0), an_alarm(1, "passed", "yield_latency")]) == snapshot(
        "interrupting: 1 of 2 failed (passed 1, yield_latency 1)"
    )
    assert check_lines(checks(ERRORS, TRIALS, [an_alarm(0)])) == snapshot("""\
kept   response_latency from record: bias -3.0 ms, 95 % within 3.9 ms, 0 missed; at most 5 and 20 ms, none missed
BROKEN response_latency from recording, clean: median error 8.0 ms, 1 of 2 missed; at most 20 ms and 10%
kept   recall: 1.000 (2 of 2 faults that should show); at least 0.95
kept   precision: 1.000 (0 of 2 clean comparisons failed); at least 0.95
kept   false alarms: 0 of 1 comparisons of equal agents failed; at most 0 (95 % bound of 0.01)\
""")


def test_json_holds_every_comparison_and_no_number_that_is_none() -> None:
    text = as_json(some_errors(RECORD, None), TRIALS, [an_alarm(0)], [], asked={"seed": 1})
    whole = json.loads(text, parse_constant=lambda name: 1 / 0)
    assert whole["time"][0]["bias"] is None
    assert [trial["found"] for trial in whole["trials"]] == [False, True, True]
    assert whole["alarms"] == {"comparisons": 1, "failed": 0, "most": 0}


def test_pictures_are_whole_svg() -> None:
    for picture in (recall_picture(TRIALS), error_picture(ERRORS)):
        assert ElementTree.fromstring(picture).tag.endswith("svg")
    assert error_picture([]) == ""
