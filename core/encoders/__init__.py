"""Encoders: frozen or trainable networks that turn words and photos into features."""
