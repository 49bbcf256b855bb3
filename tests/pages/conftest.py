"""A sample report, reports made harder from it, and a browser to look at them with."""

import copy
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hostile_texts import HOSTILE
from piped_browser import Browser

SAMPLE = Path(__file__).parent / "data" / "sample_report.json"


@pytest.fixture
def sample() -> dict[str, Any]:
    """The sample report; a fresh copy for each test."""
    return json.loads(SAMPLE.read_text("utf-8"))


@pytest.fixture
def enlarged(sample: dict[str, Any]) -> Callable[..., dict[str, Any]]:
    """Return the sample with this many findings, and this text in every free field."""

    def make(findings: int, text: str | None = None) -> dict[str, Any]:
        report = copy.deepcopy(sample)
        kinds = report["findings"]
        report["findings"] = [
            copy.deepcopy(kinds[at % len(kinds)]) | {"id": f"F{at:08x}"} for at in range(findings)
        ]
        if text is None:
            return report
        report |= {
            "title": text,
            "author": text,
            "verify": text,
            "family": text,
            "notes": [text] * 9,
        }
        report["evidence"] |= {"disputes": [text] * 9, "level_words": text, "about": text}
        asked = {"audit": "x", "question": text, "needs": text, "how": text}
        report["not_asked"] = [asked] * 9
        for finding in report["findings"]:
            finding |= {"claim": text, "question": text, "severity": text, "confidence": text}
            finding |= {"unit": text, "limits": [text], "method": text, "law": [text, text]}
        return report

    return make


@pytest.fixture
def hostile(sample: dict[str, Any]) -> dict[str, Any]:
    """The sample with texts that try to be markup, mathematics, or to turn the line around."""
    script, image, maths, *rest = HOSTILE
    sample |= {"title": image, "author": script, "notes": list(HOSTILE), "verify": script}
    sample["roles"]["groups"] = [script, maths]
    sample["groupings"] = [[script], list(HOSTILE)]
    sample["provenance"]["versions"] = {script: image}
    for finding in sample["findings"]:
        table = finding["table"]
        table["columns"] = [script, *table["columns"][1:]]
        table["rows"] = [
            [HOSTILE[at % len(HOSTILE)], *row[1:]] for at, row in enumerate(table["rows"])
        ]
        finding |= {"claim": f"{script} {maths} {rest[1]}", "group": maths, "reference": image}
        finding |= {"question": script, "law": [image], "severity": script, "unit": finding["unit"]}
    return sample


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser for the whole session; tests skip where there is none."""
    program = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if program is None:
        pytest.skip("no chromium on this computer, so the page cannot be looked at")
    running = Browser(program, tmp_path_factory.mktemp("profile"))
    yield running
    running.close()
