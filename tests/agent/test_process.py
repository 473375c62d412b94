import subprocess
import sys

SETTLES = """
import gc
from agent.process import settle

class Loaded:
    pass

loaded = Loaded()
settle()
print(any(each is loaded for each in gc.get_objects()), gc.get_freeze_count() > 1000)
"""


def test_what_is_loaded_is_set_aside_from_the_collector() -> None:
    said = subprocess.run(
        [sys.executable, "-c", SETTLES], check=True, capture_output=True, text=True, timeout=60
    )
    assert said.stdout.split() == ["False", "True"]
