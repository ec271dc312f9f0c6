"""The tasks: which codec numbers their labels, and which head learns them."""

from core.config import HeadConfig
from core.datasets.labels import LabelMap
from core.datasets.relations import RelationMap
from core.datasets.sequence_labels import SequenceLabels
from core.datasets.targets import Codec
from core.datasets.word_pairs import WordPairMap
from core.heads.classification import ClassificationHead
from core.heads.crf import CRFHead
from core.heads.protocol import Head
from core.heads.relation import RelationHead
from core.heads.word_pair import WordPairHead


def build_codec(config: HeadConfig) -> Codec:
    """Return what numbers the labels of a task."""
    match config.task:
        case "mner":
            return LabelMap(config.entity_types)
        case "mre":
            return RelationMap(config.relations)
        case "jmere":
            return _word_pairs(config)
        case "classification":
            return SequenceLabels(config.labels)


def build_head(config: HeadConfig, width: int) -> Head:
    """Return a task's head, untrained, for word features of a width."""
    match config.task:
        case "mner":
            tags = 1 + 2 * len(config.entity_types)
            return CRFHead(width, tags, dropout=config.dropout)
        case "mre":
            return RelationHead(width, len(config.relations), dropout=config.dropout)
        case "jmere":
            codec = _word_pairs(config)
            return WordPairHead(
                width,
                len(codec),
                entity_types=len(codec.entity_types),
                signatures=codec.signatures,
                directed=config.directed,
                layer=config.pair_layer,
                pair_width=config.pair_width,
                temperature=config.pair_temperature,
                none_weight=config.none_weight,
                dropout=config.dropout,
            )
        case "classification":
            return ClassificationHead(width, len(config.labels), dropout=config.dropout)


def _word_pairs(config: HeadConfig) -> WordPairMap:
    return WordPairMap(
        config.entity_types,
        config.relations,
        directed=config.directed,
        argument_types=config.argument_types,
    )
