"""Every error class has a code of its own, its words, and a line on the reference page."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from migrateops.errors.base import MigrateOpsError
from tests.structure.tree import CORE, ROOT, sources

PAGE = ROOT / "docs" / "reference" / "errors.md"
FAMILIES = {
    "1": "Configuration",
    "2": "Revisions and scripts",
    "3": "Operations",
    "4": "Database",
    "5": "Plugins",
}


def error_classes() -> list[type[MigrateOpsError]]:
    """Return the classes defined under ``errors/``, by code, less those that only stand for a family."""
    for path in sources(CORE / "errors", "*.py"):
        __import__(".".join(["migrateops", *path.relative_to(CORE).with_suffix("").parts]))

    def below(cls: type[MigrateOpsError]) -> Iterator[type[MigrateOpsError]]:
        for sub in cls.__subclasses__():
            yield sub
            yield from below(sub)

    found = {cls for cls in below(MigrateOpsError) if cls.__module__.startswith("migrateops.")}
    families = {cls for cls in found if cls.__subclasses__() and cls.message is MigrateOpsError.message}
    return sorted(found - families, key=lambda cls: (cls.code, cls.__name__))


def summary_of(cls: type[MigrateOpsError]) -> str:
    """Return the first paragraph of the docstring, on one line, as the cell of a table."""
    return " ".join((cls.__doc__ or "").strip().partition("\n\n")[0].split()).replace("|", "\\|")


def page() -> str:
    lines = [
        "# Errors",
        "",
        "<!-- Written by `python3 dev.py test tests/structure/test_errors.py --update`. -->",
        "",
        "Every error has a code that does not change. A program gets the error as a class from",
        "`migrateops.errors` with the values as fields; the command line prints",
        "`error[CODE]: what is wrong`, where it happened, and one thing to do.",
    ]
    for digit, title in FAMILIES.items():
        classes = [cls for cls in error_classes() if cls.code[2] == digit]
        lines += ["", f"## {title}", "", "| code | class | meaning |", "|---|---|---|"]
        lines += [f"| {cls.code} | `{cls.__name__}` | {summary_of(cls)} |" for cls in classes]
    return "\n".join(lines) + "\n"


def test_codes_are_unique_and_of_a_family() -> None:
    codes = [cls.code for cls in error_classes()]
    assert len(codes) > 1
    assert sorted({code for code in codes if codes.count(code) > 1}) == []
    assert [code for code in codes if not re.fullmatch(r"MO[1-5]\d\d", code)] == []


@pytest.mark.parametrize("cls", error_classes(), ids=lambda cls: cls.__name__)
def test_an_error_has_its_own_words(cls: type[MigrateOpsError]) -> None:
    assert cls.message is not MigrateOpsError.message
    assert not summary_of(cls).startswith(f"{cls.__name__}("), "its docstring is the dataclass's default"
    assert summary_of(cls)


def test_the_reference_page_lists_them(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update"):
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page(), "run the test with --update"
