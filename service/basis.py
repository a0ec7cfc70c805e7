"""What an answer rested on besides the question and the snapshot, so that it can be made again."""

import hashlib
from dataclasses import dataclass
from functools import cache

from corpus.index import Weights
from corpus.settings import ROOT
from corpus.tokens import DICTIONARY
from service.calibration import Calibration
from service.dialogue import ApprovedAnswer

VERSION = "0.4.0"


@dataclass(frozen=True, slots=True)
class Basis:
    """`words` is the digest of the word files, "" where no copy of them was kept; `encoder` the fingerprint of the
    encoder that searched, "" where only words did; `approved` the answer of the office that was given."""

    words: str
    weights: Weights
    calibration: Calibration
    encoder: str
    program: str
    approved: ApprovedAnswer | None = None


@cache
def program() -> str:
    """The version and a digest of everything that makes answers and is no data: code, benefits, the dictionary."""
    digest = hashlib.sha256()
    service = ROOT / "service"
    paths = [*(ROOT / "corpus").glob("*.py"), *service.glob("*.py"), *service.glob("steps/*.py")]
    paths += [path for path in service.glob("rules/**/*") if path.suffix in {".py", ".yaml"}]
    for path in sorted(paths):
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    digest.update(DICTIONARY.read_bytes())
    return f"{VERSION}+{digest.hexdigest()[:12]}"
