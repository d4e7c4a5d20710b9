"""A Whisper checkpoint's tensor names, in the two layouts in use."""

from __future__ import annotations

# Hugging Face's name part and OpenAI's, in the order in which the parts are replaced.
_PARTS = (
    (".layers.", ".blocks."),
    (".encoder_attn_layer_norm.", ".cross_attn_ln."),
    (".self_attn_layer_norm.", ".attn_ln."),
    (".final_layer_norm.", ".mlp_ln."),
    (".encoder_attn.", ".cross_attn."),
    (".self_attn.", ".attn."),
    (".q_proj.", ".query."),
    (".k_proj.", ".key."),
    (".v_proj.", ".value."),
    (".out_proj.", ".out."),
    (".fc1.", ".mlp.0."),
    (".fc2.", ".mlp.2."),
    ("encoder.layer_norm.", "encoder.ln_post."),
    ("decoder.layer_norm.", "decoder.ln."),
    (".embed_tokens.", ".token_embedding."),
    (".embed_positions.weight", ".positional_embedding"),
)
_HF_PREFIX = "model."


def openai_name(name: str) -> str:
    """ "model.encoder.layers.0.self_attn.q_proj.weight" → "encoder.blocks.0.attn.query.weight"."""
    name = name.removeprefix(_HF_PREFIX)
    for hugging_face, openai in _PARTS:
        name = name.replace(hugging_face, openai)
    return name


def hugging_face_name(name: str) -> str:
    """The inverse of `openai_name`."""
    for hugging_face, openai in _PARTS:
        name = name.replace(openai, hugging_face)
    return _HF_PREFIX + name
