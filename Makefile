# The C programmer's way in: `make` builds the library, `make help` lists the rest.

PREFIX ?= /usr/local
DESTDIR ?=
libdir ?= $(PREFIX)/lib
includedir ?= $(PREFIX)/include/twedge
CARGO ?= cargo
CLANG ?= clang
PYTHON ?= python3
PROFILE ?= release

# The name that device binaries ask for; also the soname.
VERSION := 2.2.1
SO := libtwCSdk.so.$(VERSION)
# For a cross build: CARGO_BUILD_TARGET=TRIPLE CC=TRIPLE-gcc NM=TRIPLE-nm OBJCOPY=TRIPLE-objcopy
OBJCOPY ?= objcopy
NM ?= nm
TARGET_DIR := $(or $(CARGO_TARGET_DIR),target)
RUST_LIB := $(TARGET_DIR)/$(CARGO_BUILD_TARGET)/$(if $(filter dev,$(PROFILE)),debug,$(PROFILE))/libtwedge.a
# What the Rust standard library needs of the system; a program that links libtwCSdk_static.a needs the same.
NATIVE_LIBS := -lpthread -ldl -lm
# Whose layouts the headers are checked for besides the host's: two 32-bit ones, little and big endian, and a 64-bit one.
CROSS_TARGETS ?= arm-linux-gnueabihf,mips-linux-gnu,aarch64-linux-gnu

.PHONY: all help lib rust headers check-headers check-abi check-exports fmt clippy test test-rust test-c misuse conformance check \
        examples demo test-examples chaos chaos-links chaos-herd bench bench-set bench-idle release-platform \
        test-install test-headers install uninstall clean need-build need-test

all: lib

help:
	@echo 'make                the libraries: build/$(SO), build/libtwCSdk.so, build/libtwCSdk_static.a'
	@echo 'make demo           a local platform and the C SteamSensor in one terminal; DEMO_SECONDS=n ends it by itself'
	@echo 'make examples       the programs of c_examples into build/'
	@echo 'make bench          how long a service call takes, over loopback; ROUNDS=n TIMES=n'
	@echo 'make bench-set      how many property values can be set a second, in memory and on disk; SETS=n TIMES=n'
	@echo 'make bench-idle     how often a connected device wakes up, and its memory; SECONDS_EACH=n'
	@echo 'make test           Rust tests, and C tests with gcc and clang, shared and static, and under valgrind'
	@echo 'make chaos          kills devices and breaks links, and counts what is lost; CHAOS_SEED=n CHAOS_SECONDS=n CHAOS_KILLS=n CHAOS_STEADY=n'
	@echo 'make chaos-links    breaks links by kind of fault, and measures how soon all is well; CHAOS_SEED=n CHAOS_FAULTS=n CHAOS_DEVICES=n'
	@echo 'make chaos-herd     many devices that lose the same platform, and when they are back; CHAOS_HERD=n CHAOS_OUTAGES=n,n CHAOS_TLS=true'
	@echo 'make misuse         every function with NULL for each pointer argument'
	@echo 'make conformance    table of checks per header; LIB=libtwCSdk.so INCLUDE=folders tests another library'
	@echo 'make check          everything that CI does: fmt, clippy, headers, tests, ABI'
	@echo 'make headers        regenerates include/twExt.h, the forwarding headers and src/ffi/exports'
	@echo 'make check-headers  says whether they are current'
	@echo 'make check-abi      compares headers and library with the tables of tests/abi'
	@echo 'make fmt, clippy    format, lint'
	@echo 'make install        PREFIX=$(PREFIX) DESTDIR=; uninstall undoes it'
	@echo 'Variables: PROFILE=dev for a quick build, CARGO_BUILD_TARGET and CC for a cross build.'

# $(call need,COMMAND,HOW TO GET IT)
need = command -v $(firstword $(1)) >/dev/null || { echo '$(firstword $(1)) is missing: $(2)' >&2; exit 1; }

