from pathlib import Path

import pytest

from agent.cognitive.knowledge.folder import MAX_TEXT_BYTES, Folder, read_folder
from agent.cognitive.knowledge.reading import chunks_of_folder
from agent.errors import BadKnowledge
from tests.agent.cognitive.knowledge.material import pdf


def mistakes(folder: Path) -> list[str]:
    with pytest.raises(BadKnowledge) as refused:
        chunks_of_folder(read_folder(folder))
    return list(refused.value.mistakes)


def written(folder: Path, **files: str | bytes) -> Path:
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def test_permissions_come_from_front_matter_or_from_the_manifest(tmp_path: Path) -> None:
    folder = read_folder(
        written(
            tmp_path,
            a_md="---\ntitle: Fees\ntenants: [north, south]\n---\n# A\n\nText.",
            sub__b_txt="Plain.",
            c_pdf=pdf([["Paper."]]),
            knowledge_yaml="schema: 1\ndocuments:\n  c.pdf: {tenants: [north]}\n  sub/b.txt: {title: Bees}\n",
        )
    )
    assert [(s.name, s.title, s.tenants) for s in folder.sources] == [
        ("a.md", "Fees", frozenset({"north", "south"})),
        ("c.pdf", "", frozenset({"north"})),
        ("sub/b.txt", "Bees", None),
    ]
    found = [(c.text, c.context, c.tenants) for c in chunks_of_folder(folder)]
    assert found[0] == ("Text.", "Fees\nA", frozenset({"north", "south"}))
    assert found[1:] == [("Paper.", "", frozenset({"north"})), ("Plain.", "Bees", None)]


def test_offsets_count_from_the_start_of_the_file(tmp_path: Path) -> None:
    text = "---\r\ntitle: T\r\n---\r\n# A\r\n\r\nHere.\rThere.\r\n"
    chunk = chunks_of_folder(read_folder(written(tmp_path, a_md=text)))[0]
    assert chunk.text == "Here. There."
    assert text[chunk.citation.offset :].startswith("Here.")


def test_every_mistake_of_a_folder_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "link.md").symlink_to("/etc/hostname")
    written(
        tmp_path,
        big_md=b"x" * (MAX_TEXT_BYTES + 1),
        bytes_txt=b"\xff\xfe",
        empty_md="   \n",
        nul_txt="a\0b",
        open_md="---\ntenants: [north]\n# no end",
        nobody_md="---\ntenants: []\n---\nText.",
        wrong_md="---\ntenant: [north]\ntenants: north\n---\nText.",
        bomb_md="---\ntitle: &a [x]\ntenants: *a\n---\nText.",
        both_md="---\ntitle: Both\n---\nText.",
        logo_png="png",
        broken_pdf=b"%PDF-1.4 nothing",
        knowledge_yaml="schema: 1\ndocuments:\n  both.md: {title: Both}\n  gone.md: {}\n",
    )
    assert mistakes(tmp_path) == [
        "link.md: is a link or no plain file; put the document itself here",
        "logo.png: is no Markdown, text or PDF file; move it out of the folder",
        f"big.md: has more than {MAX_TEXT_BYTES} bytes; split it",
        "bomb.md: front matter: line 1: anchors and aliases are not read here",
        "both.md: has front matter and stands in knowledge.yaml; keep one of the two",
        "bytes.txt: is not UTF-8: byte 0 cannot be read",
        "nobody.md: front matter: tenants: an empty list is nobody; leave the key out for everybody",
        "nul.txt: is no text: it has a byte of zero",
        "open.md: front matter: begins with --- and no other line of --- ends its front matter",
        "wrong.md: front matter: tenants: should be a valid list, not 'north'",
        "wrong.md: front matter: tenant: unknown key",
        "knowledge.yaml: there is no document 'gone.md'",
    ]


def test_documents_that_cannot_be_parsed_are_told_at_once(tmp_path: Path) -> None:
    told = mistakes(written(tmp_path, empty_md=" \n", broken_pdf=b"%PDF-1.4 nothing", fine_md="Fine."))
    assert [line.split(":")[0] for line in told] == ["broken.pdf", "empty.md"]


@pytest.mark.parametrize(
    "manifest",
    ["- a list", "schema: 2\n", "documents: {}\n", "schema: 1\ndocuments: {a.md: {tenants: ['']}}\n", "{"],
)
def test_a_manifest_that_cannot_be_read_lets_nothing_through(tmp_path: Path, manifest: str) -> None:
    told = mistakes(written(tmp_path, a_md="Text.", knowledge_yaml=manifest))
    assert told and all(line.startswith("knowledge.yaml: ") for line in told)


def test_a_folder_that_is_not_there_and_one_without_documents_are_refused(tmp_path: Path) -> None:
    assert mistakes(tmp_path / "none") == ["is no folder; name the one that the documents are in"]
    assert mistakes(tmp_path) == ["holds no document: no .md, .txt or .pdf file"]


def test_markdown_nested_without_end_is_read_or_refused(tmp_path: Path) -> None:
    written(tmp_path, deep_md="> " * 5_000 + "deep\n\n" + "[" * 5_000 + "\n\nEnd.")
    assert chunks_of_folder(read_folder(tmp_path))


def test_the_fingerprint_tells_text_name_title_and_permissions_apart(tmp_path: Path) -> None:
    def fingerprint(name: str, text: str) -> str:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        (folder / name).write_text(text)
        found: Folder = read_folder(folder)
        return found.fingerprint

    different = [
        ("a.md", "Text."),
        ("b.md", "Text."),
        ("a.md", "Text!"),
        ("a.md", "---\ntenants: [x]\n---\nText."),
        ("a.md", "---\ntitle: x\n---\nText."),
    ]
    prints = [fingerprint(*one) for one in different]
    assert len(set(prints)) == len(different)
    assert fingerprint("a.md", "Text.") == prints[0]
