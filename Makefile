# The developer's entry. `make demo` on a fresh machine needs a C++ compiler, make, and Python 3.11
# or later with headers and venv; everything else comes from PyPI into .venv.
#
#   make              build the library, the extension and the tests into build/
#   make demo         train on handwritten digits, export, run from C
#   make test         C++, ABI and Python tests, and the examples
#   make test-full    the same, and for every instruction set and sanitizer; SLICE=tsan runs one slice
#   make lint format  check the form of the sources; rewrite it
#   make bench        benchmarks, at most 10 minutes; bench-all everything; bench-peers installs other
#                     frameworks, in environments of their own, to compare with
#   make wasm         the modules for browsers, into bindings/wasm/lib
#   make site         the book, as plain files in build/site/html
#   make dist         wheels for all Pythons that are here, into dist/
#   make packages     packages for other languages, as far as their tools are here, into dist/packages
#   make xcframework  the framework for Apple's systems, as far as zig goes; make aar  Android's archive
#
# WERROR=ON makes warnings errors, JOBS=n sets the number of compilers, PYTHON names the interpreter.

PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,$(shell \
  $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))) python3)
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
WERROR ?= OFF

VENV := $(CURDIR)/.venv
BIN := $(VENV)/bin
BUILD := build
export PATH := $(BIN):$(PATH)
unexport PYTHONHOME

CONFIGURE = cmake -G Ninja -S . -DWEFT_WERROR=$(WERROR) -DPython_EXECUTABLE=$(BIN)/python \
  -DPython_ROOT_DIR=$(VENV) -DPython_FIND_VIRTUALENV=ONLY
PYTEST = $(BIN)/python -m pytest -q
# All tests, in two processes.
PYTEST_ALL = .ci/halves $(PYTEST)
CTEST = ctest --output-on-failure

.PHONY: all build prerequisites demo test test-array-api test-mxnet test-full slices lint lint-rules format format-check bench \
  bench-all bench-peers runtime wasm site dist packages xcframework aar clean distclean
.DEFAULT_GOAL := all
all: build

# ---------------------------------------------------------------------------------------- building

# .venv, what pyproject.toml asks for, and a path to the staged package, so that `import weft` works
# from .venv without an installation and without a build at import.
$(VENV)/.dependencies: pyproject.toml
	@.ci/prerequisites $(PYTHON)
	@test -x $(BIN)/python || { echo "== creating .venv" && $(PYTHON) -m venv $(VENV); }
	@echo "== installing dependencies into .venv"
	@$(BIN)/python .ci/dependencies.py > $(VENV)/requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r $(VENV)/requirements.txt
	@$(BIN)/python .ci/link_package.py $(CURDIR)/$(BUILD)/python
	@touch $@

$(BUILD)/build.ninja: $(VENV)/.dependencies Makefile
	$(CONFIGURE) -B $(BUILD) -DWEFT_BUILD_PYTHON=ON
	@touch $@

build: $(BUILD)/build.ninja
	@cmake --build $(BUILD) -j $(JOBS)

prerequisites:
	@.ci/prerequisites $(PYTHON)

# The part that runs models, without autograd, exceptions and RTTI.
runtime: $(VENV)/.dependencies
	$(CONFIGURE) -B $(BUILD)/runtime -DWEFT_RUNTIME_ONLY=ON -DWEFT_BUILD_TESTS=ON
	cmake --build $(BUILD)/runtime -j $(JOBS)
	cd $(BUILD)/runtime && $(CTEST)

# The modules of bindings/wasm: all operators, for the dtypes of networks; for one thread, then for
# several. Networks say which functions pages load first. Needs Emscripten, Binaryen.
WASM_DTYPES ?= bool;uint8;int8;int32;int64;uint64;float16;float32;float64:elementwise
WASM_OPTIONS = -DCMAKE_TOOLCHAIN_FILE=core/cmake/toolchains/wasm.cmake -DWEFT_RUNTIME_ONLY=ON \
  "-DWEFT_DTYPES=$(WASM_DTYPES)" -DWEFT_WASM_NETWORKS=$(abspath $(BUILD))/wasm-networks
