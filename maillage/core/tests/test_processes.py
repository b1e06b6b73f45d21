"""A child of `serve` never outlives it, whatever becomes of the signal that says so."""

import os
import subprocess
import sys

from maillage.core.processes import SUPERVISOR

DEAF_CHILD = """
import signal, time
from maillage.core import processes
processes.SECONDS_BETWEEN_LOOKS = processes.SECONDS_TO_STOP = 0.01
signal.signal(signal.SIGTERM, signal.SIG_IGN)
processes.die_with_supervisor()
print("here", flush=True)
time.sleep(600)
"""
PARENT = f"""
import os, subprocess, sys
subprocess.run([sys.executable, "-c", {DEAF_CHILD!r}], env=os.environ | {{"{SUPERVISOR}": str(os.getpid())}})
"""


def test_a_child_that_does_not_hear_the_signal_ends_all_the_same():
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == b"here\n"

        parent.kill()

        assert parent.communicate(timeout=60) == (b"", None)  # the end of the file is that of the child


def test_a_child_whose_site_is_dead_already_starts_nothing(tmp_path):
    environment = os.environ | {SUPERVISOR: "1", "MAILLAGE_DATA_DIR": str(tmp_path / "data")}

    late = subprocess.run([sys.executable, "-m", "maillage", "worker"], env=environment, check=False)

    assert (late.returncode, list(tmp_path.iterdir())) == (1, [])
