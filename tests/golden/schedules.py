"""Makes the numbers of tests/golden/schedules.lua, which tests/lua/schedule_spec.lua holds schedules against:

    /usr/bin/python3 tests/golden/schedules.py > tests/golden/schedules.lua

The learning rates of 20 epochs by PyTorch's schedulers, from .5; of one-cycle from .2 up to 1."""

import torch

torch.set_default_dtype(torch.float64)
schedulers = torch.optim.lr_scheduler
CASES = [
    ('{"step", every = 6, factor = .5}', .5, lambda o: schedulers.StepLR(o, 6, .5)),
    ('{"exponential", factor = .9}', .5, lambda o: schedulers.ExponentialLR(o, .9)),
    ('{"cosine", to = .05}', .5, lambda o: schedulers.CosineAnnealingLR(o, 20, .05)),
    ('{"one-cycle", peak = 1}', .2, lambda o: schedulers.OneCycleLR(o, 1, total_steps=20, div_factor=5, final_div_factor=1e4)),
]

print("-- Made by tests/golden/schedules.py with PyTorch %s." % torch.__version__)
print("return {")
for ours, eta, make in CASES:
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=eta)
    scheduler, rates = make(optimiser), []
    for _ in range(20):
        rates.append("%.17g" % optimiser.param_groups[0]["lr"])
        optimiser.step()
        if len(rates) < 20:
            scheduler.step()
    print("  { eta = %s, from = %g, %s }," % (ours, eta, ", ".join(rates)))
print("}")