need-build:
	@$(call need,$(CARGO),https://rustup.rs or apt-get install cargo (1.85 or later))
	@$(call need,$(CC),apt-get install gcc)
	@$(call need,$(OBJCOPY),apt-get install binutils)

need-test: need-build
	@$(call need,gcc,apt-get install gcc g++)
	@$(call need,g++,apt-get install g++)
	@$(call need,$(CLANG),apt-get install clang)
	@$(call need,valgrind,apt-get install valgrind)
	@$(call need,$(PYTHON),apt-get install python3)
	@$(call need,cmake,apt-get install cmake)
	@$(call need,pkg-config,apt-get install pkg-config)

lib: build/$(SO) build/libtwCSdk.so check-exports

# As static library alone: cargo does not optimize at link time what it builds as Rust library at the same time.
rust: need-build
	$(CARGO) rustc --locked --package twedge --lib --crate-type staticlib --profile $(PROFILE)

# Only cargo knows whether it is current; if it was, its date has not changed and nothing below is made again.
$(RUST_LIB): rust
	@:

# One object whose only global symbols are those of the interface: the names of the Rust runtime and of the crates
# inside must not meet those of the program, which may well have another Rust library in it. The compiler's bitcode in
# the Rust standard library, joined to one section, would stop tools that look for such.
build/libtwCSdk_static.a: $(RUST_LIB) src/ffi/exports
	@mkdir -p build
	$(CC) -r -nostdlib -o build/twedge.o -Wl,--whole-archive $(RUST_LIB) -Wl,--no-whole-archive
	$(OBJCOPY) --keep-global-symbols=src/ffi/exports --remove-section=.llvmbc --remove-section=.llvmcmd \
	    --strip-debug build/twedge.o
	rm -f $@
	$(AR) rcs $@ build/twedge.o
	rm build/twedge.o

build/exports.map: src/ffi/exports
	@mkdir -p build
	{ echo '{ global:'; sed 's/$$/;/' $<; echo 'local: *; };'; } > $@

build/$(SO): build/libtwCSdk_static.a build/exports.map
	$(CC) $(LDFLAGS) -shared -o $@ -Wl,-soname,$(SO) -Wl,--version-script=build/exports.map -Wl,--gc-sections \
	    -Wl,-z,defs -Wl,--whole-archive build/libtwCSdk_static.a -Wl,--no-whole-archive $(NATIVE_LIBS)

build/libtwCSdk.so: build/$(SO)
	ln -sf $(SO) $@

# A name in the list that no code defines would go unnoticed, and the reverse.
check-exports: build/$(SO)
	@$(NM) -D --defined-only build/$(SO) | awk '{ print $$3 }' | LC_ALL=C sort > build/exports.found
	@LC_ALL=C sort src/ffi/exports | diff - build/exports.found || \
	    { echo 'src/ffi/exports (<) and the library (>) differ: make headers' >&2; exit 1; }
	@! grep -q TWEDGE_STORE_KILL_AT build/$(SO) || \
	    { echo 'the library was built with the feature store-faults, by another cargo at the same time: rm -r build; make' >&2; exit 1; }

headers:
	$(CARGO) run --locked --quiet --package twedge-headers -- write

check-headers:
	$(CARGO) run --locked --quiet --package twedge-headers -- check

check-abi: need-test lib
	$(PYTHON) tests/abi/check.py --lib build/$(SO) --compilers gcc:g++,$(CLANG):$(CLANG)++ --targets $(CROSS_TARGETS)

fmt:
	$(CARGO) fmt --all

clippy:
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings

EXAMPLE_FLAGS := -Iinclude -Lbuild -Wl,-rpath,'$$ORIGIN'

build/SteamSensor: c_examples/SteamSensor/*.c c_examples/SteamSensor/*.h include/*.h lib
	$(CC) -std=c99 -D_GNU_SOURCE -g -Wall -Wextra -Werror $(filter %.c,$^) -o $@ $(EXAMPLE_FLAGS) -ltwCSdk -lm

# The program of the vendor's tutorial, without a change: each dialect, each compiler, both libraries.
build/SteamTutorial: c_examples/SteamTutorial/*.c c_examples/SteamTutorial/*.h include/*.h lib need-test
	for compiler in gcc $(CLANG); do for dialect in c99 gnu11 gnu17; do \
	    $$compiler -std=$$dialect -D_GNU_SOURCE -w $(filter %.c,$^) -o $@ $(EXAMPLE_FLAGS) -ltwCSdk && \
	    $$compiler -std=$$dialect -D_GNU_SOURCE -w $(filter %.c,$^) -o $@.static -Iinclude build/libtwCSdk_static.a \
	        $(NATIVE_LIBS) || exit 1; \
	done; done

# Extension libraries take the SDK's symbols from the process that loads them.
build/extensions/%.so: c_examples/ExtensionLibraries/%.c include/*.h
	@mkdir -p $(@D)
	$(CC) -std=c99 -D_GNU_SOURCE -g -Wall -Wextra -Werror -fPIC -shared -Iinclude $< -o $@

build/ExtensionLibraries: c_examples/ExtensionLibraries/main.c include/*.h lib
	$(CC) -std=c99 -D_GNU_SOURCE -g -Wall -Wextra -Werror $< -o $@ $(EXAMPLE_FLAGS) -ltwCSdk

EXTENSIONS := build/ExtensionLibraries build/extensions/libmeter.so build/extensions/libtank.so

examples: build/SteamSensor build/SteamTutorial $(EXTENSIONS)

demo: build/SteamSensor
	$(CARGO) run --locked --quiet --package twedge-platform --bin twedge-demo -- -- build/SteamSensor

test: test-rust test-headers test-c misuse conformance test-examples test-install

# The demo ends with 0 only if all six steps and a service call were seen.
test-examples: examples
	DEMO_SECONDS=$${DEMO_SECONDS:-8} $(MAKE) demo
	$(CARGO) build --locked --quiet --package twedge-platform --bin twedge-platform
	$(PYTHON) tests/examples/extension_libraries.py $(TARGET_DIR)/debug/twedge-platform build/ExtensionLibraries

build/invoke: benches/invoke.c include/*.h lib
	$(CC) -std=c99 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Werror $< -o $@ $(EXAMPLE_FLAGS) -ltwCSdk

release-platform: need-build
	$(CARGO) build --locked --package twedge-platform --bin twedge-platform --release

bench: build/invoke release-platform
	PLATFORM=$(TARGET_DIR)/release/twedge-platform benches/run.sh

build/set: benches/set.c include/*.h lib
	$(CC) -std=c99 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Werror $< -o $@ $(EXAMPLE_FLAGS) -ltwCSdk -lpthread

bench-set: build/set
	benches/set.sh

bench-idle: examples release-platform
	PLATFORM=$(TARGET_DIR)/release/twedge-platform benches/idle.sh

test-rust:
	$(CARGO) test --locked --workspace

# Programs are built apart, so that the one finds the other beside it. Only here is the library built with write points that kill.
chaos: need-build
	$(CARGO) build --locked --quiet --package twedge-chaos --bins --profile $(PROFILE)
	$(dir $(RUST_LIB))chaos

chaos-links: need-build
	$(CARGO) build --locked --quiet --package twedge-chaos --bin chaos-links --profile $(PROFILE)
	$(dir $(RUST_LIB))chaos-links

chaos-herd: need-build
	$(CARGO) build --locked --quiet --package twedge-chaos --bin chaos-herd --profile $(PROFILE)
	$(dir $(RUST_LIB))chaos-herd

test-c: need-test lib
	tests/c/run.sh

# Every function with NULL for each pointer.
misuse: need-test lib
	tests/c/misuse/run.sh

# Ours, or with LIB=FILE INCLUDE=FOLDERS any other library with this interface.
conformance: need-test $(if $(LIB),,lib)
	tests/c/conformance/run.sh

check: need-test
	$(CARGO) fmt --all --check
	$(MAKE) check-headers
	$(MAKE) clippy
	$(MAKE) test
	$(MAKE) check-abi

# Where each header of the original stood: build files with an -I per folder find a forwarding header there.
nesteddir ?= $(PREFIX)/include/libtwCSdk
NESTED = $(shell awk -F'\t' 'NR > 1 { print $$2 "/" $$1 }' tests/abi/headers.tsv)
CMAKE_FILES := twCSdkConfig.cmake twCSdkConfigVersion.cmake

# $(call from_template,NAME): the file of packaging/ with this installation's folders
from_template = sed -e 's|@PREFIX@|$(PREFIX)|g' -e 's|@LIBDIR@|$(libdir)|g' -e 's|@INCLUDEDIR@|$(includedir)|g' \
    -e 's|@VERSION@|$(VERSION)|g' -e 's|@SO@|$(SO)|g' -e 's|@NATIVE_LIBS@|$(NATIVE_LIBS)|g' \
    -e "s|@LIB_TO_INCLUDE@|$$(realpath -m --relative-to=$(libdir) $(includedir))|g" packaging/$(1).in

install: lib
	install -d $(DESTDIR)$(libdir)/pkgconfig $(DESTDIR)$(libdir)/cmake/twCSdk $(DESTDIR)$(includedir)
	install -m 755 build/$(SO) $(DESTDIR)$(libdir)/$(SO)
	ln -sf $(SO) $(DESTDIR)$(libdir)/libtwCSdk.so
	install -m 644 build/libtwCSdk_static.a $(DESTDIR)$(libdir)/
	install -m 644 include/*.h $(DESTDIR)$(includedir)/
	$(call from_template,twCSdk.pc) > $(DESTDIR)$(libdir)/pkgconfig/twCSdk.pc
	$(call from_template,twCSdkConfig.cmake) > $(DESTDIR)$(libdir)/cmake/twCSdk/twCSdkConfig.cmake
	$(call from_template,twCSdkConfigVersion.cmake) > $(DESTDIR)$(libdir)/cmake/twCSdk/twCSdkConfigVersion.cmake
	for header in $(NESTED); do \
	    folder=$(DESTDIR)$(nesteddir)/$${header%/*}; install -d $$folder; \
	    up=$$(realpath -m --relative-to=$(nesteddir)/$${header%/*} $(includedir)); \
	    echo "#include \"$$up/$${header##*/}\"" > $$folder/$${header##*/} || exit 1; \
	done

uninstall:
	rm -f $(DESTDIR)$(libdir)/$(SO) $(DESTDIR)$(libdir)/libtwCSdk.so $(DESTDIR)$(libdir)/libtwCSdk_static.a
	rm -f $(DESTDIR)$(libdir)/pkgconfig/twCSdk.pc
	rm -f $(addprefix $(DESTDIR)$(libdir)/cmake/twCSdk/,$(CMAKE_FILES))
	for header in include/*.h; do rm -f $(DESTDIR)$(includedir)/$${header#include/}; done
	for header in $(NESTED); do rm -f $(DESTDIR)$(nesteddir)/$$header; done
	-rmdir $(addprefix $(DESTDIR)$(nesteddir)/,$(sort $(dir $(NESTED)))) $(DESTDIR)$(nesteddir) $(DESTDIR)$(includedir) \
	    $(DESTDIR)$(libdir)/cmake/twCSdk

# Builds a program outside of the tree in each of the ways that an installation offers.
test-install: need-test lib
	tests/install/run.sh

# Compiles against the headers in every dialect, order and layout that old build files use.
test-headers: need-test
	tests/headers/run.sh

clean:
	rm -rf build
