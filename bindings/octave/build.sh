#!/bin/sh
# Compiles weft_mex for Octave into build/; `build.sh test` runs the tests. In MATLAB:
# mex -I<prefix>/include src/weft_mex.c -L<prefix>/lib -lweft. Weft's folder is WEFT_PREFIX, else
# `weft --prefix`; the place of what is built is BUILD, else build/.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
prefix=${WEFT_PREFIX:-$(weft --prefix)} || {
  echo "build.sh: install Weft (pip install . in its tree), or set WEFT_PREFIX to its folder" >&2
  exit 1
}
build=${BUILD:-$here/build}
mkdir -p "$build"
cd "$build"
LDFLAGS="-Wl,-rpath,$prefix/lib" mkoctfile --mex -I"$prefix/include" "$here/src/weft_mex.c" -L"$prefix/lib" -lweft \
  -o weft_mex.mex
if [ "${1:-}" = test ]; then
  octave-cli --quiet --path "$here" --path "$build" "$here/tests/conformance.m" "$here/../conformance"
  octave-cli --quiet --path "$here" --path "$build" "$here/tests/misuse.m" "$here/../conformance"
  octave-cli --quiet --path "$here" --path "$build" "$here/tests/native.m"
fi
