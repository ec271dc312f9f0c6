"""Contexts: sentences that describe a photo, the bridge between it and the post's text.

`perception` looks at the pixels, `precomputed` reads sentences that any model wrote before, `typed`
takes them from the keyboard; `catalogue` builds generators; `store` remembers what they said;
`lookup` and `generation` fill it for a folder of photos.
"""
