"""The optimiser of the ear's matrices. Needs the extra `train-ear`."""

from __future__ import annotations

import pytest

torch = pytest.importorskip(
    "torch", reason="training needs the extra train-ear: pip install 'milliwatt[train-ear]'"
)


def test_singular_values_come_near_one() -> None:
    from evals.ear.muon import orthogonal

    torch.manual_seed(1)
    matrices = torch.randn(3, 16, 64) * torch.tensor([0.01, 1.0, 100.0]).reshape(3, 1, 1)
    values = torch.linalg.svdvals(orthogonal(matrices))
    assert ((values > 0.6) & (values < 1.3)).all()


@pytest.mark.parametrize("shape", [(32, 96), (8, 32)])
def test_a_matrix_is_found_again_also_after_going_on_from_a_saved_state(shape: tuple[int, int]) -> None:
    from evals.ear.muon import Muon

    torch.manual_seed(2)
    wanted = torch.randn(shape)
    weight = torch.nn.Parameter(torch.zeros(shape))
    muon = Muon([weight], lr=0.05, block=32, weight_decay=0.0)
    for step in range(400):
        if step == 200:
            state = muon.state_dict()
            muon = Muon([weight], lr=0.05, block=32, weight_decay=0.0)
            muon.load_state_dict(state)
        for group in muon.param_groups:
            group["lr"] = 0.05 * (1 - step / 400)
        loss = ((weight - wanted) ** 2).mean()
        muon.zero_grad()
        loss.backward()
        muon.step()
    assert float(loss.detach()) < 0.01 * float((wanted**2).mean())
