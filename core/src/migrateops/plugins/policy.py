"""Which of the installed distributions take part: decided by name, before anything is imported."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Mapping
from typing import Any, Literal

from migrateops.plugins.discovery import normalise

VARIABLE = "MIGRATEOPS_PLUGINS"
"""The environment variable that, set to ``none``, turns plugins off whatever is configured."""

Blocked = Literal["deny", "autoload", "MIGRATEOPS_PLUGINS", "plugins=()"]
"""What keeps an installed distribution from taking part."""


class PluginPolicy:
    """What is allowed to take part, by name of distribution.

    Attributes:
        autoload: Whatever is installed takes part; else only what `enable` and `require` name.
        enable: Distributions that take part without `autoload`.
        deny: Distributions that never take part.
        require: Requirements, ``"migrateops-sequences>=1.4"``, without which no run starts.
        prefer: The distribution that counts where two offer the same, by the name of what they offer.
        off: What turns off all hooks, plugin operations and commands, or None. The pack of a
            connection's dialect stays, unless it is denied by name.
        misspelt: A value of MIGRATEOPS_PLUGINS that means nothing; no run starts with one.
    """

    def __init__(
        self,
        autoload: bool = True,
        enable: Iterable[str] = (),
        deny: Iterable[str] = (),
        require: tuple[str, ...] = (),
        prefer: Mapping[str, str] | None = None,
        off: Blocked | None = None,
        misspelt: str | None = None,
    ) -> None:
        self.autoload = autoload
        self.enable = tuple(map(normalise, enable))
        self.deny = tuple(map(normalise, deny))
        self.require = require
        self.prefer = {key: normalise(given) for key, given in (prefer or {}).items()}
        self.off: Blocked | None = off
        self.misspelt = misspelt

    @classmethod
    def from_settings(cls, settings: Any = None, environ: Mapping[str, str] | None = None) -> PluginPolicy:
        """Read a policy from an object with attributes of the same names; what it lacks is the default.

        Args:
            settings: The ``plugins`` of the project's settings, or None.
            environ: Where MIGRATEOPS_PLUGINS is looked up; the process's environment when omitted.
        """

        def names(key: str) -> tuple[str, ...]:
            given: Iterable[str] = getattr(settings, key, None) or ()
            return tuple(given)

        autoload = getattr(settings, "autoload", None)
        variable = (os.environ if environ is None else environ).get(VARIABLE) or None
        return cls(
            autoload=True if autoload is None else bool(autoload),
            enable=names("enable"),
            deny=names("deny"),
            require=names("require"),
            prefer=dict(getattr(settings, "prefer", None) or {}),
            off="MIGRATEOPS_PLUGINS" if variable == "none" else None,
            misspelt=None if variable == "none" else variable,
        )

    @classmethod
    def none(cls) -> PluginPolicy:
        """Return the policy of ``plugins=()``: no plugin but the pack of the connection's dialect."""
        return cls(off="plugins=()")

    def blocks(self, distribution: str, required: Container[str] = ()) -> Blocked | None:
        """Return what keeps a distribution from taking part, or None.

        Args:
            distribution: Its normalised name.
            required: The normalised names in `require`.
        """
        if distribution in self.deny:
            return "deny"
        if self.off is not None:
            return self.off
        if self.autoload or distribution in self.enable or distribution in required:
            return None
        return "autoload"
