"""The noise schedule of video networks that begin with nothing but noise (Lin et al. 2023,
arXiv:2305.08891)."""

from __future__ import annotations

from typing import Any

from diffusers import DDIMScheduler


def zero_snr_schedule(steps: int) -> Any:
    """DDIM with v-prediction, the last of 1000 steps being pure noise, set for a number of steps.

    Where that number doesn't divide 1000, a step leads to `t - 1000 // steps`, not to the next time step.
    """
    made: Any = DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="linear",
        clip_sample=False,
        steps_offset=1,
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
    )
    made.set_timesteps(steps)
    return made
