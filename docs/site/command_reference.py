"""The page of the command `weft`, from its own parser: what each command takes."""

import argparse

from python_text import escaped


def text(parser: argparse.ArgumentParser) -> str:
    """The Markdown page of a parser with its commands."""
    lines = ["# The command", "", "`weft`, or `python -m weft`.", ""]
    lines += [*_arguments(parser), ""]
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {choice.dest: choice.help for choice in action._choices_actions}
            for name, command in action.choices.items():
                said = escaped((helps.get(name) or "").capitalize())
                lines += [f"## weft {name}", "", f"{said}.", "", *_arguments(command), ""]
    return "\n".join(lines)


def _arguments(parser: argparse.ArgumentParser) -> list[str]:
    usage = " ".join(parser.format_usage().removeprefix("usage: ").split())
    lines = ["```text", usage, "```", ""]
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction) or action.help == argparse.SUPPRESS:
            continue
        names = ", ".join(f"`{name}`" for name in action.option_strings) or f"`{action.dest}`"
        lines.append(f"- {names}: {escaped((action.help or '').replace('%%', '%'))}")
    return lines