wasm: build
	PYTHONPATH=$(CURDIR)/$(BUILD)/python $(BIN)/python bindings/wasm/networks.py \
	  $(BUILD)/wasm-networks
	$(CONFIGURE) -B $(BUILD)/wasm $(WASM_OPTIONS)
	cmake --build $(BUILD)/wasm -j $(JOBS) --target weft_modules
	$(CONFIGURE) -B $(BUILD)/wasm-threads $(WASM_OPTIONS) -DWEFT_WASM_THREADS=ON
	cmake --build $(BUILD)/wasm-threads -j $(JOBS) --target weft_modules

# ----------------------------------------------------------------------------------------- running

# An example writes what it makes into the folder that it is started in.
demo: build
	@mkdir -p $(BUILD)/demo
	cd $(BUILD)/demo && $(BIN)/python $(CURDIR)/examples/digits/demo.py

# Other frameworks are large and pin NumPy: they live apart. The scripts of benchmarks/ run beside
# this build of Weft in PyTorch's environment where there is one; each framework that networks are
# compared with has its own, and what cannot be installed is printed as missing.
PEERS := $(BUILD)/peers
BENCH_PYTHON = $(if $(wildcard $(PEERS)/.dependencies),$(PEERS),$(VENV))/bin/python
NETWORKS = $(BIN)/python benchmarks/networks/run.py
RESULTS := benchmarks/results

bench: build
	$(BENCH_PYTHON) benchmarks/run.py
	$(NETWORKS) --best --aims --threads 2 --seconds 0.4 --json $(BUILD)/networks.json

bench-all: build
	$(BENCH_PYTHON) benchmarks/run.py --all
	$(NETWORKS) --json $(RESULTS)/networks.json
	$(BIN)/python benchmarks/networks/memory.py --json $(RESULTS)/memory.json
	$(BIN)/python benchmarks/networks/picture.py $(RESULTS)/networks.json $(RESULTS)/networks.svg
	$(BIN)/python benchmarks/networks/picture.py $(RESULTS)/networks.json $(RESULTS)/growth.svg memory

$(PEERS)/.dependencies: benchmarks/peers.txt $(VENV)/.dependencies
	@test -x $(PEERS)/bin/python || $(PYTHON) -m venv $(PEERS)
	@echo "== installing other frameworks into $(PEERS)"
	@$(PEERS)/bin/python -m pip install --quiet -r benchmarks/peers.txt -r $(VENV)/requirements.txt
	@$(PEERS)/bin/python .ci/link_package.py $(CURDIR)/$(BUILD)/python
	@touch $@

