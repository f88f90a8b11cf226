# Wasl.  `make help` lists what there is to type.
#
# One makefile, no recursion.  A variant is a set of flags with a folder of its own under build/, so that variants never
# rebuild each other; `build/wasl` points at the newest.  Arrows between floors are held by tests/lint.sh.

VARIANT ?= release
B := build/$(VARIANT)

LIBS := -lmicrohttpd -lcurl -lsqlite3 -lsodium -lpcre2-8 -ljansson -lutf8proc -lcrypto -lxlsxwriter -lzip -lm -lpthread

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wformat=2 -Wstrict-prototypes \
        -Wmissing-prototypes -Wpointer-arith -Wcast-align -Wcast-qual -Wwrite-strings -Wundef -Wvla -Wimplicit-fallthrough \
        -Wswitch-enum -Wnull-dereference -Werror
HARDEN := -fstack-protector-strong -fPIE -D_FORTIFY_SOURCE=3 -ftrivial-auto-var-init=zero
ifeq ($(shell uname -m),x86_64)
HARDEN += -fstack-clash-protection -fcf-protection
endif
LINK_HARDEN := -pie -Wl,-z,relro,-z,now,-z,noexecstack

FLAGS_release := -O2 -g $(HARDEN)
LINK_release := $(LINK_HARDEN)
FLAGS_debug := -O0 -g
FLAGS_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -DWASL_CRASH_POINTS
LINK_asan := -fsanitize=address,undefined
FLAGS_tsan := -O1 -g -fsanitize=thread -fno-omit-frame-pointer
LINK_tsan := -fsanitize=thread
FLAGS_crash := -O1 -g -DWASL_CRASH_POINTS
FLAGS_clang := -O2 -g
FLAGS_fuzz := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
LINK_fuzz := -fsanitize=address,undefined
CC_clang := clang
CC_fuzz := clang
CC := $(or $(CC_$(VARIANT)),gcc)
ifeq ($(CC),clang)
# clang has no -Wnull-dereference analysis worth the name and warns of macros from system headers
WARN := $(filter-out -Wnull-dereference,$(WARN))
endif

VERSION := $(shell git describe --always --dirty --tags 2>/dev/null || echo unknown)
CFLAGS_ALL = -std=c17 -D_GNU_SOURCE -I. -I$(B) $(WARN) $(FLAGS_$(VARIANT)) $(CFLAGS)
LDFLAGS_ALL = $(LINK_$(VARIANT)) $(LDFLAGS)

