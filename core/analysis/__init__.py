"""What many analysed posts show together: pure functions on the table of an annotation file.

No model, no page. Read in this order: `posts` (which posts can be scored, and their counts),
`intervals` (scores with intervals), `comparison`, `pairing` and `differences` (two systems on the
same posts), `lineup`, `costs` and `predictions` (more of them, and other people's), `evidence`
(trainings over several seeds), `effects` (with contexts and without), `features`, `slices`,
`worst_slices` and `slice_links` (parts of a table: given, found, named), `rank_correlation`,
`context_quality` and `context_report` (which kind of context helps), `confusion`, `calibration`,
`misalignment` and `disagreements` (what goes wrong), `journal`, `reviews` and `agreement` (what
people say of it).
"""
