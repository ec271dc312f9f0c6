"""The one error that is meant for the person at the keyboard."""


class InputError(ValueError):
    """Something the user gave cannot be used: the message says what, why and what to do.

    The command line prints the message and exits with status 2; the dashboard shows it on the page.
    Neither shows a traceback.
    """
