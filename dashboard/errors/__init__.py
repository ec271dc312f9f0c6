"""What one visitor does on the error page, and the runs it reads."""
