"""The figures of the error page: pure functions of tables."""
