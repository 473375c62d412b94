"""Review of runs in the browser: runs with their trends, two runs side by side, one call with all about it.

Started by `milliwatt dashboard`. The store's path comes by the environment variable MILLIWATT_DB, since Streamlit
runs this file as a script. Each query opens the store read-only and closes it, so a run can be merged meanwhile.
"""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st

from dashboards import call_page, compare_page, runs_page
from evals.errors import StoreError

DB_VARIABLE = "MILLIWATT_DB"
DEFAULT_DB = Path("reports/milliwatt.duckdb")
PAGES = {"Runs": runs_page.show, "Compare": compare_page.show, "One call": call_page.show}

FIRST_RUN = """
### No runs yet

The store `{db}` does not hold a run. Make the first one:

```
milliwatt run corpora/booking/smoke.yaml --level audio --seed 1
```

It takes a minute or two; then press *Refresh*.
"""


def main() -> None:
    st.set_page_config(page_title="milliwatt", layout="wide")
    db = Path(os.environ.get(DB_VARIABLE) or DEFAULT_DB).resolve()
    asked = st.query_params.get("page", "Runs")
    names = list(PAGES)
    page = st.sidebar.radio("Page", names, index=names.index(asked) if asked in PAGES else 0)
    st.sidebar.button("Refresh", help="Ask the store again; a run that has just ended is then shown.")
    st.sidebar.caption(f"Store: `{db}`")
    if not db.exists():
        st.markdown(FIRST_RUN.format(db=db))
        return
    try:
        if not PAGES[page](db):
            st.markdown(FIRST_RUN.format(db=db))
    except StoreError as error:
        st.error(str(error))
        st.caption("Press Refresh to try again.")


main()
