// Package main makes the packages that people install, from programs that are already
// compiled (`make packages`):
//
//	go run ./app/packages -programs DIR -out DIR
//
// It stages the tree of each package below OUT/stage and calls nfpm, xz, makensis and wixl.
// What goes into the trees comes from the packages below this one. It runs in the root of
// the source. Two builds of one source are equal, wherever and whenever they run.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"nightlatch/app/packages/release"
)

// A builder makes the packages of one release.
type builder struct {
	root      string // the directory of the source
	programs  string // the compiled programs
	out       string // the directory of the packages
	stage     string // the trees, below out
	nfpm      string
	release   release.Release
	noWindows bool   // the installers take as long as the rest together
	debOnly   string // make only this .deb; "" for everything
	version   string // of the packages: that of the release, or a lower one in tests
}

func main() {
	b := &builder{}
	flag.StringVar(&b.root, "root", ".", "the directory of the source")
	flag.StringVar(&b.programs, "programs", "build/packages/programs", "the directory with nightlatch, nightlatch-server-amd64, nightlatch-server-arm64 and, for Windows, nightlatch.exe and nightlatch.com")
	flag.StringVar(&b.out, "out", "build/packages", "the directory for the packages")
	flag.StringVar(&b.nfpm, "nfpm", "build/tools/nfpm", "the program nfpm")
	flag.StringVar(&b.version, "package-version", "", "the version of the packages instead of the program's, for tests of upgrades")
	flag.BoolVar(&b.noWindows, "without-windows", false, "leave out the installers for Windows, which have tests of their own")
	flag.StringVar(&b.debOnly, "deb-only", "", "make only the .deb of this package for amd64, for tests of upgrades")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := b.build(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func (b *builder) build(ctx context.Context) error {
	syscall.Umask(0o022)
	releases, err := release.Read(ctx, b.root)
	if err != nil {
		return err
	}
	b.release = releases[0]
	if b.version == "" {
		b.version = b.release.Version
	}
	for _, path := range []*string{&b.programs, &b.out, &b.nfpm} {
		if *path, err = filepath.Abs(*path); err != nil {
			return err
		}
	}
	b.stage = filepath.Join(b.out, "stage")
	// Tools get the time of the source, too.
	if err := os.Setenv("SOURCE_DATE_EPOCH", strconv.FormatInt(b.date().Unix(), 10)); err != nil {
		return err
	}
	if err := b.clean(); err != nil {
		return err
	}
	steps := []func(context.Context) error{b.desktop, b.servers}
	if b.debOnly == "" {
		steps = append(steps, b.mac)
		if !b.noWindows {
			steps = append(steps, b.windows)
		}
	}
	if err := together(ctx, steps); err != nil {
		return err
	}
	return b.sums()
}

// together runs steps at the same time: most of them compress.
func together(ctx context.Context, steps []func(context.Context) error) error {
	ended := make(chan error, len(steps))
	for _, step := range steps {
		go func() { ended <- step(ctx) }()
	}
	var err error
	for range steps {
		err = errors.Join(err, <-ended)
	}
	return err
}

// date is the time of all files in packages. Archives of .zip keep even seconds only.
func (b *builder) date() time.Time { return b.release.Date.UTC().Truncate(2 * time.Second) }

// clean removes what an earlier build left: a package of an older version would get into
// the list of sums.
func (b *builder) clean() error {
	entries, err := os.ReadDir(b.out)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(b.out, e.Name())
		if path == b.programs {
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	return os.MkdirAll(b.stage, 0o755)
}
