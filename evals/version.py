"""The version of milliwatt that plays and measures; runs of different harness versions are not compared."""

HARNESS_VERSION = "0.1.0"
