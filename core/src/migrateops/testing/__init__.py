"""What tests of operations and of dialect packs are made of; needs pytest for ``migrateops.testing.suite``.

See docs/how-to/test-a-dialect-pack.md.
"""

from __future__ import annotations

from migrateops.testing.examples import Example, Schema, examples
from migrateops.testing.state import look

__all__ = ["Example", "Schema", "examples", "look"]
