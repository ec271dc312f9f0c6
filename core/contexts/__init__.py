"""Contexts: sentences that describe a photo, the bridge between it and the post's text.

`perception` looks at the pixels, `huggingface` and `openai_api` ask large models here or elsewhere,
`precomputed` reads sentences that any model wrote before, `typed` takes them from the keyboard;
`store` remembers what was said; `lookup` and `generation` fill it for a folder of photos.
"""
