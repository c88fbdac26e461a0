"""Runs one build and kills its own process, as pulling the plug would: `killed_build.py PROJECT before N`.

Every change that a reader could see is made by a rename (`Path.replace`): of a table that was written, of
the finished folder, of the link `current`. So the moments to die at are counted in renames. `before N`
dies before the N-th rename; `within N` does too, after cutting the file to be renamed in half, as if the
write had not ended.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from plainview import api

_replace = Path.replace
_renames = 0


def main(project: str, how: str, number: int) -> None:
    def replace(self: Path, target: Path) -> Path:
        global _renames
        _renames += 1
        if _renames == number:
            if how == "within" and self.is_file() and not self.is_symlink():
                os.truncate(self, self.stat().st_size // 2)
            os.kill(os.getpid(), signal.SIGKILL)
        return _replace(self, target)

    Path.replace = replace  # type: ignore[method-assign,assignment]
    api.build(project)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
