"""The command line: read posts, describe photos, run experiments, play and measure Shapley games.

Heavy imports happen inside the commands, so that `--help` answers at once.
"""

import sys
from typing import Any

import typer

from core.cli.captioner import captioner
from core.cli.contexts import contexts
from core.cli.experiments import check, compare, context_quality, evaluate, robustness, train
from core.cli.games import bench, lab
from core.cli.posts import analyse, annotate
from core.errors import InputError

app = typer.Typer(
    name="python -m core",
    help="Shap-CA: contexts, Shapley values, gates, entities and relations of posts with photos.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (
    analyse,
    annotate,
    contexts,
    check,
    train,
    evaluate,
    compare,
    robustness,
    context_quality,
    lab,
):
    app.command()(command)
app.add_typer(bench, name="bench")
app.add_typer(captioner, name="captioner")


def main(arguments: list[str] | None = None) -> Any:
    """Run a command; an `InputError` is one sentence on standard error and exit status 2."""
    try:
        return app(arguments)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(2) from None
