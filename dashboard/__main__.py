"""`python -m dashboard`: serve the page on this machine and print its address."""

import os
import socket
from pathlib import Path
from typing import Annotated

import streamlit as st
import typer

# Loaded now, so that the first visitor need not wait.
import dashboard.views.compare
import dashboard.views.errors
import dashboard.views.explore
import dashboard.views.lab
import dashboard.views.runs  # noqa: F401
from dashboard.services import CHECKPOINT_VARIABLE, DEFAULT_CHECKPOINT

APP = Path(__file__).resolve().parent / "app.py"


def serve(
    port: Annotated[int, typer.Option(help="Port of the page.", min=1, max=65535)] = 8501,
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 lets others in.")
    ] = "127.0.0.1",
    checkpoint: Annotated[
        str, typer.Option(help="Name under checkpoints/, or a folder.", envvar=CHECKPOINT_VARIABLE)
    ] = DEFAULT_CHECKPOINT,
) -> None:
    """Serve the dashboard until Ctrl+C."""
    _check_free(host, port)
    os.environ[CHECKPOINT_VARIABLE] = checkpoint
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    print(f"Shap-CA: http://{shown}:{port}   (Ctrl+C stops it)", flush=True)
    st.App(APP).run(config={"server.port": port, "server.address": host, "server.headless": True})


def _check_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As the server does: a port that was just given back counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            typer.echo(
                f"error: {host}:{port} cannot be used ({error.strerror}); choose another --port",
                err=True,
            )
            raise typer.Exit(2) from None


if __name__ == "__main__":
    typer.run(serve)
