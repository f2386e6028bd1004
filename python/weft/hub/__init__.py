"""Networks of the Hugging Face hub, or of a folder like those there, as Gluon networks.

>>> import weft
>>> net = weft.hub.load("sentence-transformers/all-MiniLM-L6-v2")  # doctest: +SKIP
>>> net = weft.hub.load("folder/with/config.json")  # doctest: +SKIP
>>> weft.hub.families()["distilbert"][:2]
['DistilBertModel', 'DistilBertForMaskedLM']

What a config.json describes is built from the model zoo and takes the weights beside it by name.
No code of the folder is run. To download needs the package `huggingface_hub`: `pip install
'.[hub]'`; a local folder needs none.
"""

from weft.hub._families import families
from weft.hub._load import load

__all__ = ["families", "load"]
__dir__ = __all__.copy
