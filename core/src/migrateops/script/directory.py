# pathlib is not worth its import on the way to `heads`.
# ruff: noqa: PTH100, PTH112, PTH113, PTH118
"""The directory of migration scripts: reading them as a graph, loading them, adding one."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from os import PathLike, fspath
from types import ModuleType
from typing import TYPE_CHECKING, Any

from migrateops import errors
from migrateops.errors.base import MigrateOpsError
from migrateops.revisions.graph import RevisionGraph
from migrateops.revisions.header import Header
from migrateops.revisions.revision import Revision
from migrateops.script.locations import directory_of
from migrateops.script.module import REGISTRATIONS, load_script, read_header, run_file
from migrateops.script.reading import read_revisions
from migrateops.script.script import Script

if TYPE_CHECKING:
    from migrateops.revisions.walk import Order

WriteHook = Mapping[str, Any] | Callable[[str], object]


class ScriptDirectory:
    """A directory of migration scripts.

    Args:
        dir: Where ``env.py`` and ``script.py.mako`` are.
        file_template: ``%``-format of new file names, without ``.py``.
        truncate_slug_length: Longest slug in a file name, in characters.
        version_locations: Directories of the scripts; none is ``versions`` in *dir*.
        sourceless: Accept compiled scripts that have no source.
        output_encoding: Of new files.
        timezone: Name of the time zone of dates in new files; None is local time.
        hooks: Post-write hooks: tables as in the configuration, or functions of the path.
        recursive_version_locations: Search subdirectories too.
        header_index: Keep what very many scripts say in the user's cache directory.

    Attributes:
        config: What the directory was made from, for templates; None where it was made directly.
        hook_failures: What went wrong in post-write hooks that may fail.
        script_class: What a revision and its file are returned as.

    Raises:
        ScriptDirectoryMissing: *dir* is not a directory.
    """

    script_class: type[Script] = Script

    def __init__(
        self,
        dir: str | PathLike[str],
        file_template: str = "%(rev)s_%(slug)s",
        truncate_slug_length: int | None = 40,
        version_locations: Iterable[str | PathLike[str]] | None = None,
        sourceless: bool = False,
        output_encoding: str = "utf-8",
        timezone: str | None = None,
        hooks: Iterable[WriteHook] = (),
        recursive_version_locations: bool = False,
        header_index: bool = True,
    ) -> None:
        self.dir = fspath(dir)
        if not os.path.isdir(self.dir):
            raise errors.scripts.ScriptDirectoryMissing(self.dir)
        self.file_template = file_template
        self.truncate_slug_length = truncate_slug_length or 40
        self.sourceless = sourceless
        self.output_encoding = output_encoding
        self.timezone = timezone
        self.hooks = tuple(hooks)
        self.recursive_version_locations = recursive_version_locations
        self.header_index = header_index
        self.config: Any = None
        self.hook_failures: list[MigrateOpsError] = []
        self._prepended: tuple[str, ...] = ()
        self._registrations: Any = None
        self._graph: RevisionGraph | None = None
        self._faults: tuple[MigrateOpsError, ...] = ()
        self._lenient = self._left_out = False
        self.version_locations = version_locations
        self._modules: dict[str, ModuleType] = {}

    @classmethod
    def from_config(cls, config: Any) -> ScriptDirectory:
        """Return the directory that a configuration names.

        Args:
            config: Settings, or an object that has them as ``settings``: anything with the
                attributes ``script_location``, ``file_template``, ``truncate_slug_length``,
                ``timezone``, ``version_locations``, ``recursive_version_locations``,
                ``sourceless`` and ``output_encoding``; others are used where they are there.

        Raises:
            NoProject: There is neither a configuration file nor such a directory.
            ScriptDirectoryMissing: The location is not a directory.
        """
        settings = getattr(config, "settings", config)
        paths = tuple(map(os.path.abspath, getattr(settings, "prepend_sys_path", ())))
        location = directory_of(settings.script_location, paths)
        searched = getattr(config, "searched", None)
        if searched is not None and not os.path.isdir(location):
            raise errors.scripts.NoProject(location, os.path.abspath(searched))
        found = cls(
            location,
            file_template=settings.file_template,
            truncate_slug_length=settings.truncate_slug_length,
            version_locations=[directory_of(one, paths) for one in settings.version_locations],
            sourceless=settings.sourceless,
            output_encoding=settings.output_encoding,
            timezone=settings.timezone,
            hooks=getattr(settings, "post_write_hooks", ()),
            recursive_version_locations=settings.recursive_version_locations,
            # Younger than the others, so that an object of a program may not have it.
            header_index=getattr(settings, "header_index", True),
        )
        found.config = config
        found._prepended = paths
        return found

    @property
    def version_locations(self) -> tuple[str, ...]:
        """The directories of the scripts; ``env.py`` may set others, and the scripts are read anew."""
        return self._configured or (os.path.join(self.dir, "versions"),)

    @version_locations.setter
    def version_locations(self, locations: Iterable[str | PathLike[str]] | None) -> None:
        self._configured = tuple(directory_of(one, self._prepended) for one in locations or ())
        self._graph, self._faults, self._left_out = None, (), False

    # ------------------------------------------------------------------------------- the graph

    @property
    def graph(self) -> RevisionGraph:
        """All revisions; read from the files at the first use.

        Raises:
            BrokenGraph: They do not fit together; files that cannot be read are among its faults.
        """
        if self._graph is None:
            revisions, self._faults = self._read()
            try:
                self._graph = RevisionGraph(revisions)
            except errors.revisions.BrokenGraph as broken:
                if not self._lenient:
                    # A script that cannot be read is often why others miss it.
                    raise errors.revisions.BrokenGraph((*self._faults, *broken.faults)) from None
                from migrateops.revisions.sound import sound_part

                self._graph, faults = sound_part(revisions)
                self._faults += faults
                self._left_out = True
        return self._graph

    @property
    def run_order(self) -> Order | None:
        """The order in which runs take revisions; None is that of the graph."""
        order: Order | None = getattr(getattr(self.config, "shape", None), "run_order", None)
        return order

    def leave_out_broken(self) -> None:
        """Go on without the revisions that a fault of the graph touches; the faults join ``faults``.

        What a revision needs is never left out, but what follows it may be.  So this is for what
        looks at revisions by their ids, or goes back from them; whoever asks for a head, or writes
        a revision, needs the whole graph.
        """
        self._lenient = True
        _ = self.graph

    def check_graph(self) -> None:
        """Raise if revisions have been left out of the graph.

        Raises:
            BrokenGraph: With everything that keeps them out.
        """
        _ = self.graph
        if self._left_out:
            raise errors.revisions.BrokenGraph(self._faults)

    @property
    def faults(self) -> tuple[MigrateOpsError, ...]:
        """What is not in the graph: an error per file without a readable header, and per missing location."""
        _ = self.graph
        return self._faults

    def _read(self) -> tuple[list[Revision], tuple[MigrateOpsError, ...]]:
        # A header that is not literal has its file executed.
        with self._entered():
            revisions, faults = read_revisions(
                self.version_locations,
                recursive=self.recursive_version_locations,
                sourceless=self.sourceless,
                header_index=self.header_index,
            )
        # The default one is missing in a fresh checkout without scripts; a configured one may be misspelt.
        missing = (
            errors.scripts.VersionLocationMissing(path)
            for path in self._configured
            if not os.path.isdir(path)
        )
        return revisions, (*missing, *faults)

    def get_revision(self, id_: str | None) -> Script | None:
        """Return the one script that an expression stands for, or None for the base.

        Raises:
            RevisionError: It stands for none or for several.
        """
        from migrateops.revisions.expressions import resolve_one

        found = None if id_ is None else resolve_one(self.graph, id_)
        return None if found is None else self.script_class(self, found)

    def get_revisions(self, id_: str | Iterable[str] | None) -> tuple[Script, ...]:
        """Return the scripts that one or more expressions stand for, each once.

        Raises:
            RevisionError: One of them stands for none.
        """
        return tuple(self.script_class(self, self.graph[name]) for name in self._ids(id_))

    def get_heads(self, consider_depends_on: bool = False) -> list[str]:
        """Return the ids of all heads.

        Args:
            consider_depends_on: Leave out those that another revision depends on.
        """
        return list(self.graph.effective_heads if consider_depends_on else self.graph.heads)

    def get_current_head(self) -> str | None:
        """Return the id of the head, or None if there are no revisions.

        Raises:
            MultipleHeads: There are several.
        """
        heads = self.graph.heads
        if len(heads) > 1:
            raise errors.revisions.MultipleHeads(heads)
        return heads[0] if heads else None

    def get_bases(self) -> list[str]:
        """Return the ids that follow none."""
        return list(self.graph.bases)

    def get_base(self) -> str | None:
        """Return the id that follows none, or None if there are no revisions.

        Raises:
            MultipleBases: There are several.
        """
        bases = self.graph.bases
        if len(bases) > 1:
            raise errors.revisions.MultipleBases(bases)
        return bases[0] if bases else None

    def get_all_current(self, id_: str | Iterable[str]) -> set[Script]:
        """Return the newest revision of each branch that version rows imply, also the hidden ones."""
        graph = self.graph
        return {self.script_class(self, graph[name]) for name in graph.newest(self._ids(id_))}

    def as_revision_number(self, id_: str | None) -> str | tuple[str, ...] | None:
        """Return the ids that an expression stands for: one, several for ``heads``, or None for the base."""
        ids = self._ids(id_)
        if id_ == "heads":
            return ids
        if len(ids) > 1:
            return ids
        return next(iter(ids), None)

    def walk_revisions(self, base: str = "base", head: str = "heads") -> Iterator[Script]:
        """Yield scripts from *head* back to *base*, both included, newest first."""
        return self.iterate_revisions(head, base, inclusive=True)

    def iterate_revisions(
        self,
        upper: str | Iterable[str] | None,
        lower: str | Iterable[str] | None,
        *,
        inclusive: bool = False,
    ) -> Iterator[Script]:
        """Yield scripts from *upper* back to *lower*, newest first.

        Args:
            upper: One expression or several.
            lower: One expression or several; None is the base.
            inclusive: Whether *lower* itself is part.
        """
        from migrateops.revisions.ranges import between

        found = between(self.graph, self._ids(lower), self._ids(upper), inclusive=inclusive)
        return (self.script_class(self, revision) for revision in found)

    def _ids(self, id_: str | Iterable[str] | None) -> tuple[str, ...]:
        from migrateops.revisions.expressions import as_ids, resolve

        found = (revision for text in as_ids(id_) for revision in resolve(self.graph, text))
        return tuple(dict.fromkeys(revision.revision for revision in found if revision is not None))

    # ----------------------------------------------------------------------------------- files

    def _entered(self) -> AbstractContextManager[Any]:
        """Have in force what the files expect that are executed within the block."""
        entered = getattr(self.config, "entered", None)
        return nullcontext() if entered is None else entered()

    @property
    def versions(self) -> str:
        """The directory of the scripts.

        Raises:
            VersionPathNeeded: There are several.
        """
        first, *others = self.version_locations
        if others:
            raise errors.scripts.VersionPathNeeded(self.version_locations)
        return first

    @property
    def env_py_location(self) -> str:
        """The path of ``env.py``, whether or not it exists."""
        return os.path.abspath(os.path.join(self.dir, "env.py"))

    def header(self, revision: Revision) -> Header:
        """Return the header of a revision's file, with its whole docstring."""
        with self._entered():
            return read_header(str(revision.path))

    def load(self, revision: str | Revision, registrations: Any = None) -> ModuleType:
        """Return the executed script of a revision; executes each file once.

        Args:
            revision: A revision of this directory, or its whole id.
            registrations: The record that takes what the file registers; another one executes
                the file anew.

        Raises:
            ScriptSyntaxError: The file is not Python.
            ScriptImportError: The file raised an exception, which is chained.
        """
        data = self.graph.get(revision) if isinstance(revision, str) else revision
        known = self._modules.get(data.revision)
        if known is not None and known.__dict__.get(REGISTRATIONS) is registrations:
            return known
        with self._entered():
            module = load_script(str(data.path), revision=data.revision, registrations=registrations)
        if not self._modules:
            from weakref import finalize

            finalize(self, _forget, self._modules)
        if known is not None:
            sys.modules.pop(known.__name__, None)
        self._modules[data.revision] = module
        return module

    def run_env(self, registrations: Any = None) -> None:
        """Execute ``env.py`` as a fresh module.

        Args:
            registrations: The record that takes what it registers.

        Raises:
            EnvironmentFileMissing: There is none.
            ScriptSyntaxError: It is not Python.
        """
        self._registrations = registrations
        path = self.env_py_location
        if not os.path.isfile(path):
            raise errors.scripts.EnvironmentFileMissing(path)
        with self._entered():
            run_file(path, "migrateops_env", registrations=registrations)

    def generate_revision(
        self,
        revid: str,
        message: str | None,
        head: str | Iterable[str] | None = None,
        splice: bool = False,
        branch_labels: str | Iterable[str] | None = None,
        version_path: str | PathLike[str] | None = None,
        file_template: str | None = None,
        depends_on: str | Iterable[str] | None = None,
        **kw: Any,
    ) -> Script:
        """Write a new script from ``script.py.mako``, run the post-write hooks on it, and return it.

        The file appears at once or not at all; a hook that cannot run is noticed before.

        Args:
            revid: Its id.
            message: The first line of its docstring, and the slug of its file name.
            head: What it follows; None is ``head``.
            splice: Whether it may follow a revision that is followed already.
            branch_labels: Labels to write on it.
            version_path: The directory; None is the version location of what it follows.
            file_template: Instead of the directory's own.
            depends_on: Ids, their starts, or labels.
            **kw: Further variables of the template, such as ``upgrades`` and ``imports``.

        Raises:
            NotAHead: It would follow a revision that is followed already.
            ScriptExists: The file exists.
            WriteHookFailed: A hook failed; the file stays, and the hooks after it are not run.
            ScriptError: A hook has left a file that cannot be read.
            MigrateOpsError: An argument names nothing, or the template cannot be used.
        """
        from migrateops.revisions.expressions import as_ids
        from migrateops.script.write_hooks import prepared
        from migrateops.script.writing import NewScript

        new = NewScript.planned(
            self,
            revid,
            message,
            head="head" if head is None else head,
            splice=splice,
            branch_labels=as_ids(branch_labels),
            version_path=version_path,
            file_template=file_template or self.file_template,
            depends_on=as_ids(depends_on),
        )
        hooks = prepared(self.hooks, self._registrations, self._prepended)
        new.write(self, kw)
        self._graph = None
        for hook in hooks:
            failure = hook(os.path.abspath(new.path))
            if failure is not None:
                self.hook_failures.append(failure)
        if revid not in self.graph:
            with self._entered():
                read_header(new.path)  # says what a hook has made of the file
        return self.script_class(self, self.graph.get(revid))


def _forget(modules: Mapping[str, ModuleType]) -> None:
    for module in modules.values():
        sys.modules.pop(module.__name__, None)
