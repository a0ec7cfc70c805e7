"""Two people edit one document: the first save stands, the second is told."""

import threading
from pathlib import Path

from service.document_file import Stale, read_document, write_document

ROUNDS = 40


def test_of_two_saves_over_one_text_only_one_is_taken(tmp_path: Path) -> None:
    taken = []
    for number in range(ROUNDS):
        (tmp_path / "sample.md").write_text(f"第{number}版", encoding="utf-8")
        before = read_document(tmp_path, "sample")
        assert before is not None
        digest, together, saved = before.digest, threading.Barrier(2), list[str]()

        def save(text: str, digest: str = digest, together: threading.Barrier = together) -> None:
            together.wait()
            try:
                write_document(tmp_path, "sample", text, digest)
            except Stale:
                return
            saved.append(text)  # noqa: B023 - the round is over before the next begins

        people = [threading.Thread(target=save, args=(name,)) for name in ("王编", "林编")]
        for person in people:
            person.start()
        for person in people:
            person.join()
        after = read_document(tmp_path, "sample")
        assert after is not None
        taken.append((len(saved), saved == [after.text]))

    assert taken == [(1, True)] * ROUNDS
    assert [path.name for path in tmp_path.iterdir()] == ["sample.md"]
