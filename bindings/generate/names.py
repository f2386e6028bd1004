"""How names and texts of the registry look in other languages."""


def camel(name: str) -> str:
    """`softmax_cross_entropy` as SoftmaxCrossEntropy."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def lower_camel(name: str) -> str:
    """`softmax_cross_entropy` as softmaxCrossEntropy."""
    whole = camel(name)
    return whole[:1].lower() + whole[1:]


def sentence(doc: str) -> str:
    """A text of the registry that ends with a full stop; texts without one word say nothing."""
    doc = doc.strip()
    if not doc:
        return "See the operator's page."
    return doc if doc.endswith((".", "!", "?", ":")) else doc + "."


def title(name: str) -> str:
    """`INVALID_VALUE` as InvalidValue."""
    return camel(name.lower())
