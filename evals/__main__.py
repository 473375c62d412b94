"""`python -m evals` is `milliwatt`."""

from evals.cli.main import main

main()
