"""A library of PlatformIO: `library.json`, `src`, `include`, an example."""

from weft._boards.layout import Layout

_LIBRARY = """\
{
  "name": "@name",
  "version": "@version",
  "description": "The network @name as C, made by Weft",
  "keywords": ["neural network", "@name"],
  "homepage": "@url",
  "authors": [{"name": "@vendor"}],
  "headers": "@name.h",
  "frameworks": "*",
  "platforms": "*",
  "build": {"flags": ["-ffp-contract=off"]},
  "examples": [
    {
      "name": "check",
      "base": "examples/check",
      "files": ["platformio.ini", "src/main.cpp", "src/@{name}_check.c", "src/@{name}_check.h"]
    }
  ]
}
"""

_PROJECT = """\
; Runs @name on one input: on this machine, or on a board with Arduino's framework.
[platformio]
default_envs = native

[env]
lib_deps = symlink://../..

[env:native]
platform = native

[env:board]
platform = ststm32
board = nucleo_f446re
framework = arduino
"""

_MAIN = """\
// Runs @name on one input and compares with the results that libweft gave for it.
#include "@{name}_check.h"

#ifdef ARDUINO
#include <Arduino.h>

void setup() {
  Serial.begin(115200);
  Serial.println(@{name}_check() == 0 ? "@name: as libweft" : "@name: DIFFERS from libweft");
}

void loop() {}
#else
#include <stdio.h>

int main() {
  const int status = @{name}_check();
  printf("@name: %s\\n", status == 0 ? "as libweft" : "DIFFERS from libweft");
  return status;
}
#endif
"""

_README = """\
# @name

A network as a PlatformIO library: name this folder in `lib_deps` of a project
(`symlink://…/@name`), include `@name.h`, which says what the functions take. @flash bytes of
weights, @arena bytes of arena. Its test: `cd examples/check && pio run -t exec`, or
`pio run -e board -t upload`.
"""

PLATFORMIO = Layout(
    folder="@name",
    code="src",
    header="include",
    check="examples/check/src",
    files={
        "library.json": _LIBRARY,
        "examples/check/platformio.ini": _PROJECT,
        "examples/check/src/main.cpp": _MAIN,
        "README.md": _README,
    },
)
