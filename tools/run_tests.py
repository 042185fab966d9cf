"""Run every test that this machine can run, and say what it left out.

The grader's sandbox needs Linux; elsewhere its tests are left out, with a word about it. Under
``CI=true`` nothing may be left out. More arguments go to pytest.
"""

import os
import subprocess
import sys


def selection(platform, ci):
    """Return pytest's arguments for a platform; exit where CI would have to leave tests out."""
    if platform.startswith("linux"):
        return []
    if ci:
        sys.exit("run_tests: under CI=true every test must run, and the sandbox needs Linux")
    print("Left out: the tests of the grader's sandbox, which needs Linux")
    return ["-m", "not sandbox"]


def main():
    """Run pytest and pass on its exit status, which is not 0 when no test ran."""
    chosen = selection(sys.platform, os.environ.get("CI") == "true")
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "pytest", *chosen, *sys.argv[1:]]
    sys.exit(subprocess.run(command, env=environment, check=False).returncode)


if __name__ == "__main__":
    main()
