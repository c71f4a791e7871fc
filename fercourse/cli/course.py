"""The commands around the notebooks: lab, run, build, doctor."""

import json
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from fercourse.errors import CourseError


def add_commands(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(lab)
    app.command()(run)
    app.command()(build)
    app.command()(doctor)


def lab(
    port: int = typer.Option(8888, min=1, max=65535, help="The port of the local server."),
    browser: bool = typer.Option(True, "--browser/--no-browser", help="Open a browser window."),
    arguments: list[str] = typer.Argument(None, help="For JupyterLab itself, after --."),
) -> None:
    """Copy the student notebooks and some pages into work/, where they are yours, and open JupyterLab."""
    from fercourse.content import content_path
    from fercourse.course.lab import PAGES, copy_files, open_lab
    from fercourse.course.machine import require_course
    from fercourse.course.settings import read_settings

    require_course()
    names = [f"{notebook.stem}.ipynb" for notebook in read_settings().notebooks.values()]
    work = Path("work")
    console = Console(soft_wrap=True, highlight=False)
    said = copy_files([content_path("notebooks", name) for name in names], work)
    said += copy_files([content_path("docs", name) for name in PAGES], work / "docs")
    said.append(f"Your notebooks are in {work.resolve()}. Stop JupyterLab with Ctrl+C.")
    for sentence in said:
        console.print(sentence, markup=False)
    options = [f"--ServerApp.port={port}", *([] if browser else ["--no-browser"])]
    raise typer.Exit(open_lab(work, names[0], [*options, *(arguments or [])]))


def run(
    only: list[str] = typer.Option([], "--only", help="These notebooks, such as 00 01."),
    more: list[str] = typer.Argument(None, metavar="[NUMBER]...", help="More for --only."),
    profile: str = typer.Option("quick", help="quick, class or full."),
    dataset: str = typer.Option(None, help="The data set; the built-in faces by default."),
    data: Path = typer.Option(None, help="The file or folder that holds the data set."),
    out: Path = typer.Option(Path("report"), help="The folder for the HTML report."),
    as_json: bool = typer.Option(False, "--json", help="Print the outcome as JSON."),
) -> None:
    """Execute the answer keys, compare what they record, and write a report."""
    from fercourse import datasets
    from fercourse.content import content_path
    from fercourse.course.machine import require_course

    require_course()
    from fercourse.course import run as runner
    from fercourse.course.report import prepare, write_report
    from fercourse.course.settings import data_choice, profile_name, read_settings

    notebooks = read_settings().choose([*only, *(more or [])])
    profile = profile_name(profile)
    choice = data_choice(dataset, data)
    task = runner.Task(profile, choice, content_path("notebooks"), runner.CELL_SECONDS[profile])
    prepare(out)
    # Faces are drawn or read here, once, where a progress bar and an error are seen at once.
    datasets.load(*choice)
    outcomes = run_all(notebooks, task)
    page = write_report(outcomes, task, out)
    if as_json:
        print(json.dumps(runner.as_json(outcomes, task), indent=1))
    else:
        show(outcomes, page)
    require_passed(outcomes)


def require_passed(outcomes) -> None:
    """Raise a sentence for each fault of the notebooks that ran."""
    failed = [f"{one.notebook.number}: {fault}" for one in outcomes for fault in one.faults]
    if failed:
        raise CourseError("\n".join(failed))


def run_all(notebooks, task) -> list:
    """Run notebooks one after the other, and show on standard error how far they are."""
    from fercourse.course.run import run_notebook

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    outcomes = []
    with Progress(*columns, console=Console(stderr=True)) as progress:
        for notebook in notebooks:
            bar = progress.add_task(f"{notebook.number} {notebook.title}")

            def starts(cell: int, cells: int, bar=bar) -> None:
                progress.update(bar, completed=cell, total=cells)

            outcome = run_notebook(notebook, task, starts)
            verdict = "[green]passed" if outcome.passed else "[red]failed"
            progress.update(
                bar,
                total=1,
                completed=1,
                description=f"{notebook.number} {notebook.title}: {verdict}",
            )
            outcomes.append(outcome)
    return outcomes


def show(outcomes, page: Path) -> None:
    """Print a table of the outcomes and say where the report is."""
    table = Table("Notebook", "Status", "Seconds", "Checks", "Results", box=None)
    for one in outcomes:
        table.add_row(
            f"{one.notebook.number} {one.notebook.title}",
            "[green]passed" if one.passed else "[red]failed",
            f"{one.seconds:.1f}",
            str(one.checks_passed),
            str(len(one.record.get("results", {}))),
        )
    console = Console(soft_wrap=True)
    console.print(table)
    console.print(f"Report: {page.resolve().as_uri()}", highlight=False)


def build(
    check: bool = typer.Option(False, "--check", help="Change nothing; say what is stale."),
) -> None:
    """Make the notebooks and their answer keys from notebooks/source."""
    from fercourse.content import checkout
    from fercourse.course import build as builder
    from fercourse.course.settings import read_settings

    if checkout() is None:
        raise CourseError("Notebooks are built in a checkout of the source, which this is not.")
    folder = checkout() / "notebooks"
    settings = read_settings()
    files, faults = builder.editions(folder, settings)
    faults += [f"{path.name}: no source makes it." for path in builder.orphans(folder, settings)]
    say = Console(soft_wrap=True, highlight=False).print
    if not settings.repository:
        say("No Colab badges are made: repository is empty in course.toml.")
    if check:
        faults += [
            f"{path.relative_to(folder)} is stale; run: fercourse build"
            for path in builder.stale(files)
        ]
    else:
        builder.write(files)
    if faults:
        raise CourseError("\n".join(faults))
    say(f"{len(files)} notebooks are up to date.")


def doctor(
    as_json: bool = typer.Option(False, "--json", help="Print the findings as JSON."),
) -> None:
    """Say what is installed, what is missing, and what to do."""
    from fercourse.course.doctor import can_run, examine

    findings = examine()
    if as_json:
        answer = {"can_run": can_run(findings), "findings": [f._asdict() for f in findings]}
        print(json.dumps(answer, indent=1))
    else:
        show_findings(findings)
        if can_run(findings):
            print("The course can run on this machine.")
    if not can_run(findings):
        raise CourseError("The course cannot run yet: mend what is marked as a fault.")


def show_findings(findings) -> None:
    """Print the findings as a table, with the advice below it."""
    colors = {"ok": "green", "note": "yellow", "fault": "red"}
    console = Console(soft_wrap=True)
    table = Table("State", "What", "Found", box=None)
    for one in findings:
        table.add_row(f"[{colors[one.state]}]{one.state}", one.what, Text(one.found))
    console.print(table)
    for one in findings:
        if one.advice:
            console.print(f"{one.what}: {one.advice}", markup=False, highlight=False)
