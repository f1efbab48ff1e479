"""The definitions that MySQL writes, taken apart and put together; those of MariaDB are on the server."""

from __future__ import annotations

import pytest

from migrateops_mysql.definition import CreateTable, Definition, parse, renamed, without_backslashes

MYSQL = """CREATE TABLE `t` (
  `id` int unsigned NOT NULL AUTO_INCREMENT COMMENT 'key, (1)',
  `a` varchar(20) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'x, `y`',
  `d` datetime(3) DEFAULT (now() + interval 1 day),
  `ts` timestamp NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP COMMENT 't',
  `g` int GENERATED ALWAYS AS ((`id` + 1)) STORED NOT NULL COMMENT 'g',
  `v` varchar(9) COLLATE utf8mb4_bin GENERATED ALWAYS AS (concat(_utf8mb4'a,',`a`)) VIRTUAL,
  `h` int DEFAULT '3' /*!80023 INVISIBLE */,
  `p` point NOT NULL /*!80003 SRID 4326 */,
  `e` enum('a','b''c',')') DEFAULT NULL,
  `j` json DEFAULT (json_array()),
  `s` int /*!50606 STORAGE DISK */ /*!50606 COLUMN_FORMAT DYNAMIC */ DEFAULT NULL,
  `body` text COLLATE utf8mb4_bin,
  PRIMARY KEY (`id`),
  KEY `a` (`a`(5)),
  CONSTRAINT `c` CHECK ((`id` > 0))
) ENGINE=InnoDB AUTO_INCREMENT=5 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci"""
TABLE = CreateTable.read(MYSQL)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("id", "int unsigned NOT NULL AUTO_INCREMENT COMMENT 'key, (1)'"),
        ("A", "varchar(20) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'x, `y`'"),
        ("d", "datetime(3) NULL DEFAULT (now() + interval 1 day)"),
        ("ts", "timestamp NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP COMMENT 't'"),
        ("g", "int GENERATED ALWAYS AS ((`id` + 1)) STORED NOT NULL COMMENT 'g'"),
        (
            "v",
            "varchar(9) COLLATE utf8mb4_bin GENERATED ALWAYS AS (concat(_utf8mb4'a,',`a`)) VIRTUAL",
        ),
        ("h", "int NULL /*!80023 INVISIBLE */ DEFAULT '3'"),
        ("p", "point NOT NULL /*!80003 SRID 4326 */"),
        ("e", "enum('a','b''c',')') NULL DEFAULT NULL"),
        ("j", "json NULL DEFAULT (json_array())"),
        ("s", "int NULL /*!50606 STORAGE DISK */ /*!50606 COLUMN_FORMAT DYNAMIC */ DEFAULT NULL"),
        ("body", "text COLLATE utf8mb4_bin NULL"),
    ],
)
def test_columns_of_mysql(name: str, text: str) -> None:
    found = TABLE.column(name)
    assert found is not None
    assert found.text() == text


def test_what_is_no_column() -> None:
    assert TABLE.column("c") is None
    assert TABLE.column("PRIMARY") is None
    assert TABLE.has_named_check("C")
    assert not TABLE.has_named_check("a")
    assert TABLE.has_in_primary_key("ID")
    assert not TABLE.has_in_primary_key("a")


def test_parts() -> None:
    assert parse("double precision unsigned NULL DEFAULT -1.5 ON UPDATE now(3)") == Definition(
        "double precision unsigned", default="-1.5", on_update="now(3)"
    )
    assert parse("int WITHOUT SYSTEM VERSIONING DEFAULT nextval(`d`.`s`)") == Definition(
        "int", others="WITHOUT SYSTEM VERSIONING", default="nextval(`d`.`s`)"
    )


def test_not_null_has_no_null_for_a_default() -> None:
    assert Definition("int", nullable=False, default="NULL").text() == "int NOT NULL"


def test_renamed() -> None:
    check = "CHECK (`a` > 0 and `ab` <> 'a `a`' and `A` < 5)"
    assert renamed(check, "a", "x y") == "CHECK (`x y` > 0 and `ab` <> 'a `a`' and `x y` < 5)"


def test_without_backslashes() -> None:
    given = r"`a\b` varchar(5) DEFAULT 'it''s \\ \n \' \%' COMMENT 'x'"
    assert without_backslashes(given) == "`a\\b` varchar(5) DEFAULT 'it''s \\ \n '' \\%' COMMENT 'x'"
