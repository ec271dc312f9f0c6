"""The panels of the error page."""
