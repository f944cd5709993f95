# Nightlatch.
#
#   make run      build the program and open the console with the lab
#   make test     all checks and tests that CI runs: about 8 minutes; the first time longer, as everything is compiled
#   make packages the packages for Linux, Windows and macOS, in build/packages: 3 minutes
#   make verify   make test, and everything that takes longer
#
# They need git, make and Go, and install the other packages they need (.ci/setup).
# CONTRIBUTING.md says which test is where.

SHELL   := bash
PROGRAM := build/nightlatch
VERSION := $(shell sed -n 's/^Version *= *"\(.*\)"/\1/p' FyneApp.toml)

# All commands use the same flags, so that C code is compiled once. no_emoji leaves out
# a font that no screen uses. migrated_fynedo tells Fyne that every call from another
# goroutine goes through fyne.Do (shell.Scope).
ifeq ($(findstring migrated_fynedo,$(GOFLAGS)),)
export GOFLAGS := $(shell go env GOFLAGS) -trimpath -buildvcs=false -tags=no_emoji,migrated_fynedo
endif

, := ,

# stage prints what follows and how long it takes on two idle cores.
stage = @printf '\n== %s\n' '$(1)'

# Tests whose names begin with TestSlow run in make verify only.
FAST := -skip "^TestSlow[A-Z]"

.PHONY: run build setup test verify check vulncheck builds windows windows-start windows-all windows-program race race-all screens screens-all \
	party party-all tour tour-all pictures goldens openapi licenses gallery bench fuzz clean

run: build
	@$(PROGRAM) --lab

build:
	@.ci/setup build
	@mkdir -p build
	$(call stage,build: compile the program. Some seconds; the first time 3 to 5 minutes$(,) with a line per package)
	@go build -v -ldflags '-s -w -X main.version=$(VERSION)' -o $(PROGRAM) ./app

setup:
	@.ci/setup test

# Each stage of make test has a short form here and a full form in make verify, unless
# it takes less than a minute.
test: setup
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory builds
	@$(MAKE) --no-print-directory race
	@$(MAKE) --no-print-directory screens
	@$(MAKE) --no-print-directory party
	@$(MAKE) --no-print-directory tour
	@$(MAKE) --no-print-directory windows-start
	@$(MAKE) --no-print-directory packages-test
	@echo; echo "make test: everything passed"

verify: setup
	@.ci/setup verify
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory builds
	@$(MAKE) --no-print-directory windows-all
	@$(MAKE) --no-print-directory race-all
	@$(MAKE) --no-print-directory screens-all
	@$(MAKE) --no-print-directory gallery
	@$(MAKE) --no-print-directory party-all
	@$(MAKE) --no-print-directory tour-all
	@$(MAKE) --no-print-directory packages-all
	@echo; echo "make verify: everything passed"

# Static checks, and the rules of the project that are tests.
check: setup
	$(call stage,check: gofumpt$(,) vet$(,) staticcheck$(,) rules. Half a minute; the first time 4 minutes)
	@test -z "$$(go tool gofumpt -l app assets fido server ui)" || { go tool gofumpt -l app assets fido server ui; echo "gofumpt: run go tool gofumpt -w on these files"; exit 1; }
	go vet ./...
	go tool staticcheck ./...
	go test ./app/law
	@$(MAKE) --no-print-directory vulncheck

# Known vulnerabilities in the modules and the Go release.
vulncheck: setup
	$(call stage,vulncheck: known vulnerabilities. One minute; seconds without a connection)
	@.ci/vulncheck

# Builds with fewer features, and other systems. Fyne for macOS needs Apple's headers,
# and for Windows a C compiler (make windows), so only packages without a window are
# checked here. The test packages below app start X servers and other programs of Linux.
TAGS := no_emoji,migrated_fynedo
WITHOUT_FYNE := ./assets/... ./fido/... ./server/... ./ui/kit/typeset ./ui/print
builds: setup
	$(call stage,builds: vet of builds with fewer features and of other systems. Half a minute; the first time 3 minutes)
	CGO_ENABLED=0 go vet ./...
	go vet -tags=$(TAGS),nofido ./...
	go vet -tags=$(TAGS),nopcsc ./app ./fido/...
	go vet -tags=$(TAGS),headless ./...
	CGO_ENABLED=0 GOOS=darwin GOARCH=arm64 go vet ./app $(WITHOUT_FYNE)
	CGO_ENABLED=0 GOOS=windows GOARCH=amd64 go vet ./app $(WITHOUT_FYNE)

