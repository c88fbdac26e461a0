"""Where the `plainview` command starts: small, so that Ctrl-C while the rest is loading is told plainly too."""

import sys


def main() -> None:
    """Run the command line and exit."""
    try:
        from plainview.cli.main import main as run_command_line

        run_command_line()
    except KeyboardInterrupt:
        sys.exit("Stopped. Nothing has changed.")


if __name__ == "__main__":
    main()
