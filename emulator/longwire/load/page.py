"""A load as one page of HTML that needs nothing else: the table, and three curves over its time."""

import html
from collections.abc import Callable, Sequence
from importlib.resources import files

from longwire import __version__
from longwire.load.result import Limit, Result, ms
from longwire.load.screen import HEAD, rows_of
from longwire.load.tally import Tally

__all__ = ["page"]

WIDTH, HEIGHT, LEFT, BOTTOM = 720, 180, 56, 22
Line = tuple[str, str, Callable[[Tally], float]]  # name, class, value of a second


def page(result: Result, limits: Sequence[Limit], made_at: str) -> str:
    template = files("longwire.load").joinpath("page.html").read_text(encoding="utf-8")
    parts = {
        "url": result.url,
        "facts": f"{result.scenario.connections:,} connections at the peak, {result.scenario.seconds:g} s, {made_at}",
        "version": __version__,
    }
    safe = {name: html.escape(value) for name, value in parts.items()}
    for name, value in (
        safe | {"table": table(result), "verdicts": verdicts(result, limits), "charts": charts(result)}
    ).items():
        template = template.replace(f"<!--{name}-->", value)
    return template


def table(result: Result) -> str:
    head = "".join(f"<th>{html.escape(name)}</th>" for name in HEAD)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(each)}</td>" for each in cells) + "</tr>" for cells in rows_of(result)
    )
    return f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"


def verdicts(result: Result, limits: Sequence[Limit]) -> str:
    figures, items = result.figures(), list[str]()
    for limit in limits:
        mark = ("failed", "bad") if limit.is_hit(figures) else ("held", "good")
        told = html.escape(f"{limit.text}: {limit.figure} is {figures[limit.figure]:,g}")
        items.append(f'<li><b class="{mark[1]}">{mark[0]}</b> {told}</li>')
    causes = [("refused", result.total.refused), ("closed", result.total.closed)]
    items += [
        f'<li><b class="bad">{what}</b> {html.escape(f"{count:,} times {name}")}</li>'
        for what, counter in causes
        for name, count in counter.most_common()
    ]
    return f"<ul>{''.join(items)}</ul>" if items else ""


def charts(result: Result) -> str:
    latency: list[Line] = [
        (name, style, latency_of(share))
        for name, style, share in (("p50", "a", 0.5), ("p99", "b", 0.99), ("max", "c", 1.0))
    ]
    return "".join(
        (
            chart("Latency of answers, ms", result, latency),
            chart("Messages a second", result, [("sent", "a", lambda tally: tally.sent.total()),
                                                ("received", "b", lambda tally: tally.counts["messages_in"])]),
            chart("Connections", result, [("open", "a", lambda tally: tally.open),
                                          ("refused and cut", "c", lambda tally: tally.errors)]),
        )
    )  # fmt: skip


def latency_of(share: float) -> Callable[[Tally], float]:
    return lambda tally: ms(tally.latency.quantile(share))


def chart(title: str, result: Result, lines: Sequence[Line]) -> str:
    seconds = list(result.seconds)
    values = {name: [value(tally) for tally in seconds] for name, _, value in lines}
    top = nice(max((max(found, default=0) for found in values.values()), default=0))
    across, down = WIDTH - LEFT - 8, HEIGHT - BOTTOM - 8
    step = across / max(1, len(seconds) - 1)
    drawn = "".join(
        f'<polyline class="{style}" points="{" ".join(points(values[name], top, step, down))}"/>'
        for name, style, _ in lines
    )
    legend = " ".join(f'<span class="{style}">{html.escape(name)}</span>' for name, style, _ in lines)
    label = html.escape(
        f"{title}: " + ", ".join(f"{name} at most {max(found, default=0):,g}" for name, found in values.items())
    )
    axes = "".join(axis(value, y) for value, y in ((top, 8), (top / 2, 8 + down / 2), (0, 8 + down)))
    times = "".join(
        f'<text class="time" x="{LEFT + step * second:.1f}" y="{HEIGHT - 4}">{second} s</text>'
        for second in range(0, len(seconds), max(1, len(seconds) // 6))
    )
    return (
        f"<figure><figcaption>{html.escape(title)} {legend}</figcaption>"
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{axes}{times}{drawn}</svg></figure>'
    )


def points(values: Sequence[float], top: float, step: float, down: float) -> list[str]:
    return [f"{LEFT + step * number:.1f},{8 + down * (1 - value / top):.1f}" for number, value in enumerate(values)]


def axis(value: float, y: float) -> str:
    line = f'<line x1="{LEFT}" x2="{WIDTH - 8}" y1="{y:.1f}" y2="{y:.1f}"/>'
    return f'{line}<text x="{LEFT - 6}" y="{y + 4:.1f}">{value:,g}</text>'


def nice(most: float) -> float:
    """1, 2 or 5 times a power of ten, at least ``most``."""
    size = 10.0 ** (len(f"{most:.0f}") - 1) if most >= 1 else 1.0
    return next(size * factor for factor in (1, 2, 5, 10) if size * factor >= most)
