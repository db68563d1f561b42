"""Providers that refuse, drop, stall or say no for a while. Each setting is one of the simulator's."""

import asyncio
from collections.abc import Mapping, Sequence

from evidence.bench.site import control
from evidence.prove.fault import Fault, Scene, Unknowns

OUTAGE = (3.0, 6.0)
"""Seconds that a provider is out of order."""


def _rule(name: str, unknowns: Unknowns = "none", **rule: object) -> Fault:
    """From now on every provider has this rule."""

    async def strike(scene: Scene) -> None:
        await _change(scene, [each.name for each in scene.providers], {"rules": [rule]})

    event = "dropped" if rule.get("action") == "drop" else "refused"
    return Fault(name=name, strike=strike, unknowns=unknowns, trouble=f"{event} {rule['stage']}")


def _outage(name: str, trouble: str, unknowns: Unknowns = "none", **change: object) -> Fault:
    """Half of the providers are so for a while; the others go on."""

    async def strike(scene: Scene) -> None:
        names = [each.name for each in scene.providers]
        chosen = scene.rng.sample(names, len(names) // 2)
        sound = scene.providers[0].simulated().model_dump(mode="json")
        await _change(scene, chosen, change)
        await scene.pause(*OUTAGE)
        await _change(scene, chosen, {key: sound[key] for key in change})

    return Fault(name=name, strike=strike, unknowns=unknowns, trouble=trouble)


async def _change(scene: Scene, names: Sequence[str], change: Mapping[str, object]) -> None:
    """All at once: one after the other, some would hear of it when the mailing has ended."""
    await asyncio.gather(*(control(scene.site, "PATCH", f"/providers/{name}", change) for name in names))


FAULTS = (
    _rule("refused-for-now", stage="rcpt", code=451, text="4.7.1 Try again later", share=0.1, times=1),
    _rule("refused-for-good", stage="rcpt", code=550, text="5.1.1 No such user", share=0.05),
    _outage("greylisting", "refused rcpt", greylist_seconds=3),
    _rule("dropped-before-data", action="drop", stage="data", share=0.2, times=1),
    _rule("dropped-in-data", "unanswered", action="drop", stage="body", share=0.2, times=1),
    _rule("dropped-before-taken", "unanswered", action="drop", stage="dot_before", share=0.1),
    _rule("dropped-after-dot", "unanswered", action="drop", stage="dot_after", share=0.1),
    _outage("slow-greeting", "slow", banner_delay_ms=5_000),
    _outage("slow-commands", "slow", command_latency_ms=5_000),
    _outage("slow-answers", "slow", "unanswered", latency_ms=5_000),
    _outage("no-answer-to-dot", "slow", "unanswered", latency_ms=30_000),
    _outage("silent", "silent", "unanswered", silent=True),
    _outage("busy-421", "refused banner", greeting_421=True),
    _outage("refuses-connections", "dropped port", listening=False),
    _outage("tls-broken", "handshake_failed", tls_broken=True),
    _outage("login-refused", "login_failed", reject_auth=True),
    _outage("quota-answer", "refused mail", quota_per_day=0),
)
