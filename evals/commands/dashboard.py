"""`milliwatt dashboard`: starts Streamlit on the review pages."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from evals.errors import BadInput


def serve_dashboard(port: int, reports: Path, db: Path) -> int:
    """Serves the pages on this machine until it is stopped.

    Raises:
        BadInput: the dashboard's packages are not installed.
    """
    if importlib.util.find_spec("streamlit") is None:
        raise BadInput("dashboard", ["Streamlit is not installed; pip install 'milliwatt[dashboard]'"])
    spec = importlib.util.find_spec("dashboards.app")
    assert spec is not None
    assert spec.origin is not None
    command = [sys.executable, "-m", "streamlit", "run", spec.origin]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1"]
    command += ["--browser.gatherUsageStats", "false"]
    environment = {
        **os.environ,
        "MILLIWATT_REPORTS": str(reports.resolve()),
        "MILLIWATT_DB": str(db.resolve()),
    }
    try:
        return subprocess.run(command, env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 130
