"""Encoders: frozen or trainable networks that turn words and photos into features."""

from transformers.utils import logging

# The packaged models load in a blink; a bar for that would only mix with our own messages.
logging.disable_progress_bar()
