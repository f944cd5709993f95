// Package main makes what Windows shows of the program: its icon, its version and its
// manifest, as an object file that the linker adds to the program.
//
//	go run ./app/packages/winres OUT.syso
//
// It runs in the root of the source, and leaves nightlatch.ico beside OUT.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"text/template"

	"nightlatch/app/packages/ico"
	"nightlatch/app/packages/release"
	"nightlatch/assets"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "winres:", err)
		os.Exit(1)
	}
}

// facts are what the templates show.
type facts struct {
	ID, Description, License string
	Version, Build, Commas   string // "1.2.3", "4", "1,2,3,4"
}

var fromTOML = regexp.MustCompile(`(?m)^(Version|Build) *= *"?([0-9.]+)"?$`)

// readFacts reads FyneApp.toml.
func readFacts() (facts, error) {
	f := facts{ID: release.ID, License: release.License, Description: "Nightlatch"}
	toml, err := os.ReadFile("FyneApp.toml")
	if err != nil {
		return f, err
	}
	for _, m := range fromTOML.FindAllSubmatch(toml, -1) {
		if string(m[1]) == "Version" {
			f.Version = string(m[2])
		} else {
			f.Build = string(m[2])
		}
	}
	f.Commas = strings.ReplaceAll(f.Version+"."+f.Build, ".", ",")
	if strings.Count(f.Commas, ",") != 3 {
		return f, errors.New("FyneApp.toml has no version such as 1.2.3, or no build number")
	}
	return f, nil
}

func run(args []string) error {
	if len(args) != 1 {
		return errors.New("usage: winres OUT.syso")
	}
	out, err := filepath.Abs(args[0])
	if err != nil {
		return err
	}
	dir := filepath.Dir(out)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := readFacts()
	if err != nil {
		return err
	}
	icon, err := ico.New(assets.AppIconSizes(), assets.AppIcon)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "nightlatch.ico"), icon, 0o644); err != nil {
		return err
	}
	for _, name := range []string{"nightlatch.manifest", "nightlatch.rc"} {
		t, err := template.ParseFiles(filepath.Join("assets/packaging/windows", name+".tmpl"))
		if err != nil {
			return err
		}
		var text bytes.Buffer
		if err := t.Execute(&text, f); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), text.Bytes(), 0o644); err != nil {
			return err
		}
	}
	cmd := exec.Command("x86_64-w64-mingw32-windres", "--output-format=coff", "--input=nightlatch.rc", "--output="+out)
	cmd.Dir = dir
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("windres: %w: %s", err, said)
	}
	return nil
}
