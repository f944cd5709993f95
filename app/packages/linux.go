package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"nightlatch/app/packages/daemon"
	"nightlatch/app/packages/desktop"
	"nightlatch/app/packages/licenses"
	"nightlatch/app/packages/manpages"
	"nightlatch/app/packages/papers"
	"nightlatch/app/packages/sbom"
)

// A linux is a package for Linux and one kind of processor.
type linux struct {
	name    string // nightlatch or nightlatch-server
	arch    string // as Go and Debian name it
	program string // for this processor
	here    string // the same for the processor of this computer: it prints the manual pages
	readme  string // below assets/packaging
	tree    string
}

// desktop makes the packages of the program with the window. It is for the processor of
// this computer only: its C code needs the libraries of the system.
func (b *builder) desktop(ctx context.Context) error {
	program := filepath.Join(b.programs, "nightlatch")
	p := linux{name: "nightlatch", arch: "amd64", program: program, here: program, readme: "desktop/README.Debian"}
	return b.linux(ctx, p, func(tree string) error { return desktop.Stage(ctx, b.root, tree) })
}

// servers makes the packages of the program without a window.
func (b *builder) servers(ctx context.Context) error {
	for _, arch := range []string{"amd64", "arm64"} {
		if b.debOnly != "" && arch != "amd64" {
			continue
		}
		p := linux{name: "nightlatch-server", arch: arch, program: filepath.Join(b.programs, "nightlatch-server-"+arch), here: filepath.Join(b.programs, "nightlatch-server-amd64"), readme: "server/README.Debian"}
		if err := b.linux(ctx, p, func(tree string) error { return daemon.Stage(b.root, tree) }); err != nil {
			return err
		}
	}
	return nil
}

// linux makes the .deb, the .rpm, the archive and the bill of materials of a package. more
// stages what only this package has.
func (b *builder) linux(ctx context.Context, p linux, more func(tree string) error) error {
	if b.debOnly != "" && b.debOnly != p.name {
		return nil
	}
	made, err := licenses.Of(ctx, b.root, p.program)
	if err != nil {
		return err
	}
	p.tree = filepath.Join(b.stage, p.name+"-"+p.arch)
	if err := copyFile(p.program, filepath.Join(p.tree, "usr/bin/nightlatch"), 0o755); err != nil {
		return err
	}
	if err := manpages.Stage(ctx, p.here, b.release, p.tree); err != nil {
		return err
	}
	if err := more(p.tree); err != nil {
		return err
	}
	papersOf := papers.Package{Name: p.name, Version: b.version, Readme: p.readme}
	if err := papers.Stage(ctx, b.root, p.tree, papersOf, made); err != nil {
		return err
	}
	if err := settle(p.tree, b.date()); err != nil {
		return err
	}
	if err := b.pack(ctx, p, "deb"); err != nil || b.debOnly != "" {
		return err
	}
	if err := b.pack(ctx, p, "rpm"); err != nil {
		return err
	}
	if err := b.archive(ctx, p); err != nil {
		return err
	}
	list, err := sbom.Encode(made, b.release)
	if err != nil {
		return err
	}
	name := p.name + "-" + b.version + ".cdx.json"
	if p.name == "nightlatch-server" {
		name = strings.Replace(name, ".cdx", "-"+p.arch+".cdx", 1)
	}
	return os.WriteFile(filepath.Join(b.out, name), list, 0o644)
}