FLOWS_C := $(wildcard flows/*.c flows/text/*.c)
DB_C := $(wildcard db/*.c)
GATEWAY_C := $(filter-out gateway/main.c,$(wildcard gateway/*.c gateway/channels/*.c gateway/console/*.c))
FLOWS_O := $(FLOWS_C:%.c=$(B)/%.o) $(B)/flows/embedded.o
DB_O := $(DB_C:%.c=$(B)/%.o) $(B)/db/embedded.o
GATEWAY_O := $(GATEWAY_C:%.c=$(B)/%.o) $(B)/gateway/channels/embedded.o $(B)/gateway/words/embedded.o $(B)/gateway/console/embedded.o \
	$(B)/gateway/demo/embedded.o
UNIT_C := $(wildcard tests/unit/*_test.c)
UNITS := $(UNIT_C:%.c=$(B)/%)

.SECONDARY:
.PHONY: all run test check bench fuzz install deb help clean lint analyze units
all: $(B)/wasl
	@ln -sfn $(VARIANT)/wasl build/wasl

# ---- the program

$(B)/wasl: $(B)/gateway/main.o $(GATEWAY_O) $(DB_O) $(FLOWS_O)
	@echo "  link  $@"
	@$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)

$(B)/%.o: %.c | build-packages
	@mkdir -p $(@D)
	@echo "  cc    $<"
	@$(CC) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# The version is compiled into one file only, so that a commit does not rebuild the rest.
$(B)/gateway/version.o: CFLAGS_ALL += -DWASL_VERSION='"$(VERSION)"'
$(B)/gateway/version.o: $(B)/version
$(B)/version: always
	@mkdir -p $(@D)
	@echo '$(VERSION)' | cmp -s - $@ || echo '$(VERSION)' > $@
.PHONY: always

# Files that live inside the binary: the definitions (flows/), the schema (db/migrations/), plain aggregators as
# descriptors (gateway/channels/vendors/), the console's pages (gateway/console/web/), the demo's configuration and people.
FLOW_FILES := $(sort $(wildcard flows/definitions/*.json flows/definitions/*.tsv))
MIGRATIONS := $(sort $(wildcard db/migrations/*.sql))
$(B)/flows/embedded.S: $(FLOW_FILES) Makefile
	@mkdir -p $(@D)
	@sh gateway/embed.sh flow_files $(FLOW_FILES) > $@
$(B)/db/embedded.S: $(MIGRATIONS) Makefile
	@mkdir -p $(@D)
	@sh gateway/embed.sh db_migrations $(MIGRATIONS) > $@
VENDOR_FILES := $(sort $(wildcard gateway/channels/vendors/*.json))
$(B)/gateway/channels/embedded.S: $(VENDOR_FILES) Makefile
	@mkdir -p $(@D)
	@sh gateway/embed.sh vendor_files $(VENDOR_FILES) > $@
DEMO_FILES := $(sort $(wildcard gateway/demo/*.*))
$(B)/gateway/demo/embedded.S: $(DEMO_FILES) Makefile
	@mkdir -p $(@D)
	@sh gateway/embed.sh demo_files $(DEMO_FILES) > $@
$(B)/gateway/words/embedded.S: gateway/words/report.tsv Makefile
	@mkdir -p $(@D)
	@sh gateway/embed.sh report_files gateway/words/report.tsv > $@
WEB_FILES := $(sort $(wildcard gateway/console/web/*.*)) gateway/console/openapi.json
WEB_ZIPPED := $(WEB_FILES:%=$(B)/%.gz)
$(B)/%.gz: %
	@mkdir -p $(@D)
	@gzip -9nc $< > $@
$(B)/gateway/console/embedded.S: $(WEB_FILES) $(WEB_ZIPPED) Makefile
	@mkdir -p $(@D)
	@sh gateway/embed.sh web_files $(WEB_FILES) $(WEB_ZIPPED) > $@
$(B)/%/embedded.o: $(B)/%/embedded.S
	@echo "  embed $<"
	@$(CC) -c -o $@ $<

# ---- tests

UNIT_SHARED := $(patsubst %.c,$(B)/%.o,$(filter-out %_test.c,$(wildcard tests/unit/*.c)))
$(B)/tests/unit/%_test: $(B)/tests/unit/%_test.o $(UNIT_SHARED) $(GATEWAY_O) $(DB_O) $(FLOWS_O)
	@echo "  link  $@"
	@$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)
units: $(UNITS)

# Like a unit test, but too long for the sanitizers' pace: it opens some thousand databases.
POWERCUT := $(B)/tests/crash/powercut
$(POWERCUT): $(patsubst %.c,$(B)/%.o,$(filter-out %/baddisk.c,$(wildcard tests/crash/*.c))) $(UNIT_SHARED) $(GATEWAY_O) $(DB_O) $(FLOWS_O)
	@echo "  link  $@"
	@$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)
# A disk that goes bad under a daemon, loaded before its libraries.
BAD_DISK := $(B)/tests/crash/baddisk.so
$(BAD_DISK): tests/crash/baddisk.c | build-packages
	@mkdir -p $(@D)
	@echo "  link  $@"
	@$(CC) $(CFLAGS_ALL) -fPIC -shared -o $@ $<
.PHONY: crash-tests
crash-tests: $(POWERCUT) $(BAD_DISK)
# Every question in every language with everything that can be typed.
WALK := $(B)/tests/walk/walk
$(WALK): $(patsubst %.c,$(B)/%.o,$(wildcard tests/walk/*.c)) $(UNIT_SHARED) $(GATEWAY_O) $(DB_O) $(FLOWS_O)
	@echo "  link  $@"
	@$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)
# Invented people over months at a fake clock; linked against the archive, because its sink stands where the sender stands.
SIMULATE := $(B)/tests/simulation/simulate
$(SIMULATE): $(patsubst %.c,$(B)/%.o,$(wildcard tests/simulation/*.c)) $(B)/tests/unit/check.o $(B)/wasl.a
	@echo "  link  $@"
	@$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)
.PHONY: long-tests
long-tests: crash-tests $(WALK) $(SIMULATE)

# Unit tests and what asks a daemon run under the sanitizers; what kills it, starts it hundreds of times or draws pages uses the
# quicker build that can be told to die at named points.
MANY_STARTS := tests/e2e/dialogue_test.py tests/e2e/explain_test.py
SANITIZED := $(filter-out $(MANY_STARTS),$(sort $(wildcard tests/e2e/*_test.py)))
# The console in Debian's chromium; what drives it comes from npm and is for tests alone (tests/web/package-lock.json).
WEB := $(sort $(wildcard tests/web/*_test.mjs))
tests/web/node_modules/.package-lock.json: tests/web/package-lock.json
	@echo "  npm   tests/web"
	@cd tests/web && npm ci --prefer-offline --ignore-scripts --no-audit --no-fund --loglevel=error
test:
	@sh .ci/need.sh test
	@$(MAKE) --no-print-directory tests/web/node_modules/.package-lock.json
	@$(MAKE) --no-print-directory VARIANT=asan all units
	@$(MAKE) --no-print-directory VARIANT=crash all long-tests
	@python3 tests/run.py WASL=build/asan/wasl $(SANITIZED) WASL=build/crash/wasl $(MANY_STARTS) $(WEB) -- WASL=build/crash/wasl \
		$(UNIT_C:%.c=build/asan/%) build/crash/tests/crash/powercut build/crash/tests/walk/walk build/crash/tests/simulation/simulate \
		$(sort $(wildcard tests/crash/*_test.py)) tests/faults/faults_test.py

# ---- what a commit must pass

# Left out: where clang-tidy 14 errs (va_list, lists that free their heads), what gcc's own warnings say better
# (conversions), and matters of taste.
TIDY := bugprone-*,clang-analyzer-*,-bugprone-easily-swappable-parameters,-bugprone-reserved-identifier
TIDY := $(TIDY),-bugprone-assignment-in-if-condition,-bugprone-branch-clone,-bugprone-macro-parentheses,-bugprone-sizeof-expression
TIDY := $(TIDY),-bugprone-implicit-widening-of-multiplication-result,-bugprone-narrowing-conversions
TIDY := $(TIDY),-clang-analyzer-valist.Uninitialized,-clang-analyzer-unix.Malloc,-clang-analyzer-optin.performance.Padding
TIDY := $(TIDY),-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling
lint:
	@sh tests/lint.sh
analyze:
	@printf '%s\n' gateway/main.c $(FLOWS_C) $(DB_C) $(GATEWAY_C) | xargs -P 2 -n 8 sh -c 'clang-tidy --quiet \
		--warnings-as-errors="*" --checks="-*,$(TIDY)" "$$@" -- -std=c17 -D_GNU_SOURCE -I. -DWASL_VERSION=\"x\" 2>/dev/null' tidy
check: lint
	@sh .ci/need.sh check
	@$(MAKE) --no-print-directory VARIANT=clang all
	@$(MAKE) --no-print-directory VARIANT=asan units
	@$(MAKE) --no-print-directory VARIANT=tsan units
	@$(MAKE) --no-print-directory analyze
	@python3 tests/run.py $(UNIT_C:%.c=build/asan/%) $(UNIT_C:%.c=build/tsan/%)

# ---- use

run:
	@sh .ci/need.sh build
	@$(MAKE) --no-print-directory VARIANT=release all
	@build/release/wasl serve --demo --state build/demo

PREFIX ?= /usr
install: $(B)/wasl
	install -D -m 755 $(B)/wasl $(DESTDIR)$(PREFIX)/bin/wasl
	install -d $(DESTDIR)$(PREFIX)/share/wasl/flows
	install -m 644 $(FLOW_FILES) $(DESTDIR)$(PREFIX)/share/wasl/flows/
	install -D -m 644 gateway/package/wasl.service $(DESTDIR)$(PREFIX)/lib/systemd/system/wasl.service
	install -D -m 644 gateway/package/nginx.conf $(DESTDIR)$(PREFIX)/share/doc/wasl/nginx.conf
	install -D -m 644 gateway/package/wasl.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/wasl.conf
	install -D -m 644 gateway/package/wasl.tmpfiles $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/wasl.conf

deb: $(B)/wasl
	@rm -rf build/deb
	@$(MAKE) --no-print-directory VARIANT=$(VARIANT) DESTDIR=build/deb install
	@mkdir -p build/deb/DEBIAN
	@sed -e 's/@VERSION@/0~$(shell git log -1 --format=%cd --date=format:%Y%m%d%H%M)/' \
		-e "s/@ARCH@/$$(dpkg --print-architecture)/" gateway/package/control > build/deb/DEBIAN/control
	@install -m 755 gateway/package/postinst gateway/package/prerm build/deb/DEBIAN/
	@dpkg-deb --root-owner-group --build build/deb build/wasl.deb

# ---- fuzzing and benchmarks: linked against an archive, so that a target takes only what it uses

$(B)/wasl.a: $(GATEWAY_O) $(DB_O) $(FLOWS_O)
	@rm -f $@
	@ar rcs $@ $^

FUZZ_SECONDS ?= 20
comma := ,
FUZZ_C := $(wildcard tests/fuzz/*.c)
FUZZERS := $(FUZZ_C:%.c=$(B)/%)
$(B)/tests/fuzz/%: $(B)/tests/fuzz/%.o $(B)/wasl.a
	@echo "  link  $@"
	@$(CC) $(LDFLAGS_ALL) $(WRAP_$(@F)) -fsanitize=fuzzer -o $@ $^ $(LIBS)
# behind signatures and secrets, which no mutation could ever guess
WRAP_channels := -Wl,--wrap=mac_same -Wl,--wrap=mac_secret_same
WRAP_console := $(patsubst %,-Wl$(comma)--wrap=%,session_find request_is_ours http_listen http_reply jobs_add mailbox_post)
.PHONY: fuzz-run
fuzz:
	@sh .ci/need.sh check
	@$(MAKE) --no-print-directory VARIANT=fuzz fuzz-run
fuzz-run: $(FUZZERS)
	@sh tests/fuzz/run.sh $(FUZZ_SECONDS) $(FUZZERS)

BENCHES := $(patsubst %.c,$(B)/%,$(wildcard tests/bench/*.c))
$(BENCHES): %: %.o $(B)/wasl.a
	@echo "  link  $@"
	@$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)
.PHONY: benches
benches: $(BENCHES)
bench:
	@sh .ci/need.sh bench
	@$(MAKE) --no-print-directory VARIANT=release all benches
	@python3 tests/bench/run.py build/release

.PHONY: build-packages
build-packages:
	@sh .ci/need.sh build

help:
	@sed -n 's/^#: //p' Makefile
#: make            build build/release/wasl (VARIANT=debug|asan|tsan|crash|clang for others)
#: make run        install what is missing, build, start the demo on 127.0.0.1
#: make test       install what the tests need, build, run every test
#: make check      lint, sanitizers, static analysis: what a commit must pass
#: make bench      measure; prints ratios taken in one run
#: make fuzz       fuzz each target for FUZZ_SECONDS (default 20)
#: make install    into DESTDIR/PREFIX (default /usr)
#: make deb        a Debian package under build/
#: make clean      remove build/

clean:
	rm -rf build

-include $(shell find $(B) -name '*.d' 2>/dev/null)
