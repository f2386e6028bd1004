"""Which network of the model zoo is that of a config.json: one table, a line for each family."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from weft._base.errors import InvalidType, Unsupported
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo.text import bart, encoders, gpt, llama, neox, opt, t5, whisper
from weft.gluon.model_zoo.vision import (
    clip,
    convnext,
    inverted_residuals,
    regnet,
    resnext,
    swin,
    vit,
)


@dataclass(frozen=True)
class Family:
    """Networks of one module of the zoo, which has a function `from_config`.

    model_type: as config.json has it
    prefix, heads: architectures are the prefix with each of the heads; the first is the base model,
        for a config.json that names none
    takes: what a call takes: "tokens" (N, T), "images" (N, C, H, W), "frames" of speech (N, M, T),
        or other words, for messages
    but: heads whose networks take something else
    """

    model_type: str
    module: ModuleType
    prefix: str
    heads: str
    takes: str = "tokens"
    but: Mapping[str, str] = field(default_factory=dict)

    @property
    def architectures(self) -> list[str]:
        """Names of classes in Hugging Face."""
        return [self.prefix + head for head in self.heads.split()]

    @property
    def base(self) -> str:
        """The class without a head, whether the family here has it or not."""
        return f"{self.prefix}Model"

    def takes_of(self, architecture: str) -> str:
        """What a call of this architecture's network takes."""
        return self.but.get(architecture.removeprefix(self.prefix), self.takes)

    def build(self, config: Mapping[str, Any], architecture: str) -> HybridBlock:
        """The network, without values."""
        named = {"model_type": self.model_type, "architectures": [architecture]}
        return self.module.from_config({**config, **named})


_ENCODER = "Model ForMaskedLM ForSequenceClassification ForTokenClassification ForQuestionAnswering"

_IMAGES = "Model ForImageClassification"
_PAIR = "Model ForConditionalGeneration"  # an encoder with a decoder
_TOWER = "Model ModelWithProjection"
_ENCODES = {"EncoderModel": "tokens"}  # a pair without its decoder

FAMILIES = [
    Family("albert", encoders, "Albert", _ENCODER),
    Family("bart", bart, "Bart", _PAIR, takes="two texts"),
    Family("bert", encoders, "Bert", f"{_ENCODER} ForPreTraining ForNextSentencePrediction"),
    Family("blenderbot", bart, "Blenderbot", _PAIR, takes="two texts"),
    Family("camembert", encoders, "Camembert", _ENCODER),
    Family("clip", clip, "CLIP", "Model", takes="tokens and images"),
    Family("clip_text_model", clip, "CLIPText", _TOWER),
    Family("clip_vision_model", clip, "CLIPVision", _TOWER, takes="images"),
    Family("convnext", convnext, "ConvNext", _IMAGES, takes="images"),
    Family("convnextv2", convnext, "ConvNextV2", _IMAGES, takes="images"),
    Family("deit", vit, "DeiT", f"{_IMAGES} ForImageClassificationWithTeacher", takes="images"),
    Family("dinov2", vit, "Dinov2", _IMAGES, takes="images"),
    Family("distilbert", encoders, "DistilBert", _ENCODER),
    Family("electra", encoders, "Electra", f"{_ENCODER} ForPreTraining"),
    Family("fnet", encoders, "FNet", f"{_ENCODER} ForPreTraining ForNextSentencePrediction"),
    Family("gemma", llama, "Gemma", "ForCausalLM"),
    Family("gemma2", llama, "Gemma2", "ForCausalLM"),
    Family("gpt2", gpt, "GPT2", "LMHeadModel"),
    Family("gpt_neox", neox, "GPTNeoX", "ForCausalLM"),
    Family("llama", llama, "Llama", "ForCausalLM"),
    Family("marian", bart, "Marian", "Model MTModel", takes="two texts"),
    Family("mbart", bart, "MBart", _PAIR, takes="two texts"),
    Family("mistral", llama, "Mistral", "ForCausalLM"),
    Family("mixtral", llama, "Mixtral", "ForCausalLM"),
    Family("mobilenet_v2", inverted_residuals, "MobileNetV2", _IMAGES, takes="images"),
    Family("mpnet", encoders, "MPNet", _ENCODER),
    Family("mt5", t5, "MT5", f"{_PAIR} EncoderModel", "two texts", _ENCODES),
    Family("opt", opt, "OPT", "ForCausalLM"),
    Family("pegasus", bart, "Pegasus", _PAIR, takes="two texts"),
    Family("phi", neox, "Phi", "ForCausalLM"),
    Family("phi3", llama, "Phi3", "ForCausalLM"),
    Family("qwen2", llama, "Qwen2", "ForCausalLM"),
    Family("qwen3", llama, "Qwen3", "ForCausalLM"),
    Family("qwen3_moe", llama, "Qwen3Moe", "ForCausalLM"),
    Family("regnet", regnet, "RegNet", _IMAGES, takes="images"),
    Family("resnet", resnext, "ResNet", _IMAGES, takes="images"),
    Family("roberta", encoders, "Roberta", _ENCODER),
    Family("swin", swin, "Swin", _IMAGES, takes="images"),
    Family("t5", t5, "T5", f"{_PAIR} WithLMHeadModel EncoderModel", "two texts", _ENCODES),
    Family("vit", vit, "ViT", _IMAGES, takes="images"),
    Family(
        *("whisper", whisper, "Whisper", f"{_PAIR} ForAudioClassification"),
        takes="frames and a text",
        but={"ForAudioClassification": "frames"},
    ),
    Family("xlm-roberta", encoders, "XLMRoberta", _ENCODER),
]


def families() -> dict[str, list[str]]:
    """The architectures that `weft.hub.load` knows, by `model_type`; the first is the base model.

    >>> families()["roberta"][0]
    'RobertaModel'
    """
    return {family.model_type: family.architectures for family in FAMILIES}


def find(config: Mapping[str, Any], source: str, wanted: str | None) -> tuple[Family, str]:
    """The family and the architecture of a config.json: the wanted one, else the first that it
    names, else the base model of its type."""
    architecture = wanted or _first(config, source)
    for family in FAMILIES:
        if architecture is None and family.model_type == config.get("model_type"):
            return family, family.architectures[0]
        if architecture in family.architectures:
            return family, str(architecture)
    told = (
        f"the architecture {architecture!r}"
        if architecture
        else f"no architecture and the model_type {config.get('model_type')!r}"
    )
    known = ", ".join(name for family in FAMILIES for name in family.architectures)
    raise Unsupported(
        f"weft.hub.load: {source} has {told}, which is none of those known: {known}. "
        "`architecture=` chooses one of these; `weft.torch.convert` takes any module of PyTorch"
    )


def _first(config: Mapping[str, Any], source: str) -> str | None:
    named = config.get("architectures")
    if not named:
        return None
    if not isinstance(named, list) or not isinstance(named[0], str):
        raise InvalidType(
            f"weft.hub.load: `architectures` of {source} must be a list of names; got {named!r}"
        )
    return named[0]


__all__ = ["FAMILIES", "Family", "families", "find"]
