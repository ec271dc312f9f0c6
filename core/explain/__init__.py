"""What the numbers mean for one post.

Read in this order: `alignment_game` and `post_games` (its contexts against the bank),
`misalignment` (who does not belong), `prediction_game` and `own_games` (every coalition of its
contexts), `faithfulness` (whether values say what matters), `explanation` (all of that for a
record), `integrated_gradients` and `attribution` (what an entity owes to words and regions).
"""
