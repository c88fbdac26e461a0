"""Writes the generated pages of docs/reference; a test holds them against what this gives."""

from pathlib import Path

from plainview.build.catalogue import render_snapshot
from plainview.cli.main import cli
from plainview.cli.reference import render_commands
from plainview.project.reference import write_reference

if __name__ == "__main__":
    folder = Path(__file__).parents[1] / "docs" / "reference"
    write_reference(folder)
    (folder / "snapshot.md").write_text(render_snapshot(), encoding="utf-8")
    (folder / "commands.md").write_text(render_commands(cli), encoding="utf-8")
