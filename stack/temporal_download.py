"""Fetches Temporal's command-line tool through the SDK: `python -m stack.temporal_download FOLDER`.

The SDK downloads only as a part of starting a development server, so one is started and stopped. A process of its own,
because nothing but its end breaks off a download that hangs.
"""

import asyncio
import sys

from temporalio.testing import WorkflowEnvironment


async def download(folder: str) -> None:
    """Leave the tool in the folder, where a second call finds it."""
    server = await WorkflowEnvironment.start_local(download_dest_dir=folder)
    await server.shutdown()


if __name__ == "__main__":
    asyncio.run(download(sys.argv[1]))
