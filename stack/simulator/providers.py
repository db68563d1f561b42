"""All providers of one simulator."""

import asyncio
from dataclasses import dataclass, field

from stack.simulator.config import ProviderConfig
from stack.simulator.provider import Provider, World


@dataclass(slots=True)
class Simulator:
    """The providers by name. The control endpoint adds and removes them."""

    world: World
    providers: dict[str, Provider] = field(default_factory=dict)

    async def add(self, config: ProviderConfig) -> Provider:
        """Open a provider's port; raise `OSError` when it is taken."""
        provider = Provider(config, self.world)
        await provider.apply(config)
        self.providers[config.name] = provider
        return provider

    async def remove(self, name: str) -> None:
        """Close a provider's port and connections for good."""
        await self.providers.pop(name).close()

    async def close(self) -> None:
        """Close every port; each connection gets the answer that is due first."""
        await asyncio.gather(*(provider.close() for provider in self.providers.values()))
