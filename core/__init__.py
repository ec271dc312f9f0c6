"""Shap-CA: Shapley value-based contrastive alignment for multimodal information extraction.

A post walks through these folders in order: `datasets`, `contexts`, `encoders`, `shapley`,
`fusion`, `heads`; `pipeline` runs the walk and returns one `records.Record`.
"""

import os

# OpenMP threads spin while they wait. On a busy two-core machine that turned a 100 ms image call
# into seconds, so they sleep instead. This must be set before torch is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
