from __future__ import annotations

import numpy as np
import torch
from transformers import WhisperForConditionalGeneration, WhisperProcessor

from lipsync_studio.align.whisper_checkpoint import hugging_face_name, openai_name


def test_the_converted_model_hears_the_sentence(sentence, tiny_en_hf):
    model = WhisperForConditionalGeneration.from_pretrained(tiny_en_hf, dtype=torch.float32)
    processor = WhisperProcessor.from_pretrained(tiny_en_hf)
    heard = processor(np.asarray(sentence.samples), sampling_rate=16000, return_tensors="pt")
    with torch.inference_mode():
        tokens = model.generate(heard.input_features)
    (text,) = processor.batch_decode(tokens, skip_special_tokens=True)
    assert "above my puppy" in text.lower()
    assert model.generation_config.alignment_heads[0] == [1, 0]


def test_both_layouts_name_the_same_tensors(tiny_en):
    assert {openai_name(hugging_face_name(name)) for name in tiny_en.weights} == set(tiny_en.weights)
