#!/bin/sh
# Builds the source package and runs R's own check on it, with all cases of conformance. Weft's folder is
# WEFT_PREFIX, else `weft --prefix`; the place of what is built is BUILD, else build/.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-$here/build}
WEFT_PREFIX=${WEFT_PREFIX:-$(weft --prefix)} || {
  echo "check.sh: install Weft (pip install . in its tree), or set WEFT_PREFIX to its folder" >&2
  exit 1
}
WEFT_CONFORMANCE=$here/../conformance
export WEFT_PREFIX WEFT_CONFORMANCE
# What only CRAN's own servers can say: is the name free, what is the time.
export _R_CHECK_CRAN_INCOMING_=false _R_CHECK_FUTURE_FILE_TIMESTAMPS_=false
mkdir -p "$build"
cd "$build"
R CMD build --no-build-vignettes "$here/weft"
R CMD check --as-cran --no-manual weft_*.tar.gz
! grep -E 'WARNING|ERROR' weft.Rcheck/00check.log
