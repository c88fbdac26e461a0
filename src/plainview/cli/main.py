"""The `plainview` command. Exit codes: 0 done, 1 failed, 2 something the user can fix."""

from __future__ import annotations

import sys
import traceback

import click

import plainview
from plainview.cli import builds, demos, encodings, evaluations, models, projects, qualities, reviews
from plainview.cli.output import print_user_error
from plainview.project.errors import UserError

DONE, FAILED, USER_CAN_FIX = 0, 1, 2

# What DuckDB raises when Ctrl-C comes in the middle of a query.
_INTERRUPTED = {"InterruptException", "RuntimeError"}


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(plainview.__version__, prog_name="plainview")
@click.option("--debug", is_flag=True, help="Show where a fault of Plainview's own arose.")
def cli(debug: bool) -> None:
    """One view of a family, in plain view of the public.

    Link the records that services hold about residents, from declared deliveries to one index of people.
    """


for command in (
    projects.new,
    projects.check,
    builds.plan,
    builds.build,
    builds.snapshots,
    qualities.quality,
    evaluations.evaluate,
    evaluations.explain,
    models.model,
    models.train,
    encodings.encode,
    reviews.person,
    reviews.review,
    reviews.decide,
    reviews.sample,
    reviews.estimate,
    demos.demo,
):
    cli.add_command(command)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit."""
    words = sys.argv[1:] if arguments is None else arguments
    sys.exit(run(words))


def run(words: list[str]) -> int:
    """Run the command that `words` give; the exit code. Prints, and never raises."""
    try:
        cli.main(args=words, prog_name="plainview", standalone_mode=False)
    except UserError as error:
        print_user_error(error, as_json="--json" in words)
        return USER_CAN_FIX
    except (click.Abort, KeyboardInterrupt):
        return _stopped()
    except click.ClickException as error:
        error.show()
        return USER_CAN_FIX
    except click.exceptions.Exit as error:
        return error.exit_code
    except PermissionError as error:
        click.echo(
            f"Not allowed: {error.filename or ''}. Ask who may write there, or use another folder.", err=True
        )
        return USER_CAN_FIX
    except OSError as error:
        # The system's own words name a file and a cause, such as a full disk, and no resident.
        click.echo(f"Could not go on: {error.strerror or error}: {error.filename or ''}", err=True)
        return FAILED
    except Exception as error:
        if "interrupted" in str(error).lower() and type(error).__name__ in _INTERRUPTED:
            return _stopped()
        _print_fault(error, debug="--debug" in words)
        return FAILED
    return DONE


def _stopped() -> int:
    click.echo("Stopped. Nothing has changed.", err=True)
    return FAILED


def _print_fault(error: Exception, *, debug: bool) -> None:
    """A fault of ours. Its text may quote a resident's data, so it is shown only when asked for."""
    if debug:
        traceback.print_exception(error)
        return
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].name}, line {frames[-1].lineno}" if frames else "start"
    click.echo(
        f"Plainview failed at a point it should not have ({type(error).__name__} in {where}). "
        "Nothing has changed. Run it again with `plainview --debug ...` to see more; "
        "that text can hold personal data, so look before you share it.",
        err=True,
    )
