"""Training: what is drawn, what is minimised, the loop, and the checkpoint it leaves."""
