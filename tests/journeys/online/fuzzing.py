"""Tries a running service's OpenAPI out with Schemathesis, as a program of its own."""

import subprocess
import sys
from pathlib import Path

from ..service import Service

HERE = Path(__file__).parent
SCHEMATHESIS = (sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "openapi.toml"), "--no-color")


def fuzz(service: Service, examples: int, seed: int, patience: float) -> str:
    """What Schemathesis says; it fails with that if the service did not do what it says of itself.

    Args:
        examples: requests of each call, beside those at the edges of its schema. patience: seconds.
    """
    command = [*SCHEMATHESIS, "run", f"{service.url}/openapi.json", "--header", f"Authorization: Bearer {service.key}"]
    command += ["--max-examples", str(examples), "--seed", str(seed), "--no-shrink"]
    environment = {**service.environment, "SCHEMATHESIS_HOOKS": "everything_is_told"}
    environment["PYTHONPATH"] = f"{HERE}:{environment.get('PYTHONPATH', '')}"
    done = subprocess.run(
        command, env=environment, cwd=service.folder, capture_output=True, text=True, timeout=patience, check=False
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-5_000:]
    return done.stdout
