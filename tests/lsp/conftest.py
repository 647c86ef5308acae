"""One server for all tests of the language server."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.lsp.client import Ask, Script


@pytest.fixture(scope="session")
def ask() -> Iterator[Ask]:
    """Runs a script against one server for all tests: `ask(text, script)` opens a file of its own."""
    from lsprotocol import types
    from pygls.lsp.client import LanguageClient

    from tests.lsp.client import File

    loop = asyncio.new_event_loop()
    client = LanguageClient("tests", "1")
    published: dict[str, list[Any]] = {}
    client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(
        lambda params: published.setdefault(params.uri, []).append(params)
    )
    numbers = count(1)

    def ask(text: str, script: Script, ending: str = "mc") -> Any:
        async def run() -> Any:
            file = File(client, f"file:///work{next(numbers)}.{ending}", published)
            await file.open(text)
            return await script(file)

        return loop.run_until_complete(asyncio.wait_for(run(), 60))

    async def begin() -> None:
        await client.start_io(sys.executable, "-m", "gradcli", "lsp")
        await client.initialize_async(types.InitializeParams(capabilities=types.ClientCapabilities()))
        client.initialized(types.InitializedParams())

    async def end() -> None:
        await client.shutdown_async(None)
        client.exit(None)
        await client.stop()

    loop.run_until_complete(asyncio.wait_for(begin(), 60))
    yield ask
    loop.run_until_complete(asyncio.wait_for(end(), 60))
    loop.close()
