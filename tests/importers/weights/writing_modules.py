"""Small networks of transformers that write text, and what they are asked to continue."""

import torch
import transformers as hf

TOKENS = torch.tensor([[5, 17, 3, 42, 8, 1, 30], [9, 9, 2, 60, 0, 11, 4]])
MASK = torch.tensor([[1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0, 0]])
SIZES = {
    "vocab_size": 61,
    "d_model": 16,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 24,
    "decoder_ffn_dim": 24,
    "max_position_embeddings": 40,
    "init_std": 0.6,
    "pad_token_id": 1,
    "dropout": 0.0,
}
T5 = {"vocab_size": 61, "d_model": 16, "d_ff": 24, "d_kv": 8, "num_layers": 2, "num_heads": 2}
MODULES = {
    "llama": lambda: hf.LlamaForCausalLM(
        hf.LlamaConfig(
            vocab_size=61,
            hidden_size=32,
            intermediate_size=48,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=64,
            initializer_range=0.3,
            pad_token_id=None,
        )
    ),
    "bart": lambda: hf.BartForConditionalGeneration(hf.BartConfig(**SIZES)),
    "marian": lambda: hf.MarianMTModel(hf.MarianConfig(**SIZES, decoder_start_token_id=1)),
    "t5": lambda: hf.T5ForConditionalGeneration(
        hf.T5Config(**T5, decoder_start_token_id=0, initializer_factor=2.0, dropout_rate=0.0)
    ),
}
