"""The command line: a thin shell over functions. What is heavy is imported by the command that needs it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from nlp_engine import __version__
from nlp_engine.cli.anomalies import anomalies_drift_command, anomalies_fit_command, anomalies_score_command
from nlp_engine.cli.images import predict_command
from nlp_engine.cli.images_check import images_check_command
from nlp_engine.cli.images_domain import train_image_domain_command
from nlp_engine.cli.images_features import features_command, similar_command
from nlp_engine.cli.images_train import train_image_command
from nlp_engine.cli.knowledge import rules_check_command, schema_command
from nlp_engine.cli.labs import flag_command, learn_intervals_command
from nlp_engine.cli.labs_check import check_command
from nlp_engine.cli.ner import evaluate_ner_command, train_ner_command
from nlp_engine.cli.notes import deidentify_command, extract_command
from nlp_engine.cli.output import NOT_STARTED
from nlp_engine.cli.risk import train_risk_command
from nlp_engine.cli.risk_score import risk_score_command
from nlp_engine.cli.run import run_command
from nlp_engine.errors import NlpEngineError

app = typer.Typer(
    help="Clinical notes, labs and image-model outputs in, traceable plain-language reports out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("run")(run_command)
app.command("extract")(extract_command)
app.command("deidentify")(deidentify_command)
app.command("features")(features_command)
app.command("schema")(schema_command)


def _group(name: str, about: str) -> typer.Typer:
    group = typer.Typer(help=about, no_args_is_help=True)
    app.add_typer(group, name=name)
    return group


rules_app = _group("rules", "The clinical rules.")
rules_app.command("check")(rules_check_command)
labs_app = _group("labs", "Tables of laboratory results and vital signs.")
labs_app.command("check")(check_command)
labs_app.command("flag")(flag_command)
labs_app.command("learn-intervals")(learn_intervals_command)
anomalies_app = _group("anomalies", "Rows that do not fit their cohort, and feeds that drift.")
anomalies_app.command("fit")(anomalies_fit_command)
anomalies_app.command("score")(anomalies_score_command)
anomalies_app.command("drift")(anomalies_drift_command)
risk_app = _group("risk", "Models that `train risk` wrote, at use.")
risk_app.command("score")(risk_score_command)
images_app = _group("images", "Pictures, read by the embedded chest network or by your own.")
images_app.command("predict")(predict_command)
images_app.command("check")(images_check_command)
images_app.command("similar")(similar_command)
train_app = _group("train", "Train models.")
train_app.command("ner")(train_ner_command)
train_app.command("risk")(train_risk_command)
train_app.command("image")(train_image_command)
train_app.command("image-domain")(train_image_domain_command)
evaluate_app = _group("evaluate", "Measure models.")
evaluate_app.command("ner")(evaluate_ner_command)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; an error of the user is one sentence on stderr and exit status 2."""
    try:
        app(args=arguments, prog_name="nlp-engine")
    except NlpEngineError as error:
        typer.echo(str(error), err=True)
        sys.exit(NOT_STARTED)
    except OSError as error:
        if error.strerror is None:  # not from the operating system
            raise
        typer.echo(f"The system reports: {error.strerror}.", err=True)
        sys.exit(NOT_STARTED)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"nlp-engine {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Clinical notes, labs and image-model outputs in, traceable plain-language reports out."""
