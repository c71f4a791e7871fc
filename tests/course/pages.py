"""What a page of the site holds, read as a browser would read it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path


@dataclass
class Seen:
    """The anchors, links, loaded files, alternative texts and headings of a page."""

    anchors: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    alts: list[str | None] = field(default_factory=list)
    levels: list[int] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = Seen()

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if "id" in attributes:
            self.seen.anchors.append(attributes["id"])
        if tag == "a" and "href" in attributes:
            self.seen.links.append(attributes["href"])
        if tag in ("img", "script", "iframe") and "src" in attributes:
            self.seen.loaded.append(attributes["src"])
        if tag == "link":
            self.seen.loaded.append(attributes["href"])
        if tag == "img":
            self.seen.alts.append(attributes.get("alt"))
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.seen.levels.append(int(tag[1]))


def read_pages(folder: Path) -> dict[Path, Seen]:
    """Return what is on each page of a site."""
    pages = {}
    for path in sorted(folder.rglob("*.html")):
        reader = _Reader()
        reader.feed(path.read_text("utf-8"))
        pages[path] = reader.seen
    return pages


def faults(folder: Path) -> list[str]:
    """Return a sentence for whatever keeps a reader of a site from something that is on it."""
    pages = read_pages(folder)
    return [f"{path.relative_to(folder)}: {fault}" for path in pages for fault in _on(path, pages)]


def _on(path: Path, pages: dict[Path, Seen]) -> list[str]:
    seen = pages[path]
    found = [f"{link} leads nowhere" for link in seen.links if not _leads(link, path, pages)]
    found += [
        f"{source[:60]} is not on the site"
        for source in seen.loaded
        if not source.startswith("data:") and not (path.parent / source).is_file()
    ]
    found += [
        f"an image has the alt text {alt!r}"
        for alt in seen.alts
        if not alt or alt.startswith("No description")  # nbconvert's own words where there are none
    ]
    found += [f"two anchors {one}" for one in set(seen.anchors) if seen.anchors.count(one) > 1]
    steps = zip([0, *seen.levels], seen.levels, strict=False)
    if seen.levels.count(1) != 1 or any(level > before + 1 for before, level in steps):
        found.append(f"headings do not nest: {seen.levels}")
    return found


def _leads(link: str, path: Path, pages: dict[Path, Seen]) -> bool:
    if link.startswith("https://"):
        return True
    address, _, anchor = link.partition("#")
    target = (path.parent / address).resolve() if address else path
    return target in pages and (not anchor or anchor in pages[target].anchors)
