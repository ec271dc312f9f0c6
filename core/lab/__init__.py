"""The Shapley lab: small games to learn on, and every number the lab shows about them.

No model takes part. Read in this order: `small_game`, `textbook`, `photo` and `games` (what is
played), `walk` and `count` (the definition, and what it costs), `axioms` (why these values and no
others), `converge` (sampling against the exact answer), `questions` (predict, then look), `report`
and `worksheet` (all of it on paper).
"""
