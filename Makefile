# Nightlatch.
#
#   make run      build it and open the console over the lab
#   make test     every check and every test
#
# Both need git, make and Go; what else is missing they install (.ci/setup).

SHELL   := bash
PROGRAM := build/nightlatch
VERSION := $(shell sed -n 's/^Version *= *"\(.*\)"/\1/p' FyneApp.toml)

# The same flags everywhere, so that C code is compiled once. no_emoji leaves out
# a font nobody sees; migrated_fynedo: every fyne.Do is in its place (ui.Scope).
ifeq ($(findstring migrated_fynedo,$(GOFLAGS)),)
export GOFLAGS := $(shell go env GOFLAGS) -trimpath -buildvcs=false -tags=no_emoji,migrated_fynedo
endif

.PHONY: run build test check builds race screens party tour gallery bench fuzz setup clean

run: build
	@$(PROGRAM) --lab

build:
	@.ci/setup build
	@mkdir -p build
	go build -ldflags '-s -w -X main.version=$(VERSION)' -o $(PROGRAM) ./app

setup:
	@.ci/setup test

# Every check and test.
test: setup
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory builds
	@$(MAKE) --no-print-directory race
	@$(MAKE) --no-print-directory screens
	@$(MAKE) --no-print-directory party
	@$(MAKE) --no-print-directory tour
	@echo "make test: everything passed"

# What can be said without running anything, and the rules that are tests.
check: setup
	@test -z "$$(go tool gofumpt -l app assets fido server ui)" || { go tool gofumpt -l app assets fido server ui; echo "gofumpt: run go tool gofumpt -w on these"; exit 1; }
	go vet ./...
	go tool staticcheck ./...
	go test ./app/law

# Builds that lack something, and builds for other systems. What is for tests
# below app starts X servers and the like: it is Linux's. Fyne for macOS needs
# Apple's headers, so only what has no window is looked at there.
TAGS    := no_emoji,migrated_fynedo
WINDOWS := CGO_ENABLED=1 GOOS=windows GOARCH=amd64 CC=x86_64-w64-mingw32-gcc
SHIPPED := ./app ./assets/... ./fido/... ./server/... ./ui/...
builds: setup
	CGO_ENABLED=0 go vet ./...
	go vet -tags=$(TAGS),nofido ./...
	go vet -tags=$(TAGS),nopcsc ./app ./fido/...
	go vet -tags=$(TAGS),headless ./...
	CGO_ENABLED=0 GOOS=darwin GOARCH=arm64 go vet ./app ./assets/... ./fido/... ./server/... ./ui/print
	$(WINDOWS) go vet $(SHIPPED)
	$(WINDOWS) go build -o build/windows/nightlatch.exe ./app

# Unit and server tests, watched for data races; of the window, what runs beside
# it. Drawing is ten times slower under the detector, and has nothing to race;
# so are the hundred thousand telephone numbers that are compared.
race: setup
	go test -race ./assets/... ./fido/... ./server/... ./ui/print
	go test -run 'ADay|PINIsWiped' ./fido/libfido2 # memory is the detector's own otherwise
	go test ./server/e164
	go test -race -run 'Scope|SecurityKey|Server|Session' ./ui

# Screens: stories by keyboard, components, and every screen drawn once.
screens: setup
	NIGHTLATCH_DRESS=light go test ./ui/...

# The built program and parties that are not ours: curl, oathtool, libfido2's
# tools, Chromium, cups, kill -9.
party: setup build
	NIGHTLATCH_PROGRAM=$(CURDIR)/$(PROGRAM) go test -count=1 -timeout=20m ./app ./app/party

# The whole main job in the real window, by keyboard. Pictures in build/tour.
tour: setup build
	NIGHTLATCH_PROGRAM=$(CURDIR)/$(PROGRAM) go test -count=1 -timeout=10m ./app/tour

# Every screen in every state, light and dark, in build/gallery.
gallery: setup
	NIGHTLATCH_GALLERY=$(CURDIR)/build/gallery go test -count=1 -timeout=20m -run '^TestGallery$$' ./ui

# The bars of speed and memory, as ratios taken in one run.
bench: setup build
	go run ./app/bench

# Each fuzz target for FUZZTIME.
FUZZTIME ?= 20s
fuzz: setup
	@for p in $$(go list ./...); do \
		for f in $$(go test -list '^Fuzz' $$p 2>/dev/null | grep '^Fuzz'); do \
			echo "$$p $$f"; go test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1s $$p || exit 1; \
		done; \
	done

clean:
	rm -rf build