# MXNet's last release needs Python 3.10 or older.
PYTHON_mxnet ?= python3.10
NETWORK_PEERS := $(wildcard benchmarks/networks/peers/*.txt)
NETWORK_PEERS := $(NETWORK_PEERS:benchmarks/networks/peers/%.txt=$(PEERS)-%/.dependencies)
$(PEERS)-%/.dependencies: benchmarks/networks/peers/%.txt
	@echo "== installing $* into $(@D)"
	@{ test -x $(@D)/bin/python || $(or $(PYTHON_$*),$(PYTHON)) -m venv $(@D); } && \
	  $(@D)/bin/python -m pip install --quiet -r $< && touch $@ || \
	  { echo "== $* cannot be installed here"; rm -rf $(@D); }

bench-peers: build $(PEERS)/.dependencies $(NETWORK_PEERS)

# ------------------------------------------------------------------------------- book and wheels

# The book has an environment of its own: neither the package nor its tests need what makes it.
SITE := $(BUILD)/site-venv
$(SITE)/.dependencies: docs/site/requirements.txt $(VENV)/.dependencies
	@test -x $(SITE)/bin/python || $(PYTHON) -m venv $(SITE)
	@echo "== installing what makes the book into $(SITE)"
	@$(SITE)/bin/python -m pip install --quiet -r $< -r $(VENV)/requirements.txt
	@$(SITE)/bin/python .ci/link_package.py $(CURDIR)/$(BUILD)/python
	@touch $@
site: build $(SITE)/.dependencies
	@$(SITE)/bin/python docs/site/build.py --output $(BUILD)/site --jobs $(JOBS)

# PYTHONS names the interpreters to make wheels for; by default all that are on the path.
PYTHONS ?= $(foreach name,python3.11 python3.12 python3.13 python3.14,$(shell \
  $(name) -c 'print("$(name)")' 2>/dev/null))
DIST := $(BUILD)/dist-venv
$(DIST)/.dependencies: .ci/dist.txt
	@test -x $(DIST)/bin/python || $(PYTHON) -m venv $(DIST)
	@$(DIST)/bin/python -m pip install --quiet -r $<
	@touch $@
dist: $(DIST)/.dependencies
	@PATH="$(CURDIR)/$(DIST)/bin:$$PATH" $(DIST)/bin/python .ci/dist.py --pythons "$(PYTHONS)" --jobs $(JOBS) \
	  --define WEFT_WERROR=$(WERROR)

# Jars, gems, crates and so on: what users of other languages install.
packages: build
	@WEFT_PREFIX="$(CURDIR)/$(BUILD)/python/weft" $(BIN)/python bindings/packages.py

# zig's compiler, which has the libraries of other systems inside.
ZIG := $(BUILD)/zig-venv
$(ZIG)/.dependencies: tests/cross/requirements.txt $(VENV)/.dependencies
	@test -x $(ZIG)/bin/python || $(PYTHON) -m venv $(ZIG)
	@$(ZIG)/bin/python -m pip install --quiet -r $<
	@touch $@

# The framework for Apple's systems, as far as zig goes: macOS; and Android's archive, by the NDK.
XCFRAMEWORK := $(BUILD)/zig-macos-static
xcframework: $(ZIG)/.dependencies
	$(BIN)/cmake -G Ninja -S . -B $(XCFRAMEWORK) -DWEFT_RUNTIME_ONLY=ON -DBUILD_SHARED_LIBS=OFF \
	  -DCMAKE_TOOLCHAIN_FILE=$(CURDIR)/core/cmake/toolchains/zig.cmake -DWEFT_ZIG_TARGET=aarch64-macos \
	  -DWEFT_ZIG="$$($(ZIG)/bin/python -c 'import pathlib, ziglang; print(pathlib.Path(ziglang.__file__).parent / "zig")')"
	$(BIN)/cmake --build $(XCFRAMEWORK) -j $(JOBS) --target weft
	$(BIN)/python bindings/swift/xcframework.py macos-arm64=$(XCFRAMEWORK)/lib/libweft.a \
	  -o $(BUILD)/Weft.xcframework
aar:
	BUILD=$(CURDIR)/$(BUILD)/android bindings/java/aar.sh

# ----------------------------------------------------------------------------------------- testing

test: build
	@echo "== C++ and ABI tests" && cd $(BUILD) && $(CTEST)
	@echo "== Python tests, packaging, examples" && $(PYTEST_ALL)

# The array API's own suite (data-apis/array-api-tests with its submodule), of which there is a
# checkout at ARRAY_API_TESTS, in an environment of its own.
ARRAY_API := $(BUILD)/array-api
$(ARRAY_API)/.dependencies: tests/array_api/requirements.txt $(VENV)/.dependencies
	@test -x $(ARRAY_API)/bin/python || $(PYTHON) -m venv $(ARRAY_API)
	@$(ARRAY_API)/bin/python -m pip install --quiet -r $< -r $(VENV)/requirements.txt
	@touch $@
test-array-api: build $(ARRAY_API)/.dependencies
	@test -d "$(ARRAY_API_TESTS)/array_api_tests" || \
	  { echo "ARRAY_API_TESTS must be a checkout of data-apis/array-api-tests"; exit 2; }
	cd $(ARRAY_API_TESTS) && PYTHONPATH=$(CURDIR)/$(BUILD)/python ARRAY_API_TESTS_MODULE=weft.np \
	  ARRAY_API_TESTS_VERSION=2024.12 $(CURDIR)/$(ARRAY_API)/bin/python -m pytest -q \
	  -p no:cacheprovider --rootdir=. -c pytest.ini --xfails-file $(CURDIR)/tests/array_api/expected_failures.txt \
	  --max-examples $(or $(EXAMPLES),100) array_api_tests

# MXNet's own unit tests, of 1.x or 2.0, of which there is a checkout at MXNET_TESTS. FILES names files
# of its tests/python/unittest; all by default.
MXNET_SUITE := $(BUILD)/mxnet-suite
$(MXNET_SUITE)/.dependencies: tests/mxnet_suite/requirements.txt $(VENV)/.dependencies
	@test -x $(MXNET_SUITE)/bin/python || $(PYTHON) -m venv $(MXNET_SUITE)
	@$(MXNET_SUITE)/bin/python -m pip install --quiet -r $< -r $(VENV)/requirements.txt
	@touch $@
test-mxnet: build $(MXNET_SUITE)/.dependencies
	@test -d "$(MXNET_TESTS)/tests/python/unittest" || \
	  { echo "MXNET_TESTS must be a checkout of apache/mxnet"; exit 2; }
	PYTHONPATH=$(CURDIR)/$(BUILD)/python $(MXNET_SUITE)/bin/python tests/mxnet_suite/run.py \
	  $(MXNET_TESTS) $(FILES)

# What test-full adds to test, in slices of at most 25 minutes on two cores. SLICE names those to
# run (SLICE=tsan, SLICE="isa-avx2 engine"), without `test`; `make slices` lists them.
SLICES := isa-generic isa-avx2 isa-avx512 engine devices passes-1 passes-2 passes-3 passes-4 \
  thorough docs site dist runtime onnx bindings browser distributed boards systems cross clang fuzz \
  asan asan-ops asan-python ubsan tsan mutation peers
ifneq ($(filter-out $(SLICES),$(SLICE)),)
  $(error test-full has no slice $(filter-out $(SLICES),$(SLICE)); its slices are $(SLICES))
endif
.PHONY: $(addprefix slice-,$(SLICES))
test-full: $(if $(SLICE),,test) $(addprefix slice-,$(or $(SLICE),$(SLICES)))
slices:
	@echo $(SLICES)

isa_flag_avx2 := avx2
isa_flag_avx512 := avx512dq
$(filter slice-isa-%,$(addprefix slice-,$(SLICES))): slice-isa-%: build
	@if [ -n "$(isa_flag_$*)" ] && ! grep -qw "$(isa_flag_$*)" /proc/cpuinfo; then \
	  echo "== instruction set $*: not run, this processor lacks it"; \
	else \
	  echo "== instruction set $*" && export WEFT_ISA=$* && \
	  (cd $(BUILD) && $(CTEST)) && $(PYTEST_ALL) -m 'not packaging'; \
	fi

slice-engine: build
	@for policy in async serial; do \
	  echo "== engine policy $$policy" && export WEFT_ENGINE=$$policy && \
	  (cd $(BUILD) && $(CTEST)) && $(PYTEST_ALL) -m 'not packaging' || exit 1; \
	done
	@echo "== a million random operations" && \
	  WEFT_TEST_OPERATIONS=1000000 $(BUILD)/weft_core_tests -sf='*engine_stress*'

# The registry suite on the tests' own device, with all kernels and with every second one missing.
slice-devices: build
	$(PYTEST) tests/ops --device=fake
	WEFT_FAKE_LACKS=2 $(PYTEST) tests/ops --device=fake

# Operators, programs and networks with each pass switched off in turn, a quarter of them a slice.
$(filter slice-passes-%,$(addprefix slice-,$(SLICES))): slice-passes-%: build
	@for pass in $$($(BIN)/python -c \
	  "from weft._core import native; print(*native.info('passes').split(',')[$* - 1::4])"); do \
	  echo "== without the pass $$pass" && WEFT_PASSES=-$$pass $(PYTEST) tests/ops \
	    tests/python/test_model_zoo.py tests/python/test_programs.py || exit 1; \
	done

slice-thorough: build
	$(PYTEST_ALL) --full -m 'not pages'

# The pages whose steps change the core, followed in a copy of the tree that is built first.
slice-docs: build
	$(PYTEST) --full -m pages tests/docs

# The book, where a link that leads nowhere is an error; wheels, each installed and tried.
slice-site: site
slice-dist: dist

slice-runtime: runtime

# Importers: the whole test suite that ONNX ships for backends, all samples of the exporter.
slice-onnx: build
	$(PYTEST) --full tests/importers

# The bindings of other languages, as far as their tools are installed.
slice-bindings: build
	$(PYTEST) --full tests/bindings

# The drivers of collectives that need a library of the machine, as far as it is here.
slice-distributed: build
	@plugins=; for driver in gloo mpi; do \
	  plugin=$(CURDIR)/$(BUILD)/plugins/libweft_$$driver.so; \
	  if $(BIN)/python -m weft.distributed.build $$driver --output $$plugin > $(BUILD)/$$driver.txt 2>&1; \
	  then plugins=$$plugins:$$plugin; \
	  elif grep -q "is not there\|there is no MPI" $(BUILD)/$$driver.txt; \
	  then echo "== $$driver: not run; $$(cat $(BUILD)/$$driver.txt)"; \
	  else cat $(BUILD)/$$driver.txt; exit 1; fi; \
	done; echo "== drivers of collectives: memory$$plugins" && \
	WEFT_COLLECTIVE_PLUGINS=$$plugins $(PYTEST) tests/collectives && \
	$(PYTEST) --full tests/python/distributed

# Packages for boards, as their package managers read them and compilers of their processors take them.
BOARDS := $(BUILD)/boards-venv
$(BOARDS)/.dependencies: tests/boards/requirements.txt $(VENV)/.dependencies
	@test -x $(BOARDS)/bin/python || $(PYTHON) -m venv $(BOARDS)
	@$(BOARDS)/bin/python -m pip install --quiet -r $< -r $(VENV)/requirements.txt
	@$(BOARDS)/bin/python .ci/link_package.py $(CURDIR)/$(BUILD)/python
	@touch $@
slice-boards: build $(BOARDS)/.dependencies
	$(BOARDS)/bin/python -m pytest -q --full tests/boards

# Windows, macOS and Linux with another C library, as far as zig's compiler goes.
slice-systems: build $(ZIG)/.dependencies
	$(ZIG)/bin/python tests/cross/systems.py --build $(BUILD) --jobs $(JOBS)

# The module for browsers, in Node; the pages of examples/browser in headless Chromium.
slice-browser: build
	@if ! command -v em++ > /dev/null; then echo "== browser: not run, Emscripten is not installed"; exit 0; fi; \
	set -e; $(MAKE) wasm; $(PYTEST) --full tests/bindings/test_wasm.py tests/browser

# The runtime-only library on other processors, as far as cross compilers and qemu-user are here.
slice-cross: build
	$(BIN)/python tests/cross/run.py --build $(BUILD) --jobs $(JOBS)

# The core as clang compiles it, with its tests; the part that runs models with clang's own library;
# and generated C. -O1 compiles in half the time.
CLANG ?= $(firstword $(foreach name,clang clang-19 clang-18 clang-17 clang-16 clang-15 clang-14, \
  $(shell command -v $(name) 2>/dev/null)))
CLANGXX = $(dir $(CLANG))$(subst clang,clang++,$(notdir $(CLANG)))
CONFIGURE_CLANG = $(CONFIGURE) -DCMAKE_C_COMPILER=$(CLANG) -DCMAKE_CXX_COMPILER=$(CLANGXX) \
  -DCMAKE_CXX_FLAGS_RELEASE="-O1 -DNDEBUG"
slice-clang: build
	@if [ -z "$(CLANG)" ]; then echo "== clang: not run, it is not installed"; exit 0; fi; set -e; \
	echo "== the core and its tests"; \
	$(CONFIGURE_CLANG) -B $(BUILD)/clang -DWEFT_ISAS="generic$(best_isa)"; \
	cmake --build $(BUILD)/clang -j $(JOBS); (cd $(BUILD)/clang && $(CTEST)); \
	echo "== generated C" && CC=$(CLANG) $(PYTEST) tests/python/test_c99*.py; \
	if echo '#include <version>' | $(CLANGXX) -std=c++20 -stdlib=libc++ -fsyntax-only -x c++ - ; then \
	  echo "== with libc++"; \
	  $(CONFIGURE_CLANG) -B $(BUILD)/clang-libcxx -DCMAKE_CXX_FLAGS=-stdlib=libc++ \
	    -DWEFT_RUNTIME_ONLY=ON -DWEFT_BUILD_TESTS=ON -DWEFT_TEST_FOLDERS=base -DWEFT_ISAS=generic; \
	  cmake --build $(BUILD)/clang-libcxx -j $(JOBS); (cd $(BUILD)/clang-libcxx && $(CTEST)); \
	else echo "== with libc++: not run, it is not installed"; fi

# Mutated files under the address sanitizer in the part that runs models, and mutated graphs under
# both sanitizers in the whole library, for WEFT_FUZZ_SECONDS each.
WEFT_FUZZ_SECONDS ?= 240
slice-fuzz: $(VENV)/.dependencies
	$(CONFIGURE) -B $(BUILD)/fuzz -DWEFT_RUNTIME_ONLY=ON -DWEFT_BUILD_TESTS=ON -DWEFT_SANITIZE=address \
	  -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_FLAGS_RELWITHDEBINFO="-O1 -DNDEBUG"
	cmake --build $(BUILD)/fuzz -j $(JOBS) --target weft_fuzz
	cd $(BUILD)/fuzz && ASAN_OPTIONS=allocator_may_return_null=1 ./weft_fuzz \
	  $(CURDIR)/tests/fuzz/corpus $(CURDIR)/tests/models --seconds $(WEFT_FUZZ_SECONDS)
	$(CONFIGURE) -B $(BUILD)/fuzz-structure -DWEFT_SANITIZE=address,undefined -DWEFT_ISAS=generic \
	  -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_FLAGS_RELWITHDEBINFO="-O1 -DNDEBUG"
	cmake --build $(BUILD)/fuzz-structure -j $(JOBS) --target weft_fuzz_structure
	cd $(BUILD)/fuzz-structure && ASAN_OPTIONS=allocator_may_return_null=1 ./weft_fuzz_structure \
	  $(CURDIR)/tests/fuzz/corpus $(CURDIR)/tests/models --seconds $(WEFT_FUZZ_SECONDS)

# The registry suite against errors put into operators: see tests/mutation.
slice-mutation: build
	$(BIN)/python tests/mutation/run.py --build $(BUILD)

# What needs PyTorch or librosa, and ONNX Runtime beside the importers and exporters.
slice-peers: build $(PEERS)/.dependencies
	$(PEERS)/bin/python -m pytest -q -m "torch or librosa" tests/python tests/ops tests/examples
	$(PEERS)/bin/python -m pytest -q tests/importers

# sanitized(<folder>, <value of -fsanitize>, <further options of cmake>)
# Most of such a slice is compiling: -O1 with names and lines alone takes half as long as -O2 -g. A
# process runs one instruction set: the best that the processor has, and no other is compiled but the
# generic one, which has to be there. The others have slices of their own, without sanitizers.
best_isa = $(firstword $(foreach isa,avx512 avx2,$(shell \
  grep -sqw "$(isa_flag_$(isa))" /proc/cpuinfo && echo ";$(isa)")))
define sanitized
	$(CONFIGURE) -B $(BUILD)/$(1) -DWEFT_SANITIZE=$(2) -DCMAKE_BUILD_TYPE=RelWithDebInfo \
	  -DCMAKE_CXX_FLAGS_RELWITHDEBINFO="-O1 -DNDEBUG" -DWEFT_ISAS="generic$(best_isa)" $(3)
	cmake --build $(BUILD)/$(1) -j $(JOBS)
endef

# The C++ and ABI tests.
slice-asan: $(VENV)/.dependencies
	$(call sanitized,asan,address)
	cd $(BUILD)/asan && $(CTEST)

slice-ubsan: $(VENV)/.dependencies
	$(call sanitized,ubsan,undefined)
	cd $(BUILD)/ubsan && $(CTEST)

slice-tsan: $(VENV)/.dependencies
	$(call sanitized,tsan,thread)
	cd $(BUILD)/tsan && $(CTEST)

# The Python tests: those of operators, and all others. The interpreter is not built with the
# sanitizer, so its runtime is loaded first, and what the interpreter itself leaves allocated at
# exit is not counted. Device plug-ins and libraries of operators are those of the usual build.
asan_tests_ops := tests/ops
asan_tests_python := tests --ignore=tests/ops
slice-asan-ops slice-asan-python: slice-asan-%: build
	$(call sanitized,asan-python,address,-DWEFT_BUILD_PYTHON=ON -DWEFT_BUILD_TESTS=OFF)
	LD_PRELOAD="$$($${CXX:-c++} -print-file-name=libasan.so) $$($${CXX:-c++} -print-file-name=libstdc++.so)" \
	  ASAN_OPTIONS=detect_leaks=0 PYTHONMALLOC=malloc PYTHONPATH=$(CURDIR)/$(BUILD)/asan-python/python \
	  $(PYTEST) -m 'not packaging' $(asan_tests_$*)

# -------------------------------------------------------------------------------- form of sources

C_SOURCES = git ls-files -co --exclude-standard -- '*.c' '*.h' '*.cpp' '*.hpp' ':!tests/third_party'

format: $(VENV)/.dependencies
	$(C_SOURCES) | xargs -r clang-format -i
	ruff format .
	ruff check --fix .

format-check: $(VENV)/.dependencies
	$(C_SOURCES) | xargs -r clang-format --dry-run --Werror
	ruff format --check .

lint: format-check lint-rules
lint-rules: $(VENV)/.dependencies
	ruff check .
	$(PYTEST) tests/python/test_layering.py tests/python/test_python_layering.py

clean:
	rm -rf $(BUILD)
distclean: clean
	rm -rf $(VENV)
