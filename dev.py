"""Develop migrateops: python3 dev.py quickstart | test | lint | bench | install.

Needs Python 3.11 or newer and nothing else. Makes .venv beside this file and installs core, every plugin and
the development tools into it, in one command, again whenever a pyproject.toml changes.
"""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")


def main(argv: "list[str]") -> int:
    commands = {"quickstart": quickstart, "test": test, "lint": lint, "bench": bench, "install": install}
    if not argv or argv[0] not in commands:
        print(__doc__)
        return 0 if argv in ([], ["-h"], ["--help"]) else 2
    if sys.version_info < (3, 11):
        return on_newer_python(argv)
    if argv[0] != "install":
        install([], only_if_changed=True)
    return commands[argv[0]](argv[1:])


def quickstart(args: "list[str]") -> int:
    """Run the main job on SQLite, in a fresh directory that is left for you to look at."""
    directory = tempfile.mkdtemp(prefix="migrateops-quickstart-")
    print(f"in {directory}:", flush=True)
    return subprocess.call([str(PYTHON), "-m", "migrateops", "quickstart", *args], cwd=directory)


def test(args: "list[str]") -> int:
    # Tests start thousands of processes. Where Python is told to write no bytecode, each would compile every
    # module anew.
    run(PYTHON, "-m", "compileall", "-q", "core/src", *sorted(ROOT.glob("plugins/*/src")))
    return run(PYTHON, "-m", "pytest", *args)


def lint(args: "list[str]") -> int:
    tools = [
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("mypy",),
        ("pyright",),
        ("lint-imports", "--no-logo"),
    ]
    # All at once: the slow ones use one core each.
    with contextlib.ExitStack() as stack:
        running = []
        for tool in tools:
            output = stack.enter_context(tempfile.TemporaryFile())
            command = [str(BIN / tool[0]), *tool[1:]]
            started = subprocess.Popen(command, cwd=str(ROOT), stdout=output, stderr=subprocess.STDOUT)
            running.append((" ".join(tool), started, output))
        failed = []
        for name, started, output in running:
            if started.wait():
                failed.append(name)
            output.seek(0)
            print(output.read().decode(errors="replace"), end="", flush=True)
    print("lint failed: " + ", ".join(failed) if failed else "lint passed")
    return 1 if failed else 0


def bench(args: "list[str]") -> int:
    return run(PYTHON, "-m", "bench", *args)


def install(args: "list[str]", only_if_changed: bool = False) -> int:
    """Make .venv and put everything into it; skip that where it is already so."""
    import tomllib

    members = [ROOT / "core", *sorted(found.parent for found in ROOT.glob("plugins/*/pyproject.toml"))]
    files = [ROOT / "pyproject.toml", *(member / "pyproject.toml" for member in members)]
    content = b"\0".join(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() for file in files)
    state = hashlib.sha256(content + sys.version.encode() + str(ROOT).encode()).hexdigest()
    stamp = VENV / "dev-stamp"
    if only_if_changed and PYTHON.exists() and stamp.exists() and stamp.read_text() == state:
        return 0
    # The plugins require core by name, so all members go in together: alone, a plugin would pull
    # whatever the registry has under that name.
    wanted = tomllib.loads(files[0].read_text())["dependency-groups"]["dev"]
    for member in members:
        wanted += ["-e", str(member)]
    uv = shutil.which("uv")
    if not PYTHON.exists():
        checked(*([uv, "venv", "-q", "-p", sys.executable] if uv else [sys.executable, "-m", "venv"]), VENV)
    if uv:
        checked(uv, "pip", "install", "-q", "-p", PYTHON, *wanted)
    else:
        checked(PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", *wanted)
    stamp.write_text(state)
    return 0


def checked(*command: "str | Path") -> None:
    status = run(*command)
    if status:
        sys.exit(status)


def run(*command: "str | Path") -> int:
    # uv is to use the Python it is told to use, never one that it downloads.
    environment = dict(os.environ, UV_PYTHON_DOWNLOADS="never")
    return subprocess.call([str(part) for part in command], cwd=str(ROOT), env=environment)


def on_newer_python(argv: "list[str]") -> int:
    for name in ("python3.13", "python3.12", "python3.11"):
        found = shutil.which(name)
        # A version manager may leave a name on the path that does not run.
        if found and subprocess.call([found, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            return subprocess.call([found, str(Path(__file__).resolve()), *argv])
    print(
        "dev.py needs Python 3.11 or newer; this is {}.{}, and the path has no newer one".format(
            *sys.version_info
        )
    )
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
