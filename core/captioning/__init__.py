"""The built-in captioner: a small decoder that says in one sentence what a photo shows.

`photos` turns pixels into what is looked at, `decoder` writes words, `beam` finds the sentence;
`generator` is the way in, `files` the checkpoint; `corpus`, `training`, `scores` made it.
"""
