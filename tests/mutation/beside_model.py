"""Some worlds of tests/model through the plan in the folder BIN of the environment; ends with 1 at the first
difference, which is not explained."""

import os
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "model"))
from compare import differ_plan  # noqa: E402
from worlds import World  # noqa: E402

WORLDS = 150

with tempfile.TemporaryDirectory() as folder:
    sys.exit(1 if any(differ_plan(os.environ["BIN"], World(seed), folder) for seed in range(1, WORLDS + 1)) else 0)
