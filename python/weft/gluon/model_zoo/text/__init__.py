"""Networks for text, with fresh parameters.

>>> from weft import gluon, np
>>> net = gluon.model_zoo.text.GPT(vocab_size=50, units=16, num_layers=2, num_heads=2)
>>> net.initialize()
>>> net(np.zeros((1, 5), dtype="int32")).shape
(1, 5, 50)
"""

from weft.gluon.model_zoo.text.bart import BART
from weft.gluon.model_zoo.text.bert import BERT, bert_base
from weft.gluon.model_zoo.text.decoder import Decoder
from weft.gluon.model_zoo.text.gpt import GPT, gpt2_small
from weft.gluon.model_zoo.text.heads import (
    MaskedLanguageModel,
    NextSentence,
    PretrainedBERT,
    QuestionAnswering,
    ReplacedTokens,
    SequenceClassifier,
    TokenClassifier,
)
from weft.gluon.model_zoo.text.llama import Llama
from weft.gluon.model_zoo.text.neox import NeoX
from weft.gluon.model_zoo.text.opt import OPT
from weft.gluon.model_zoo.text.recurrent import RNNModel
from weft.gluon.model_zoo.text.rotary import Rotary
from weft.gluon.model_zoo.text.sampling import draw
from weft.gluon.model_zoo.text.t5 import T5, T5Encoder
from weft.gluon.model_zoo.text.whisper import Whisper, WhisperClassifier

__all__ = [
    "BART",
    "BERT",
    "GPT",
    "OPT",
    "T5",
    "Decoder",
    "Llama",
    "MaskedLanguageModel",
    "NeoX",
    "NextSentence",
    "PretrainedBERT",
    "QuestionAnswering",
    "RNNModel",
    "ReplacedTokens",
    "Rotary",
    "SequenceClassifier",
    "T5Encoder",
    "TokenClassifier",
    "Whisper",
    "WhisperClassifier",
    "bert_base",
    "draw",
    "gpt2_small",
]
__dir__ = __all__.copy
