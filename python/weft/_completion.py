"""`weft completion SHELL`: a script that completes the command `weft` in a shell.

The script comes from the command's own parser, by shtab; it calls no Python when a user presses the
key, so it answers at once. The shell reads it when it starts:

    weft completion bash > ~/.local/share/bash-completion/completions/weft
    weft completion zsh > ~/.zfunc/_weft            # a folder of $fpath
    weft completion fish > ~/.config/fish/completions/weft.fish
"""

import argparse

from weft._base.errors import Error
from weft._base.packages import installing

SHELLS = ("bash", "zsh", "fish")
# Arguments that are paths, by their names in the parser.
_FILES = ("file", "library", "params", "weights", "snapshot", "solver", "script")
_FOLDERS = ("output",)


class CompletionError(Error, ImportError):
    """shtab, which makes the scripts, is not installed."""


def add_completion(command: argparse.ArgumentParser) -> None:
    command.add_argument("shell", choices=SHELLS, help="the shell that reads the script")


def completion(parser: argparse.ArgumentParser, shell: str) -> str:
    """The script that completes the words of `parser` in a shell.

    parser: the command's parser, with those of its commands
    shell: "bash", "zsh" or "fish"

    Raises ImportError where shtab is not installed.
    """
    try:
        import shtab
    except ImportError as error:
        raise CompletionError(
            f"completion: a script for {shell} is made by shtab, which is not installed; "
            f"{installing('completion')}"
        ) from error
    _mark_paths(parser, shtab.FILE, shtab.DIRECTORY)
    return shtab.complete(parser, shell=shell)


def _mark_paths(parser: argparse.ArgumentParser, files: object, folders: object) -> None:
    """Tells shtab where a path is expected, in the parser and in those of its commands."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in set(action.choices.values()):
                _mark_paths(command, files, folders)
        elif action.dest in _FILES:
            action.complete = files  # type: ignore[attr-defined]
        elif action.dest in _FOLDERS:
            is_folder = action.metavar == "DIR"
            action.complete = folders if is_folder else files  # type: ignore[attr-defined]
