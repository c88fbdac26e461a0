"""Run a Python program as a process of its own and measure it from outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any


def measure(arguments: list[str]) -> dict[str, Any]:
    """Run `python ARGUMENTS`; its wall and CPU seconds, peak memory in MB, and the last line it printed."""
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    printed = process.stdout.read()
    # wait4 gives this child's own use; getrusage(RUSAGE_CHILDREN) would mix in earlier ones.
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{arguments} ended with {process.returncode}")
    return {
        "wall_s": round(time.perf_counter() - started, 1),
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 1),
        "peak_mb": round(usage.ru_maxrss / 1024),
        "printed": printed,
    }


def last_json(printed: str) -> dict[str, Any]:
    """The JSON object that a program printed, alone or as its last line."""
    try:
        data: dict[str, Any] = json.loads(printed)
    except json.JSONDecodeError:
        data = json.loads(printed.strip().splitlines()[-1])
    return data
