"""A folder of documents: what stands in it, checked and hashed, before anything is parsed.

Markdown (`.md`), text (`.txt`) and PDF files are read, at any depth; names that begin with a dot are not looked at. One
`BadKnowledge` lists everything that is wrong with the folder, and then nothing of it is loaded.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from agent.cognitive.knowledge.document import Tenants
from agent.cognitive.knowledge.permissions import MANIFEST, About, front_matter, manifest
from agent.errors import BadKnowledge

MAX_DOCUMENTS = 2_000
MAX_TEXT_BYTES = 1_000_000
"""A book is half of this. Markdown of this size takes a second or two, or half a minute where it is all brackets."""
MAX_PDF_BYTES = 20_000_000
MAX_MANIFEST_BYTES = 1_000_000

TEXT_SUFFIXES = (".txt", ".text")
MARKDOWN_SUFFIXES = (".md", ".markdown")
PDF_SUFFIX = ".pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file that is to be read as a document.

    Attributes:
        name: its path within the folder, with slashes.
        data: the file's bytes.
        start: where its text begins, in characters, after front matter.
    """

    name: str
    data: bytes = field(repr=False)
    title: str = ""
    tenants: Tenants = None
    start: int = 0

    @property
    def suffix(self) -> str:
        """The ending that says what kind of file it is."""
        return Path(self.name).suffix.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """The files of a folder, by name in order."""

    where: str
    sources: tuple[Source, ...]

    @property
    def fingerprint(self) -> str:
        """SHA-256, hexadecimal, of all that documents and permissions depend on; not of where the folder is."""
        digest = hashlib.sha256()
        for source in self.sources:
            tenants = "*" if source.tenants is None else "\0".join(sorted(source.tenants))
            for part in (source.name, source.title, tenants, str(source.start)):
                digest.update(f"{len(part)}:{part}".encode())
            digest.update(hashlib.sha256(source.data).digest())
        return digest.hexdigest()


def read_folder(path: Path | str) -> Folder:
    """The documents of a folder, unparsed.

    Raises:
        BadKnowledge: some of it cannot be trusted; with every mistake found.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise BadKnowledge(str(path), ["is no folder; name the one that the documents are in"])
    mistakes: list[str] = []
    about = _manifest(folder, mistakes)
    names = sorted(_names(folder, mistakes))
    if len(names) > MAX_DOCUMENTS:
        raise BadKnowledge(str(path), [f"{len(names)} documents are more than {MAX_DOCUMENTS}"])
    read = [_source(folder, name, about.get(name), mistakes) for name in names]
    mistakes += [f"{MANIFEST}: there is no document {name!r}" for name in about if name not in names]
    if not names:
        mistakes.append("holds no document: no .md, .txt or .pdf file")
    if mistakes:
        raise BadKnowledge(str(path), mistakes)
    return Folder(where=str(path), sources=tuple(source for source in read if source is not None))


def _manifest(folder: Path, mistakes: list[str]) -> dict[str, About]:
    path = folder / MANIFEST
    if not path.exists():
        return {}
    text = _text(_bytes(path, MANIFEST, MAX_MANIFEST_BYTES, mistakes), MANIFEST, mistakes)
    if text is None:
        return {}
    said = manifest(text)
    mistakes += [f"{MANIFEST}: {mistake}" for mistake in said.mistakes]
    return said.about


def _names(folder: Path, mistakes: list[str]) -> Iterator[str]:
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for file in sorted(files):
            path = Path(root) / file
            name = path.relative_to(folder).as_posix()
            if file.startswith(".") or name == MANIFEST:
                continue
            if path.suffix.lower() not in (*MARKDOWN_SUFFIXES, *TEXT_SUFFIXES, PDF_SUFFIX):
                mistakes.append(f"{name}: is no Markdown, text or PDF file; move it out of the folder")
            elif path.is_symlink() or not path.is_file():
                # A link could bring in any file of the machine, to be read out to callers.
                mistakes.append(f"{name}: is a link or no plain file; put the document itself here")
            else:
                yield name


def _source(folder: Path, name: str, about: About | None, mistakes: list[str]) -> Source | None:
    is_pdf = Path(name).suffix.lower() == PDF_SUFFIX
    data = _bytes(folder / name, name, MAX_PDF_BYTES if is_pdf else MAX_TEXT_BYTES, mistakes)
    if data is None:
        return None
    start = 0
    if not is_pdf:
        text = _text(data, name, mistakes)
        if text is None:
            return None
        head = front_matter(text)
        mistakes += [f"{name}: front matter: {mistake}" for mistake in head.mistakes]
        if head.about is not None and about is not None:
            mistakes.append(f"{name}: has front matter and stands in {MANIFEST}; keep one of the two")
        about, start = head.about or about, head.end
    about = about or About()
    return Source(name=name, data=data, title=about.title, tenants=about.tenants, start=start)


def _bytes(path: Path, name: str, limit: int, mistakes: list[str]) -> bytes | None:
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        mistakes.append(f"{name}: cannot be read: {error.strerror}")
        return None
    if len(data) > limit:
        mistakes.append(f"{name}: has more than {limit} bytes; split it")
        return None
    return data


def _text(data: bytes | None, name: str, mistakes: list[str]) -> str | None:
    if data is None:
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        mistakes.append(f"{name}: is not UTF-8: byte {error.start} cannot be read")
        return None
    if "\0" in text:
        mistakes.append(f"{name}: is no text: it has a byte of zero")
        return None
    return text
