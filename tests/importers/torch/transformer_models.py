"""Small networks of transformers, made from configurations, with examples of their arguments."""

import torch
import transformers

# Names that configurations have for the same things; each takes those that it knows.
_TEXT = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "vocab_size": 67,
    "max_position_embeddings": 64,
    "attention_dropout": 0.0,
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
}
_PAIR = {
    "vocab_size": 67,
    "d_model": 32,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_ffn_dim": 48,
    "decoder_ffn_dim": 48,
    "max_position_embeddings": 64,
    "dropout": 0.0,
    "use_cache": False,
    "pad_token_id": 1,
    "bos_token_id": 0,
    "eos_token_id": 2,
    "decoder_start_token_id": 2,
}
_IMAGE = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "image_size": 32,
    "patch_size": 8,
}
_SPEECH = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "conv_dim": (16, 16),
    "conv_kernel": (10, 3),
    "conv_stride": (5, 2),
    "num_feat_extract_layers": 2,
    "num_conv_pos_embeddings": 8,
    "num_conv_pos_embedding_groups": 4,
    "vocab_size": 40,
}
_T5 = {"d_kv": 8, "d_ff": 48, "num_layers": 2, "num_heads": 4, "dropout_rate": 0.0}
_GPT2 = {"n_embd": 32, "n_layer": 2, "n_head": 4}
_SWIN = {"image_size": 32, "patch_size": 2, "embed_dim": 16, "depths": [2, 2], "num_heads": [2, 4]}
_PYRAMID = {"hidden_sizes": [8, 16, 16, 32], "depths": [1, 1, 2, 1]}

# By architecture: what its configuration has besides.
ENCODERS = {
    "Bert": {},
    "Roberta": {},
    "DistilBert": {"dim": 32, "n_heads": 4, "n_layers": 2, "hidden_dim": 48},
    "Albert": {"embedding_size": 16},
    "Electra": {"embedding_size": 16},
    "MPNet": {},
    "Ernie": {},
    "RoFormer": {"embedding_size": 32},
    "DebertaV2": {"relative_attention": True, "pos_att_type": ["p2c", "c2p"]},
    "XLMRoberta": {},
}
MIXERS = {"FNet": {}}
DECODERS = {
    "GPT2": {**_GPT2, "resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0},
    "GPTNeoX": {},
    "GPTNeo": {"num_layers": 2, "num_heads": 4, "attention_types": [[["global", "local"], 1]]},
    "GPTJ": {**_GPT2, "rotary_dim": 4},
    "CodeGen": {**_GPT2, "rotary_dim": 4},
    "Llama": {},
    "Mistral": {},
    "Qwen2": {},
    "Qwen3": {"head_dim": 8},
    "Mixtral": {"num_local_experts": 4, "num_experts_per_tok": 2},
    "Qwen3Moe": {
        **{"num_experts": 6, "num_experts_per_tok": 2},
        **{"moe_intermediate_size": 16, "head_dim": 8},
    },
    "Gemma": {"head_dim": 8},
    "Gemma2": {"head_dim": 8},
    "Phi": {},
    "Phi3": {"pad_token_id": 0},
    "OPT": {"ffn_dim": 48, "word_embed_proj_dim": 32, "dropout": 0.0},
    "Bloom": {"n_layer": 2, "n_head": 4},
    "Falcon": {},
    "StableLm": {},
    "Olmo": {},
    "Cohere": {},
    "Granite": {},
    "XGLM": {"ffn_dim": 48, "d_model": 32, "num_layers": 2, "attention_heads": 4},
}
PAIRS = {
    "Bart": {},
    "MBart": {},
    "Pegasus": {},
    "Marian": {},
    "Blenderbot": {},
    "M2M100": {},
    "T5": _T5,
    "MT5": _T5,
}
IMAGES = {
    "ViT": (_IMAGE, 32),
    "DeiT": (_IMAGE, 32),
    "Beit": (_IMAGE, 32),
    "Dinov2": (_IMAGE, 32),
    "ViTMSN": (_IMAGE, 32),
    "Swin": ({**_SWIN, "window_size": 4}, 32),
    "Swinv2": ({**_SWIN, "window_size": 4}, 32),
    "ConvNext": (_PYRAMID, 64),
    "ConvNextV2": (_PYRAMID, 64),
    "ResNet": ({"embedding_size": 8, "hidden_sizes": [8, 16], "depths": [1, 1]}, 32),
    "Segformer": ({**_PYRAMID, "depths": [1, 1, 1, 1], "num_attention_heads": [1, 2, 2, 4]}, 64),
    "MobileViT": (
        {
            "image_size": 64,
            "hidden_sizes": [16, 24, 32],
            "neck_hidden_sizes": [8, 8, 16, 16, 16, 16, 32],
        },
        64,
    ),
}
SPEECH = ("Wav2Vec2", "Hubert", "SEW", "WavLM")
OTHERS = ("Whisper", "CLIP", "Mamba")
NAMES = [*ENCODERS, *MIXERS, *DECODERS, *PAIRS, *IMAGES, *SPEECH, *OTHERS]


def _made(name, options, kind="Model"):
    configuration = getattr(transformers, f"{name}Config")(**options)
    return getattr(transformers, f"{name}{kind}")(configuration)


def _tokens(steps=9):
    return torch.randint(3, 60, (2, steps))


def network(name):
    """A network with random weights, and the arguments that it is called with."""
    torch.manual_seed(0)
    if name in ENCODERS:
        mask = torch.ones(2, 9, dtype=torch.long)
        mask[1, 6:] = 0
        module = _made(name, {**_TEXT, **ENCODERS[name]})
        return module, {"input_ids": _tokens(), "attention_mask": mask}
    if name in MIXERS:
        return _made(name, {**_TEXT, **MIXERS[name]}), {"input_ids": _tokens()}
    if name in DECODERS:
        options = {**_TEXT, "num_key_value_heads": 2, "use_cache": False, **DECODERS[name]}
        module = _made(name, options, "LMHeadModel" if name == "GPT2" else "ForCausalLM")
        mask = torch.ones(2, 9, dtype=torch.long)
        return module, {"input_ids": _tokens(), "attention_mask": mask, "use_cache": False}
    if name in PAIRS:
        inputs = {"input_ids": _tokens(), "decoder_input_ids": _tokens(5), "use_cache": False}
        return _made(name, {**_PAIR, **PAIRS[name]}), inputs
    if name in IMAGES:
        options, extent = IMAGES[name]
        return _made(name, options), {"pixel_values": torch.randn(2, 3, extent, extent)}
    if name in SPEECH:
        return _made(name, _SPEECH), {"input_values": torch.randn(2, 400)}
    return _other(name)


def _other(name):
    if name == "Whisper":
        sizes = {"num_mel_bins": 8, "max_source_positions": 20, "max_target_positions": 16}
        inputs = {"input_features": torch.randn(2, 8, 40), "decoder_input_ids": _tokens(5)}
        return _made(name, {**_PAIR, **sizes}), {**inputs, "use_cache": False}
    if name == "CLIP":
        text = {**_TEXT, "max_position_embeddings": 16, "bos_token_id": 1, "eos_token_id": 2}
        options = {"text_config": text, "vision_config": _IMAGE, "projection_dim": 16}
        inputs = {"input_ids": _tokens(), "pixel_values": torch.randn(2, 3, 32, 32)}
        return _made(name, options), inputs
    options = {"vocab_size": 67, "hidden_size": 32, "num_hidden_layers": 2, "state_size": 4}
    return _made(name, options), {"input_ids": _tokens(), "use_cache": False}
