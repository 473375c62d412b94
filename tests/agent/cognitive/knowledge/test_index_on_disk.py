"""An index kept on disk: used again, never half, whatever happens to the process that writes it."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

from agent.cache import ContentCache
from agent.clock import pause
from agent.cognitive.knowledge.folder import read_folder
from agent.cognitive.knowledge.indexes.embedded import embedded_knowledge
from agent.cognitive.ports import Passage
from tests.agent.cognitive.knowledge.material import CORPUS, pdf
from tests.fakes.word_embedder import WordEmbedder

ROOT = Path(__file__).parents[4]
QUESTION = "how much is a check-up"

# Makes the index again and again, so that a kill may come at any moment of it.
WRITER = """
import asyncio, shutil, sys
from pathlib import Path
from agent.cache import ContentCache
from agent.cognitive.knowledge.folder import read_folder
from agent.cognitive.knowledge.indexes.embedded import embedded_knowledge

folder, kept = Path(sys.argv[1]), Path(sys.argv[2])
print("ready", flush=True)
for round in range(1_000_000):
    with (folder / "round.md").open("w") as file:
        file.write(f"Round {round}.")
    asyncio.run(embedded_knowledge(read_folder(folder), cache=ContentCache(kept, memory_bytes=0)))
"""


def asked(folder: Path, kept: Path | None) -> list[Passage]:
    async def search() -> list[Passage]:
        cache = ContentCache(kept, memory_bytes=0) if kept else None
        return list(
            await (await embedded_knowledge(read_folder(folder), cache=cache)).search(QUESTION, "", 5)
        )

    return asyncio.run(search())


def test_documents_indexed_before_are_neither_parsed_nor_embedded_again(tmp_path: Path) -> None:
    papers, kept = tmp_path / "papers", tmp_path / "kept"
    papers.mkdir()
    (papers / "a.pdf").write_bytes(pdf([["A dog waits."]]))
    embedder = WordEmbedder()

    async def opened() -> int:
        embedder.asked.clear()
        await embedded_knowledge(read_folder(papers), cache=ContentCache(kept), embedder=embedder)
        return len(embedder.asked)

    assert [asyncio.run(opened()) for _ in range(2)] == [1, 0]
    (papers / "a.pdf").write_bytes(pdf([["A cat waits."]]))
    assert asyncio.run(opened()) == 1, "another text is another index"


def test_an_index_survives_the_killing_of_the_process_that_writes_it(tmp_path: Path) -> None:
    papers, kept = tmp_path / "papers", tmp_path / "kept"
    papers.mkdir()
    for source in (CORPUS / "documents").iterdir():
        (papers / source.name).write_bytes(source.read_bytes())
    wanted = asked(CORPUS / "documents", None)
    for after_ms in (3, 40, 140):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(papers), str(kept)], cwd=ROOT, stdout=subprocess.PIPE
        )
        assert writer.stdout is not None and writer.stdout.readline() == b"ready\n"
        pause(after_ms / 1000)
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        (papers / "round.md").unlink(missing_ok=True)
        for _ in range(2):
            assert asked(papers, kept) == wanted


def test_an_index_that_was_damaged_is_made_again(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    wanted = asked(CORPUS / "documents", kept)
    (entry,) = [path for path in kept.rglob("*") if path.is_file() and not path.name.startswith(".")]
    data = bytearray(entry.read_bytes())
    data[len(data) // 2] ^= 0xFF
    entry.write_bytes(data)
    assert asked(CORPUS / "documents", kept) == wanted
    assert bytes(data) != entry.read_bytes()
