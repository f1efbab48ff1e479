"""The name and the date of a new script."""

from __future__ import annotations

import re
from datetime import datetime

from migrateops import errors

_TOKENS = ("rev", "slug", "epoch", "year", "month", "day", "hour", "minute", "second")


def creation_date(timezone: str | None) -> datetime:
    """Return now: in the named time zone, or in local time without one.

    Raises:
        UnknownTimezone: The system has no zone of that name, as given or in capitals.
    """
    if timezone is None:
        return datetime.now()
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    for name in (timezone, timezone.upper()):
        try:
            return datetime.now(ZoneInfo(name))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    raise errors.scripts.UnknownTimezone(timezone)


def slug(message: str | None, longest: int, cut: str = "") -> str:
    """Return the words of *message* in lower case, joined by underscores and cut after a word.

    Args:
        message: Any text.
        longest: In characters.
        cut: What stands for the words that are cut off.
    """
    text = "_".join(re.findall(r"\w+", message or "")).lower()
    if len(text) <= longest:
        return text
    return (text[:longest].rpartition("_")[0] or text[:longest]) + cut


def file_name(
    template: str, revision: str, message: str | None, longest: int, date: datetime, *, cut: str = ""
) -> str:
    """Return the file name of a new script, with ``.py``.

    Args:
        template: ``%``-format with the tokens ``rev``, ``slug``, ``epoch``, ``year`` to ``second``.
        revision: The id.
        message: For the slug.
        longest: Of the slug, in characters.
        date: For the other tokens.
        cut: What stands in the slug for words that are cut off.

    Raises:
        BadFileTemplate: It has another token or is no ``%``-format.
    """
    values = {
        "rev": revision,
        "slug": slug(message, longest, cut),
        "epoch": int(date.timestamp()),
        "year": date.year,
        "month": date.month,
        "day": date.day,
        "hour": date.hour,
        "minute": date.minute,
        "second": date.second,
    }
    try:
        return template % values + ".py"
    except (KeyError, ValueError, TypeError) as error:
        raise errors.scripts.BadFileTemplate(template, _TOKENS) from error
