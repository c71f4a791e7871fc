"""The documents that stand beside the code say what the code says."""

import re
import tomllib
from importlib.util import find_spec

import pytest

from fercourse import __version__
from fercourse.cli import results_page
from fercourse.content import checkout
from fercourse.datasets.entries import registry

TOP = checkout()


def glossary() -> list[str]:
    text = (TOP / "docs" / "glossary.md").read_text("utf-8")
    return re.findall(r"^\*\*([^*]+)\*\*", text, re.MULTILINE)


@pytest.mark.parametrize("name", registry())
def test_every_data_set_has_a_card_that_the_overview_links(name):
    card = TOP / "datasets" / f"{name}.md"
    assert card.read_text("utf-8").startswith(f"# {name}")
    assert f"({name}.md)" in (TOP / "datasets" / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", registry())
def test_every_data_set_names_a_reader_that_exists(name):
    assert find_spec(f"fercourse.datasets.{registry()[name].reader}") is not None


@pytest.mark.parametrize("name", [name for name in registry() if name != "builtin"])
def test_every_card_shows_how_its_data_set_is_imported(name):
    card = (TOP / "datasets" / f"{name}.md").read_text("utf-8")
    assert f"fercourse data import {name} " in card


def test_the_glossary_is_in_alphabetical_order_and_names_nothing_twice():
    terms = [re.sub(r"[^a-z]", "", term.lower()) for term in glossary()]
    assert len(terms) > 40
    assert terms == sorted(set(terms))


def test_the_citation_names_the_version_of_the_package():
    citation = (TOP / "CITATION.cff").read_text("utf-8")
    assert f"version: {__version__}\n" in citation


def test_the_tables_of_results_are_those_that_the_measurements_give():
    for path, tables in results_page.tables_of(TOP / "benchmarks").items():
        for mark, table in tables.items():
            begin, end = f"<!-- results: {mark} -->\n", f"<!-- end of results: {mark} -->"
            assert begin + table + end in path.read_text("utf-8"), (
                "Run 'fercourse benchmark table'."
            )


def test_every_claim_that_a_row_names_is_told():
    rows, claims = (
        tomllib.loads((TOP / "benchmarks" / f"{name}.toml").read_text("utf-8"))
        for name in ("fer2013", "literature")
    )
    assert all(claim in claims for row in rows.values() for claim in row.get("claims", ()))
    assert all(
        set(claim) - {"epochs"} == {"claim", "source", "scored", "plausible"}
        for claim in claims.values()
    )
