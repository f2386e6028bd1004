#!/bin/sh
# Builds build/weft.jar with the native library inside, and the tests and examples; `build.sh test` runs
# the tests. It needs a JDK and a C++ compiler. Weft's folder is WEFT_PREFIX, else `weft --prefix`; the
# place of what is built is BUILD, else build/.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
prefix=${WEFT_PREFIX:-$(weft --prefix)} || {
  echo "build.sh: install Weft (pip install . in its tree), or set WEFT_PREFIX to its folder" >&2
  exit 1
}
build=${BUILD:-$here/build}
home=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
platform=$(printf '%s-%s' "$(uname -s)" "$(uname -m | sed s/x86_64/amd64/)" | tr '[:upper:]' '[:lower:]')
native=$build/classes/META-INF/native/$platform

rm -rf "$build/classes"
mkdir -p "$native" "$build/tests" "$build/examples"
cp -L "$prefix/lib/libweft.so.0" "$native/"
"${CXX:-c++}" -std=c++17 -O2 -Wall -Wextra -fPIC -shared -fvisibility=hidden \
  -I"$home/include" -I"$home/include/linux" -I"$prefix/include" "$here"/src/main/native/*.cc \
  -o "$native/libweft_jni.so" -L"$prefix/lib" -lweft '-Wl,-rpath,$ORIGIN'
find "$here/src/main/java" -name '*.java' > "$build/sources"
javac --release 11 -Xlint:all -Xlint:-options -Werror -d "$build/classes" @"$build/sources"
jar --create --file "$build/weft.jar" -C "$build/classes" .
javac -cp "$build/weft.jar" -Xlint:all -Werror -d "$build/tests" "$here"/src/test/java/org/weft/*.java
javac -cp "$build/weft.jar" -d "$build/examples" "$here"/src/examples/*.java
if [ "${1:-}" = test ]; then
  java -Xcheck:jni -cp "$build/weft.jar:$build/tests" org.weft.Conformance "$here/../conformance"
fi
