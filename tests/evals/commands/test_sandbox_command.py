from __future__ import annotations

import json
import re
import signal
import urllib.request

from tests.cli import milliwatt, start


def test_the_sandbox_says_where_it_is_and_stops_on_ctrl_c() -> None:
    process = start(["sandbox", "--seed", "3"])
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline().strip()]
        while not lines[-1].startswith("#"):
            lines.append(process.stdout.readline().strip())
        url = re.search(r"http://127\.0\.0\.1:\d+/sandbox/effects", lines[-1])
        assert url is not None
        with urllib.request.urlopen(url[0], timeout=10) as answer:
            assert json.load(answer)["bookings"] == []
        assert "export CAL_COM_API_KEY=cal_live_sandbox" in lines
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
        assert (process.returncode, said.splitlines()[-1]) == (0, "Stopped.")
    finally:
        process.kill()
        process.communicate()


def test_every_wrong_fault_is_named_and_nothing_served() -> None:
    refused = milliwatt("sandbox", "--fault", "cal.book=lost", "--fault", "webhook=lots:0.5", "--for", "0")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "there is no operation 'cal.book'" in refused.stderr
    assert "there is no fault 'lots'" in refused.stderr
