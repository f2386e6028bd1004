#!/bin/sh
# Builds build/weft-scala.jar on the jar of the Java binding, and the tests and examples; `build.sh test`
# runs the tests. It needs Scala's compiler and what bindings/java/build.sh needs. The place of what is
# built is BUILD, else build/.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-$here/build}
mkdir -p "$build/classes" "$build/tests" "$build/examples"
BUILD="$build/java" "$here/../java/build.sh"
jar=$build/java/weft.jar
compile() {
  scalac -target:jvm-1.8 -deprecation -feature -Xlint -Xfatal-warnings "$@"
}

find "$here/src/main/scala" -name '*.scala' > "$build/sources"
compile -cp "$jar" -d "$build/classes" @"$build/sources"
jar --create --file "$build/weft-scala.jar" -C "$build/classes" .
compile -cp "$jar:$build/weft-scala.jar" -d "$build/tests" "$here"/src/test/scala/weft/*.scala
compile -cp "$jar:$build/weft-scala.jar" -d "$build/examples" "$here"/src/examples/*.scala
if [ "${1:-}" = test ]; then
  java -cp "$jar:$build/java/tests" org.weft.Conformance "$here/../conformance"
  scala -cp "$jar:$build/weft-scala.jar:$build/tests" weft.Tests "$here/../conformance"
fi
