"""A whole run as SQL, by the command line; it needs neither a server nor a driver."""

from __future__ import annotations

from tests.project import Project

EXPECTED = """\
-- Running upgrade -> a1, first
CREATE TABLE migrateops_version (
    version_num VARCHAR2(64 CHAR) NOT NULL,
    CONSTRAINT migrateops_version_pkc PRIMARY KEY (version_num)
)
/
CREATE TABLE t (
    flag SMALLINT
)
/
INSERT INTO migrateops_version (version_num) VALUES ('a1')
/
COMMIT
/
"""


def test_upgrade_and_downgrade(project: Project) -> None:
    project.configure(url="oracle+oracledb://user:secret@nowhere/database")
    project.revision(
        "a1",
        message="first",
        upgrade='op.create_table("t", sa.Column("flag", sa.Boolean))',
        downgrade='op.drop_table("t")',
    )
    lines = project.run("upgrade", "head", "--sql").stdout.splitlines()
    assert [line.rstrip() for line in lines if line] == EXPECTED.splitlines()
    back = project.run("downgrade", "a1:base", "--sql").stdout
    assert back.splitlines()[-5:-1] == ["/", "", "COMMIT", "/"]


def test_what_the_script_may_do_in_the_middle(project: Project) -> None:
    project.configure(url="oracle+oracledb://user:secret@nowhere/database")
    project.revision(
        "a1",
        upgrade="""
            with op.get_context().autocommit_block():
                op.execute("ALTER INDEX i REBUILD ONLINE")
        """,
    )
    text = project.run("upgrade", "head", "--sql").stdout
    assert text.count("COMMIT\n/") == 2
