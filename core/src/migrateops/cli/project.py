"""The configuration of the project as the command line has it; imported when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from migrateops.config import Config, PluginSettings, Settings


class ProjectConfig(Config):
    """The configuration of the project, with what the command line says of plugins on top of it."""

    policy: Callable[[PluginSettings], PluginSettings] | None = None
    alone: bool = False

    def before_environment(self, *, connecting: bool) -> None:
        """Have what is imported by now never looked at for garbage, if the process ends with the command.

        When Python ends it looks at every object once more, which takes a sixth of the time of a short
        upgrade.  What the project makes, its engines above all, is closed as ever.
        """
        if self.alone:
            import gc

            if connecting:
                self._import_driver()
            gc.freeze()

    def _import_driver(self) -> None:
        """Import what the configured url needs; whoever connects is told what is wrong with it."""
        from sqlalchemy import make_url

        settings = self.settings
        if settings.url_call is None:
            with suppress(Exception), self.entered():
                make_url(settings.url or "").get_dialect().import_dbapi()

    @property
    def settings(self) -> Settings:
        """What is configured, read and checked."""
        found = super().settings
        return found if self.policy is None else found._replace(plugins=self.policy(found.plugins))
