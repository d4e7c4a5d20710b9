"""What a user of D-ID agrees to, once and outside any workflow."""

from __future__ import annotations

from ...engine.consent import Terms

TERMS = Terms(
    key="did",
    name="D-ID Products Terms of Use",
    address="https://www.d-id.com/studio-end-user-license-agreement/",
    what="the sending of pictures, voices and texts to D-ID, a paid service",
    dialog="LipSync Studio: D-ID key… (menu Extensions)",
    command="python -m lipsync_studio did consent",
)