# The program for Windows: nightlatch.exe, which has the window, and nightlatch.com, which
# runs it from a terminal. The linker takes the icon, the version and the manifest from the
# .syso file.
WINDOWS := CGO_ENABLED=1 GOOS=windows GOARCH=amd64 CC=x86_64-w64-mingw32-gcc
WINDOWS_RESOURCES := app/resources_windows_amd64.syso
windows-program: setup
	$(call stage,windows: compile the program for Windows. Some seconds; the first time 5 minutes)
	@mkdir -p build/windows
	go run ./app/packages/winres build/windows/resources/nightlatch.syso
	@cp build/windows/resources/nightlatch.syso $(WINDOWS_RESOURCES)
	$(WINDOWS) go build -ldflags '-s -w -H windowsgui -X main.version=$(VERSION)' -o build/windows/nightlatch.exe ./app
	x86_64-w64-mingw32-gcc -O2 -Wall -Werror -s -municode -Wl,--no-insert-timestamp -o build/windows/nightlatch.com assets/packaging/windows/console.c build/windows/resources/nightlatch.syso

windows-start: windows-program
	$(call stage,windows: what the program needs$(,) and its start under wine. 1 minute)
	NIGHTLATCH_WINDOWS_PROGRAM=$(CURDIR)/build/windows/nightlatch.exe go test -count=1 -timeout=10m -run '^Test(ImportsAreOfWindows|KindAndSize|Resources|DoubleClick)$$' ./app/windows

windows: windows-program
	$(call stage,windows: the program and its installers under wine$(,) short form. 3 minutes)
	NIGHTLATCH_WINDOWS_PROGRAM=$(CURDIR)/build/windows/nightlatch.exe go test -count=1 -timeout=20m -run '^Test(ImportsAreOfWindows|KindAndSize|Resources|DoubleClick|Installers)$$' ./app/windows

windows-all: windows-program
	@.ci/setup verify
	$(call stage,windows: vet for Windows. One minute; the first time 6 minutes)
	$(WINDOWS) go vet ./app ./assets/... ./fido/... ./server/... ./ui/...
	$(call stage,windows: the program under wine$(,) full form. 6 minutes)
	NIGHTLATCH_WINDOWS_PROGRAM=$(CURDIR)/build/windows/nightlatch.exe go test -count=1 -timeout=30m ./app/windows

# The packages that people install, in build/packages. The programs come first, by the same
# rules. nfpm is a module of its own (.ci/tools). The environment may name a certificate for
# the installers of Windows (app/packages/windows).
PACKAGED := build/packages/programs
.PHONY: packages packages-programs packages-test packages-all release
packages-programs: setup windows-program
	$(call stage,packages: compile the programs. Half a minute; the first time 10 minutes)
	@mkdir -p $(PACKAGED) build/tools
	go -C .ci/tools build -o $(CURDIR)/build/tools/nfpm github.com/goreleaser/nfpm/v2/cmd/nfpm
	go build -ldflags '-s -w -X main.version=$(VERSION)' -o $(PACKAGED)/nightlatch ./app
	CGO_ENABLED=0 GOOS=linux GOARCH=amd64 go build -tags=$(TAGS),headless -ldflags '-s -w -X main.version=$(VERSION)' -o $(PACKAGED)/nightlatch-server-amd64 ./app
	CGO_ENABLED=0 GOOS=linux GOARCH=arm64 go build -tags=$(TAGS),headless -ldflags '-s -w -X main.version=$(VERSION)' -o $(PACKAGED)/nightlatch-server-arm64 ./app
	@cp build/windows/nightlatch.exe build/windows/nightlatch.com $(PACKAGED)

packages: packages-programs
	$(call stage,packages: make the packages. 2 minutes)
	go run ./app/packages
	@cat build/packages/SHA256SUMS

# The packages are built and checked, and installed in a clean Debian, where the window and
# the server are played, one after the other, since they share the downloads. Making that
# Debian needs root.
AS_ROOT := $(shell [ "$$(id -u)" = 0 ] || echo sudo -E env PATH="$$PATH")
INSTALLED = NIGHTLATCH_PROGRAM=$(CURDIR)/$(PACKAGED)/nightlatch $(AS_ROOT) go test -p 1 -count=1 -timeout=20m -run '^TestSlowInstalled' ./app/party ./app/tour
packages-test: packages-programs
	$(call stage,packages: check$(,) install and play them. 2 minutes; the first time 5)
	go test -count=1 -timeout=20m $(FAST) ./app/packages/...
	$(INSTALLED)

packages-all: packages-programs
	$(call stage,packages: build them twice$(,) check$(,) install and play them. 4 minutes; the first time 7)
	go test -count=1 -timeout=20m ./app/packages/...
	$(INSTALLED)

# Give the source the version of a new release: make release VERSION=1.2.3
release:
	@test "$(origin VERSION)" = "command line" || { echo "Use: make release VERSION=1.2.3"; exit 2; }
	@go run ./app/packages/newversion "$(VERSION)"

# Unit and server tests with the race detector. Its own memory would hide what the PIN
# tests search for, and it makes comparing 100,000 phone numbers take minutes: those run
# without it.
race: setup
	$(call stage,race: unit and server tests with the race detector. Seconds if nothing changed; the first time 5 minutes)
	go test -race $(FAST) $(WITHOUT_FYNE)
	go test -run 'ADay|PINIsWiped' ./fido/libfido2
	go test ./server/e164

