"""Pictures of networks and of what they do: graphs, plans, images, confusion matrices, attention.

`plot_network` draws by Graphviz, or as a page of HTML where that is missing; `plot_plan` makes a
page of how a network runs. The other functions draw by Matplotlib, give its figure, and write it
where they get a path.
"""

from weft.viz._graph import NetworkGraph, graph_of
from weft.viz._network import plot_network
from weft.viz._pictures import (
    plot_attention,
    plot_confusion_matrix,
    plot_curves,
    show_images,
)
from weft.viz._plans import plot_plan

__all__ = [
    "NetworkGraph",
    "graph_of",
    "plot_attention",
    "plot_confusion_matrix",
    "plot_curves",
    "plot_network",
    "plot_plan",
    "show_images",
]
__dir__ = __all__.copy
