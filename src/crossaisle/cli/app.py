"""The command line: `crossaisle --help` lists the commands by the way a person goes."""

import sys

import typer

from crossaisle.cli.demo import demo
from crossaisle.cli.explain import explain
from crossaisle.cli.load import init, load
from crossaisle.cli.measure import evaluate
from crossaisle.cli.models import models_app, train
from crossaisle.cli.online.experiments import experiments_app
from crossaisle.cli.online.keys import keys_app
from crossaisle.cli.online.learn import learn
from crossaisle.cli.online.people import consent, forget
from crossaisle.cli.online.serve import prepare, serve
from crossaisle.cli.recommend import recommend
from crossaisle.cli.terminal import err, told
from crossaisle.cli.tune import tune
from crossaisle.errors import CrossaisleError, UsageError

app = typer.Typer(
    help=told("help.app"),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
for command in (demo, init, load, train, tune, evaluate, recommend, explain, serve, learn, prepare, consent, forget):
    app.command(help=told(f"help.{command.__name__}") + "\n\n" + (command.__doc__ or ""))(command)
app.add_typer(keys_app, name="keys", help=told("help.keys"))
app.add_typer(experiments_app, name="experiments", help=told("help.experiments"))
app.add_typer(models_app, name="models", help=told("help.models"))


def main() -> None:
    """Run a command; errors are said in words: exit code 1 could not, 2 wrong use."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except CrossaisleError as error:
        err.print(f"[bold red]✗[/] {str(error).replace('[', chr(92) + '[')}")
        sys.exit(2 if isinstance(error, UsageError) else 1)
    except KeyboardInterrupt:
        err.print(told("cli.interrupted"))
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