# The same with the slow tests, and tests of the window that start goroutines. Drawing
# is ten times slower with the race detector and runs on one goroutine, so the other
# tests of the window run without it.
race-all: setup
	$(call stage,race: all unit and server tests with the race detector. Seconds if nothing changed; the first time 10 minutes)
	go test -race $(WITHOUT_FYNE)
	go test -run 'ADay|PINIsWiped' ./fido/libfido2
	go test ./server/e164
	go test -race -run 'Scope|Opening|Presence|Server|Session' ./ui ./ui/shell ./ui/securitykey

# The window: components, ceremonies by keyboard, and every screen compared with its
# golden (ui/kit/golden).
screens: setup
	$(call stage,screens: tests of the window. Seconds if nothing changed; else one minute)
	NIGHTLATCH_DRESS=light go test $(FAST) ./ui/...

screens-all: setup
	$(call stage,screens: tests of the window$(,) full form. Seconds if nothing changed; else three minutes)
	NIGHTLATCH_DRESS=light go test ./ui/...

# Write the goldens of the screens again after a change of appearance that is intended.
goldens:
	$(call stage,goldens: write how each screen looks. 1 minute)
	NIGHTLATCH_UPDATE_GOLDENS=1 go test -count=1 -run '^(TestEveryScreenInEveryDress|TestMarkupOfACard)$$/^light$$' ./ui ./ui/ceremony ./ui/securitykey ./ui/kit/golden
	@git --no-pager diff --stat -- '*/testdata/golden/*'

# Write the OpenAPI document and the reference page again after a change of the API.
openapi:
	$(call stage,openapi: describe the routes. Some seconds)
	NIGHTLATCH_UPDATE_OPENAPI=1 go test -count=1 -run '^TestOpenAPI' ./server/httpapi
	@git --no-pager diff --stat -- docs server/httpapi

# Write the licence texts in the program again after a change of go.mod.
licenses:
	$(call stage,licenses: collect the texts of all parts. Some seconds)
	NIGHTLATCH_UPDATE_LICENSES=1 go test -count=1 -run '^TestEmbeddedTextsAreCurrent$$' ./app/packages/licenses
	@git --no-pager diff --stat -- assets/licenses

# The built program with programs of others: curl, oathtool, libfido2's tools, Chromium,
# CUPS, kill -9.
party: setup build
	$(call stage,party: the program with other programs$(,) short form. 1 minute)
	NIGHTLATCH_PROGRAM=$(CURDIR)/$(PROGRAM) go test -count=1 -timeout=10m $(FAST) ./app ./app/party

party-all: setup build
	$(call stage,party: the program with other programs$(,) full form. 6 minutes; the first time 10)
	NIGHTLATCH_PROGRAM=$(CURDIR)/$(PROGRAM) go test -count=1 -timeout=30m -skip '^TestSlowInstalled' ./app ./app/party

# The main job in the real window, by keyboard. Pictures in build/tour.
tour: setup build
	$(call stage,tour: the main job in the real window. 1 minute)
	NIGHTLATCH_PROGRAM=$(CURDIR)/$(PROGRAM) go test -count=1 -timeout=10m $(FAST) ./app/tour

# The pictures of docs/pictures, taken by the tour in both dresses.
pictures: setup build
	$(call stage,pictures: the main screens for the documentation. 2 minutes)
	NIGHTLATCH_PROGRAM=$(CURDIR)/$(PROGRAM) NIGHTLATCH_PICTURES=$(CURDIR)/docs/pictures go test -count=1 -timeout=10m -run '^(TestMainJob|TestSlowMainJobInLight)$$' ./app/tour

tour-all: setup build
	$(call stage,tour: the main job in the real window$(,) full form. 2 minutes; the first time 5)
	NIGHTLATCH_PROGRAM=$(CURDIR)/$(PROGRAM) go test -count=1 -timeout=20m -skip '^TestSlowInstalled' ./app/tour

# Every screen in every state, light and dark, in build/gallery.
gallery: setup
	$(call stage,gallery: draw every screen. 3 minutes)
	NIGHTLATCH_GALLERY=$(CURDIR)/build/gallery go test -count=1 -timeout=20m -run '^TestGallery$$' ./ui ./ui/ceremony ./ui/securitykey

# Speed, memory and size against their limits.
bench: setup build
	$(call stage,bench: compare speed$(,) memory and size with their limits. 5 minutes on an idle machine)
	go run ./app/bench

# Each fuzz target for FUZZTIME.
FUZZTIME ?= 20s
fuzz: setup
	$(call stage,fuzz: $(FUZZTIME) for each target)
	@for p in $$(go list ./...); do \
		for f in $$(go test -list '^Fuzz' $$p 2>/dev/null | grep '^Fuzz'); do \
			echo "$$p $$f"; go test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1s $$p || exit 1; \
		done; \
	done

clean:
	rm -rf build
