"""The settings → the pipeline's parts, built once and the same for every door and command line."""

from collections.abc import Callable

from corpus.embedder import Embedder, EmbedderUnavailable, load_embedder
from corpus.index import Weights
from corpus.live import FixedSnapshot, LiveSnapshot
from corpus.tokens import tokenize
from service.calibration import load_calibration
from service.kept_words import KeptWords
from service.pipeline import Parts
from service.rules.catalogue import benefits
from service.settings import Settings
from service.words import LiveWords


def build_parts(settings: Settings, warn: Callable[[str], None]) -> Parts:
    """Everything the pipeline needs; an encoder that cannot be loaded leaves keyword search."""
    live = LiveSnapshot(settings.data_dir, embedder_or_none(settings.embedding_model, warn), warn)
    return parts_over(live, settings, warn)


def parts_over(live: LiveSnapshot | FixedSnapshot, settings: Settings, warn: Callable[[str], None]) -> Parts:
    """Likewise, over snapshots that are opened already."""
    benefits()
    words = LiveWords(settings.words, settings.office, warn, KeptWords(settings.data_dir).keep)
    words.current()
    tokenize("启动")  # loads the dictionary now, not with the first question
    weights = Weights(settings.dense_weight, settings.synonym_weight, settings.bank_weight)
    return Parts(live, words, weights, load_calibration(), warn)


def embedder_or_none(name: str, warn: Callable[[str], None]) -> Embedder | None:
    try:
        return load_embedder(name)
    except EmbedderUnavailable as error:
        warn(str(error))
        return None
