"""A whole run as SQL, by the command line; it needs neither a server nor a driver."""

from __future__ import annotations

from tests.project import Project

EXPECTED = """\
BEGIN TRANSACTION;
GO

-- Running upgrade -> a1, first

CREATE TABLE migrateops_version (
    version_num VARCHAR(64) NOT NULL,
    CONSTRAINT migrateops_version_pkc PRIMARY KEY (version_num)
);
GO

CREATE TABLE t (
    day DATE NULL
);
GO

INSERT INTO migrateops_version (version_num) VALUES ('a1');
GO

COMMIT;
GO
"""


def test_upgrade_and_downgrade(project: Project) -> None:
    project.configure(url="mssql+pyodbc://user:secret@nowhere/database")
    project.revision(
        "a1",
        message="first",
        upgrade='op.create_table("t", sa.Column("day", sa.Date))',
        downgrade='op.drop_table("t", if_exists=True)',
    )
    lines = project.run("upgrade", "head", "--sql").stdout.splitlines()
    assert [line.rstrip() for line in lines if line] == [line for line in EXPECTED.splitlines() if line]
    back = project.run("downgrade", "a1:base", "--sql").stdout
    assert "DROP TABLE IF EXISTS t;\nGO\n\nDELETE FROM migrateops_version" in back
