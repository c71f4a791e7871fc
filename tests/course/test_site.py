"""The course as static pages: what is on them, where their links lead, where they may be put."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from fercourse.content import checkout, content_path
from fercourse.course.run import Outcome
from fercourse.course.settings import read_settings
from fercourse.course.site.assembling import impersonal, site_files
from fercourse.course.site.markdown import Places, SiteRenderer, slug, terms_of, to_html
from fercourse.course.site.notebooks import aims
from fercourse.course.site.publishing import publish, require_free
from fercourse.course.site.reference import modules, reference
from fercourse.errors import CourseError
from tests.course.pages import faults

SETTINGS = read_settings()
MODULES = ["fercourse", "fercourse.emotions", "fercourse.errors"]
INTRODUCTION = """# 00 · Start here

**Afterwards you can**

- predict, and
  run;
- doubt `fit`.

**You need** nothing but *base rates, Cohen's kappa* and *patience*: see `docs/glossary.md`."""
PICTURE = '<img alt="Two bars." src="data:image/png;base64,iVBORw0KGgo=">'
TABLE = "<table><tr><th>faces</th></tr><tr><td>7</td></tr></table>"


def executed() -> list[Outcome]:
    """Return the first two notebooks, as if they had been executed."""
    shown = [new_output("display_data", {"text/html": html}) for html in (PICTURE, TABLE)]
    shown.append(new_output("stream", text=f"read from {checkout()}/notebooks"))
    shown.append(new_output("stream", name="stderr", text="I0000 no GPU"))
    cells = [
        new_markdown_cell(INTRODUCTION),
        *(new_markdown_cell(f"## {text}") for text in ("Draw", "Draw", "Why?")),
        new_code_cell("draw()", outputs=shown),
    ]
    return [
        Outcome(notebook, 1.0, new_notebook(cells=cells), {}, [])
        for notebook in SETTINGS.choose(["00", "01"])
    ]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site with two notebooks, all documents and three modules."""
    folder = tmp_path_factory.mktemp("published") / "site"
    publish(site_files(executed(), SETTINGS, checkout(), MODULES), folder)
    return folder


def text(folder: Path, page: str) -> str:
    return (folder / page).read_text("utf-8")


def test_links_lead_somewhere_images_are_described_and_headings_nest(site):
    assert faults(site) == []


def test_index_tells_order_minutes_and_aims(site):
    index = text(site, "index.html")
    first, second = (
        index.index(f'<a href="notebooks/{name}.html">')
        for name in ("00_start_here", "01_meet_the_faces")
    )
    assert first < second
    assert "45 minutes, and 40 for the exercises" in index
    assert "<li>doubt <code>fit</code>.</li>" in index
    assert "You need" not in index


@pytest.mark.parametrize("notebook", SETTINGS.notebooks.values(), ids=lambda one: one.number)
def test_every_notebook_of_the_course_tells_its_aims(notebook):
    key = nbformat.read(content_path("notebooks", "solutions", f"{notebook.stem}.ipynb"), 4)
    assert aims(Outcome(notebook, 1.0, key, {}, [])).count("\n- ") >= 3


def test_notebook_shows_its_figures_and_leads_to_its_neighbours(site):
    page = text(site, "notebooks/00_start_here.html")
    assert 'alt="Two bars."' in page
    assert 'Next: <a href="01_meet_the_faces.html">01 · Meet the faces</a>' in page
    assert "Before" not in page
    assert "no GPU" not in page


def test_wide_tables_can_be_scrolled_by_keyboard(site):
    page = text(site, "notebooks/00_start_here.html")
    assert '<div aria-label="Table" class="scroll" role="group" tabindex="0">' in page
    assert 'class="scroll" tabindex="0"' in text(site, "docs/results.html")


def test_terms_of_the_glossary_and_names_of_documents_become_links(site):
    page = text(site, "notebooks/00_start_here.html")
    assert '<a href="../docs/glossary.html#base-rate">base rates</a>, ' in page
    assert '<a href="../docs/glossary.html#cohens-kappa">Cohen\'s kappa</a>' in page
    assert "<em>patience</em>" in page
    assert '<a href="../docs/glossary.html"><code>docs/glossary.md</code></a>' in page


def test_the_glossary_leads_to_the_notebooks_that_are_there(site):
    page = text(site, "docs/glossary.html")
    assert '<p id="action-unit-au"><strong>Action unit (AU)</strong>' in page
    assert '[<a href="../notebooks/00_start_here.html">00</a>, ' in page
    assert "[02]" in page


def test_pages_name_no_folder_of_the_machine(site):
    assert "read from fercourse/notebooks" in text(site, "notebooks/00_start_here.html")
    assert not [path for path in site.rglob("*.html") if str(checkout()) in path.read_text("utf-8")]


def test_pictures_keep_their_data_where_folders_are_renamed(monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: Path("/ann"))
    assert impersonal("in /ann/work and a+/ann/", Path("/course")) == "in ~/work and a+/ann/"
    monkeypatch.setattr(Path, "home", lambda: Path("/"))
    assert impersonal("in /ann", Path("/course")) == "in /ann"


def test_reference_tells_what_a_package_imports_when_it_is_first_used(site):
    page = text(site, "reference/fercourse.html")
    assert '<h2 id="load">load</h2>' in page
    assert '<a href="fercourse/emotions.html">fercourse.emotions</a>' in page
    assert '<p class="label">Parameters</p>' in page


def test_link_to_what_is_not_on_the_site_is_one_clear_sentence():
    renderer = SiteRenderer(Places({}, {}, {}), "docs/new.md", "docs/new.html")
    with pytest.raises(CourseError, match=r"docs/new.md links ../LICENSE, which has no page"):
        to_html("See the [license](../LICENSE).", renderer)


def test_links_between_documents_and_to_other_sites():
    places = Places({"datasets/README.md": "datasets/index.html"}, {}, {})
    renderer = SiteRenderer(places, "docs/new.md", "docs/new.html")
    page = to_html("[a](../datasets/README.md#the-classes) [b](https://b.org) [c](#c)", renderer)
    assert 'href="../datasets/index.html#the-classes"' in page
    assert 'href="https://b.org"' in page
    assert 'href="#c"' in page


def test_anchors_are_those_of_github():
    assert slug("Which number, when") == "which-number-when"
    assert slug("What a `card` says: 1-2") == "what-a-card-says-1-2"
    assert terms_of("**Action unit (AU)**: the", "g.html") == {
        "action unit": "g.html#action-unit-au"
    }


def test_earlier_site_is_replaced_as_a_whole(tmp_path):
    publish({"index.html": b"1", "old/page.html": b"1"}, tmp_path / "site")
    publish({"index.html": b"2"}, tmp_path / "site")
    assert (tmp_path / "site" / "index.html").read_bytes() == b"2"
    assert not (tmp_path / "site" / "old").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize("name", ["mine.txt", ".git/config", "docs/mine.html"])
def test_folder_with_other_things_is_left_alone(tmp_path, name):
    publish({"docs/a.html": b"1"}, tmp_path)
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("mine")
    with pytest.raises(CourseError, match=f"holds {name}, which is not of an earlier site"):
        publish({"docs/a.html": b"2"}, tmp_path)
    assert (tmp_path / name).read_text() == "mine"
    assert (tmp_path / "docs" / "a.html").read_bytes() == b"1"


def test_file_in_the_place_of_the_folder_is_one_clear_sentence(tmp_path):
    (tmp_path / "site").touch()
    with pytest.raises(CourseError, match="is a file"):
        publish({}, tmp_path / "site")


def test_links_that_lead_in_a_circle_are_refused_before_any_notebook_runs(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(CourseError, match="cannot be written to"):
        require_free(tmp_path / "loop")


def test_full_disk_leaves_the_earlier_site_and_nothing_half_written(tmp_path, monkeypatch):
    publish({"index.html": b"1"}, tmp_path / "site")
    real = Path.write_bytes

    def full(path, content):
        if path.name == "b.html":
            raise OSError(28, "No space left on device")
        return real(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(CourseError, match="No space left on device"):
        publish({"index.html": b"2", "b.html": b"2"}, tmp_path / "site")
    assert (tmp_path / "site" / "index.html").read_bytes() == b"1"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


@pytest.mark.slow
def test_reference_of_the_whole_package_has_no_fault(tmp_path):
    names = modules()
    pages = reference(names)
    assert "reference/fercourse/classifier/keras.html" in pages
    assert not [page for page in pages if "/cli/" in page or "/lessons" in page]
    publish(site_files([], SETTINGS, checkout(), names), tmp_path / "site")
    assert faults(tmp_path / "site") == []


def test_a_folder_that_cannot_be_put_in_place_leaves_the_earlier_site(tmp_path, monkeypatch):
    folder = tmp_path / "site"
    publish({"index.html": b"earlier"}, folder)
    rename = Path.rename

    def refuse(self, target):
        if self.name == "fresh":
            raise PermissionError(13, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(CourseError, match="Permission denied"):
        publish({"index.html": b"later"}, folder)
    assert (folder / "index.html").read_bytes() == b"earlier"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
