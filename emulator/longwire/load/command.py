"""``longwire load`` on the command line."""

import json
import sys
from datetime import datetime
from pathlib import Path

import click

from longwire.errors import UsageError
from longwire.load.result import Limit, Result
from longwire.load.run import is_loopback, run_load
from longwire.load.scenario import Scenario
from longwire.load.scenario_file import read_scenario
from longwire.load.screen import progress_line, summary
from longwire.load.tally import Tally

__all__ = ["LoadCommand"]


class LoadCommand:
    """``run`` blocks until the load is over, and returns the exit code: 1 when a limit was hit or nobody got in."""

    def __init__(self, url: str, file: Path, fail_if: tuple[str, ...], *, remote: bool) -> None:
        self.url = url
        self.file = file
        try:
            self.limits = [Limit(text) for text in fail_if]
        except UsageError as exc:
            raise click.UsageError(f"--fail-if {exc}") from exc
        if not remote and not is_loopback(url):
            raise click.UsageError(
                f"{url} is not on this machine. A load there costs money and may hurt others: --remote says that you "
                "mean it. `longwire cost` tells what it costs on AWS."
            )
        self.scenario: Scenario = read_scenario(file)

    def run(self, *, seed: int, processes: int | None, as_json: bool, page: Path | None) -> int:
        if page is not None and not page.parent.is_dir():
            raise UsageError(f"{page} cannot be written: there is no folder {page.parent}")
        try:
            result = run_load(
                self.scenario, self.url, self.file, seed=seed, processes=processes, progress=self.progress
            )
        except KeyboardInterrupt:
            click.echo("\nlongwire: ended before its time; nothing is reported", err=True)
            return 130
        if sys.stderr.isatty():
            click.echo("\r\x1b[K", nl=False, err=True)
        if page is not None:
            self.write_page(page, result)
        click.echo(json.dumps(result.as_json(), indent=2) if as_json else summary(result, self.limits))
        return self.verdict(result)

    def verdict(self, result: Result) -> int:
        figures = result.figures()
        if not figures["connects"]:
            causes = ", ".join(f"{count} times {cause}" for cause, count in result.total.refused.most_common(3))
            raise UsageError(f"nobody could connect to {self.url}: {causes or 'no try was answered'}")
        hit = [limit.text for limit in self.limits if limit.is_hit(figures)]
        if hit:
            click.echo(f"longwire: over the limit: {', '.join(hit)}", err=True)
        return 1 if hit else 0

    def progress(self, second: int, tally: Tally) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r\x1b[K{progress_line(self.scenario, second, tally)}", nl=False, err=True)

    def write_page(self, file: Path, result: Result) -> None:
        from longwire.load.page import page

        made_at = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z")
        try:
            file.write_text(page(result, self.limits, made_at), encoding="utf-8")
        except OSError as exc:
            raise UsageError(f"{file} cannot be written: {exc.strerror}") from exc
