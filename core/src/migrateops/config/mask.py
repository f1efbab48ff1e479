"""Hide the passwords of a url before it is shown, in what the configuration says of itself."""

from __future__ import annotations

from migrateops.errors.mask import masked

__all__ = ["masked"]
