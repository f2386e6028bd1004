"""A library of Arduino's, form 1.5: `library.properties`, `src`, `examples`."""

from weft._boards.layout import Layout

_PROPERTIES = """\
name=@name
version=@version
author=@vendor
maintainer=@vendor
sentence=The network @name as C, made by Weft.
paragraph=@flash bytes of weights, @arena bytes of arena, @work multiply-adds a run; no heap.
category=Data Processing
url=@url
architectures=*
includes=@name.h
"""

_SKETCH = """\
// Runs @name on one input and compares with the results that libweft gave for it.
#include <@name.h>

#include "@{name}_check.h"

void setup() {
  Serial.begin(115200);
  while (!Serial) {
  }
  Serial.println(@{name}_check() == 0 ? "@name: as libweft" : "@name: DIFFERS from libweft");
}

void loop() {
}
"""

_README = """\
# @name

A network as an Arduino library: put this folder, or a zip of it, into `libraries` of the sketchbook
(*Sketch > Include Library > Add .ZIP Library*), and open *File > Examples > @name > @{name}_check*.
`src/@name.h` says what the functions take and how much memory they need.

On AVR constant arrays lie in RAM: only very small networks fit there.
"""

ARDUINO = Layout(
    folder="@name",
    code="src",
    header="src",
    check="examples/@{name}_check",
    files={
        "library.properties": _PROPERTIES,
        "examples/@{name}_check/@{name}_check.ino": _SKETCH,
        "README.md": _README,
    },
    flags_in_source=True,
)
