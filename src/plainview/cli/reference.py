"""The reference page of the commands, written from the commands themselves."""

from __future__ import annotations

from collections.abc import Iterator

import click

_HEAD = """# Commands

<!-- written by scripts/write_reference.py; do not edit -->

Exit codes: 0 done, 1 failed, 2 something you can fix. Every command takes `--json`; `plainview --debug ...`
shows where a fault of Plainview's own arose; that text can hold personal data.
"""


def render_commands(group: click.Group) -> str:
    """Every command's help, in Markdown."""
    parts = [_HEAD]
    for name, command in commands_of(group, "plainview"):
        help_names = group.context_settings["help_option_names"]
        context = click.Context(
            command, info_name=name, terminal_width=100, max_content_width=100, help_option_names=help_names
        )
        parts.append(f"## {name}\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def commands_of(group: click.Group, prefix: str) -> Iterator[tuple[str, click.Command]]:
    """Every command of `group` with the words that call it, those of its own groups included."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands_of(command, f"{prefix} {name}")
        else:
            yield f"{prefix} {name}", command
