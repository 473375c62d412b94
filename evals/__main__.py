"""`python -m evals` is `milliwatt`."""

from evals.cli import main

main()
