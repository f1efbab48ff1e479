"""What is said of urls that SQLAlchemy does not take, and of models that are none."""

from __future__ import annotations

import pytest
from sqlalchemy import make_url

from migrateops.errors.runtime import MissingDriver
from migrateops.runtime.wrong_url import unusable
from tests.project import Project


@pytest.mark.parametrize(
    ("url", "problem", "advice"),
    [
        ("sqllite:///x.db", "SQLAlchemy knows no dialect 'sqllite'", "perhaps sqlite:// is meant"),
        ("postgres://h/x", "SQLAlchemy knows no dialect 'postgres'", "perhaps postgresql:// is meant"),
        (
            "nonsense://h/x",
            "SQLAlchemy knows no dialect 'nonsense'",
            "install the distribution that has the dialect 'nonsense', or correct the url",
        ),
        (
            "postgresql+nix://h/x",
            "SQLAlchemy knows no driver 'nix' for postgresql",
            "correct the driver, or leave '+nix' out for the usual one",
        ),
        (
            "mysql+mysqldb://h/x",
            "No module named 'MySQLdb'",
            "install it, or name the driver that is installed: mysql+pymysql://",
        ),
        ("sqlite://x.db", "Invalid SQLite URL: sqlite://x.db", "forms are: sqlite:///:memory: (or, sq"),
        ("x.db", "it is not a database url", "write it as dialect+driver://user:password@host"),
        ("mysql://h:port/x", "it is not a database url", "write it as dialect+driver://user:password@host"),
    ],
)
@pytest.mark.parametrize("words", [("upgrade",), ("current",)], ids=" ".join)
def test_what_is_wrong_with_a_url(
    project: Project, url: str, problem: str, advice: str, words: tuple[str, ...]
) -> None:
    # It is there, and is not what the url names.
    project.write("x.db", "")
    project.revision("aa1")
    project.configure(url=url)
    found = project.run(*words, check=False)
    assert found.returncode == 1
    said, hint = found.stderr.splitlines()
    assert said.startswith("error[MO451]: cannot use ")
    assert problem in said
    assert hint.startswith("  hint: ")
    assert advice in hint


@pytest.mark.parametrize("error", [ImportError(), ValueError("")])
def test_an_error_that_says_nothing_is_named(error: Exception) -> None:
    assert unusable(make_url("sqlite://"), error).problem == type(error).__name__


def test_a_file_in_the_place_of_a_host_is_not_read(project: Project) -> None:
    """It was, by what asks the driver alone, and by nothing else."""
    project.configure(url="sqlite:///x.db")
    project.revision("aa1")
    project.run("upgrade")
    project.configure(url="sqlite://x.db")
    assert "error[MO451]" in project.run("current", check=False).stderr


@pytest.mark.parametrize(
    ("models", "given", "advice"),
    [
        ("os:path", "a module", 'the MetaData of your models, as in models = "shop.models:Base.metadata"'),
        (
            "sqlalchemy.orm:DeclarativeBase",
            "sqlalchemy.orm.decl_api",
            "name the MetaData of your models",
        ),
        ("models_of_a_url:Base", "sqlalchemy.orm.decl_api", 'models = "models_of_a_url:Base.metadata"'),
    ],
)
def test_models_that_are_none(project: Project, models: str, given: str, advice: str) -> None:
    project.write(
        "models_of_a_url.py",
        "from sqlalchemy.orm import DeclarativeBase\n\nclass Base(DeclarativeBase):\n    pass\n",
    )
    project.configure(models=models, prepend_sys_path=["."])
    said, hint = project.run("check", check=False).stderr.splitlines()
    assert said.startswith(f"error[MO454]: models: {models!r} is {given}")
    assert advice in hint


def test_it_is_said_offline_too(project: Project) -> None:
    project.revision("aa1")
    project.configure(url="postgres://h/x")
    assert "perhaps postgresql:// is meant" in project.run("upgrade", "--sql", check=False).stderr


def test_a_url_is_not_repeated_where_it_is_none(project: Project) -> None:
    project.configure(url="mysql://u:s3cret@h:port/x")
    found = project.run("upgrade", check=False)
    assert "s3cret" not in found.stderr


def test_a_driver_of_which_none_is_installed_is_an_extra_of_ours() -> None:
    from sqlalchemy import make_url

    from migrateops.runtime.wrong_url import unusable

    found = unusable(make_url("oracle+cx_oracle://h/x"), ModuleNotFoundError("No module named 'cx_Oracle'"))
    assert isinstance(found, MissingDriver)
    assert 'pip install "migrateops[oracle]"' in found.hint()
