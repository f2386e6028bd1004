#!/bin/sh
# Builds Weft.dll, the tests and the examples by Mono's compiler; `build.sh test` runs the tests under Mono.
# With the .NET SDK `dotnet pack Weft.csproj` makes the package. Weft's folder is WEFT_PREFIX, else
# `weft --prefix`; the place of what is built is BUILD, else build/.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
prefix=${WEFT_PREFIX:-$(weft --prefix)} || {
  echo "build.sh: install Weft (pip install . in its tree), or set WEFT_PREFIX to its folder" >&2
  exit 1
}
build=${BUILD:-$here/build}
mkdir -p "$build"
cp -L "$prefix/lib/libweft.so.0" "$build/libweft.so"
mcs -nologo -unsafe -langversion:latest -warnaserror -target:library -out:"$build/Weft.dll" "$here"/src/*.cs
mcs -nologo -langversion:latest -reference:"$build/Weft.dll" -out:"$build/Conformance.exe" "$here"/tests/*.cs
for program in "$here"/examples/*.cs; do
  mcs -nologo -langversion:latest -reference:"$build/Weft.dll" -out:"$build/$(basename "$program" .cs).exe" "$program"
done
if [ "${1:-}" = test ]; then
  LD_LIBRARY_PATH=$build mono "$build/Conformance.exe" "$here/../conformance"
fi
