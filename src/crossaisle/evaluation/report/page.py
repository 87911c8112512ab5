"""The page of a report: its sections, in the order in which a person asks."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from crossaisle.data.moments import as_text
from crossaisle.data.split import Split
from crossaisle.evaluation.protocol import Evaluation
from crossaisle.evaluation.report import sections
from crossaisle.evaluation.report.samples import sampled_slates
from crossaisle.evaluation.tasks import tasks_of
from crossaisle.words import Language, say


def page_of(
    measured: Evaluation, split: Split, facts: Mapping[str, Any], language: Language, min_purchases: int
) -> str:
    """The whole page: HTML that needs nothing from elsewhere."""
    tasks = list(dict.fromkeys(one.task for one in measured.figures))
    first = tasks[0]
    best = measured.best
    task = next(one for one in tasks_of(split, min_purchases) if one.name == first)
    slates = measured.slates[first, best]
    is_published = split.is_published
    environment = Environment(
        loader=PackageLoader("crossaisle.evaluation.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.jinja").render(
        language=language,
        say=lambda key, **named: say(key, language, **named),
        headline=sections.headline(measured, first, language),
        facts_of_data=_facts_of_data(split, facts, language),
        tasks=[sections.of_task(measured, name, language) for name in tasks],
        new_items=sections.of_new_items(measured.new_items, language) if measured.new_items else None,
        groups=[] if is_published else sections.of_groups(measured, first, best, language),
        flow=None
        if is_published or not split.train.n_categories
        else sections.of_flow(split, task.users, slates, best, language),
        samples=[] if is_published else sampled_slates(split, task, slates, int(facts.get("seed", 0))),
        time=None if is_published else sections.of_time(split, language),
        best=best,
        baseline=measured.baseline,
        is_published=is_published,
        definitions=sections.definitions(measured, language),
        version=version("crossaisle"),
        facts=facts,
    )


def _facts_of_data(split: Split, facts: Mapping[str, Any], language: Language) -> list[tuple[str, str]]:
    """What it was measured on: name and value."""
    train = split.train
    counts = {"users": train.n_users, "items": train.n_items, "events": len(train.events)}
    found = [(say(f"report.data.{name}", language), f"{count:,}") for name, count in counts.items()]
    if split.is_published:
        return found
    if made := facts.get("title_categories"):
        found.append((say("report.data.title_categories", language), f"{made:,}"))
    window = (as_text(split.cut), as_text(split.end - 1)[:10])
    return [*found, (say("report.data.window", language), " – ".join(window))]
