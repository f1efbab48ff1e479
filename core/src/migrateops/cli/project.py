"""The configuration of the project as the command line has it; imported when it is asked for."""

from __future__ import annotations

from collections.abc import Callable

from migrateops.config import Config, PluginSettings, Settings


class ProjectConfig(Config):
    """The configuration of the project, with what the command line says of plugins on top of it."""

    policy: Callable[[PluginSettings], PluginSettings] | None = None

    @property
    def settings(self) -> Settings:
        """What is configured, read and checked."""
        found = super().settings
        return found if self.policy is None else found._replace(plugins=self.policy(found.plugins))
