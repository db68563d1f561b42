"""A fault that this machine does not permit is named, and proves nothing."""

import json
from pathlib import Path

import pytest

from evidence.prove import runner
from evidence.prove.fault import Fault, Scene
from evidence.prove.rig import Rig


async def strike(scene: Scene) -> None:
    raise AssertionError(f"nothing of {scene.task} may be struck")


def test_what_cannot_be_tried_here_is_said_and_is_no_proof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    impossible = Fault(name="moon", strike=strike, rig=Rig(name="moon", missing=lambda: "there is no moon here"))
    monkeypatch.setattr(runner, "FAULTS", {"moon": impossible})

    status = runner.run(runner.Options(names=["moon"]), tmp_path)

    report = json.loads((tmp_path / "reports" / "prove.json").read_text())
    assert status == 1, "no fault was proven"
    assert report["figures"]["not_possible_here"] == 1
    assert report["figures"]["faults"]["moon"] == {"not_possible_here": "there is no moon here"}
