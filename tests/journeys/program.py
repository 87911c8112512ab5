"""The program as a person starts it."""

import subprocess
import sys

PROGRAM = (sys.executable, "-c", "from crossaisle.cli import main; main()")


def run(*words: str, code: int = 0, env: dict[str, str] | None = None) -> str:
    """Standard output of a command that ends with `code` and shows no traceback."""
    command = [*PROGRAM, *words]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=env, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr
