package windows

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"nightlatch/app/packages/licenses"
	"nightlatch/app/packages/release"
)

// Make makes both installers of the source in the directory root, from the programs that
// make windows-program built in the directory programs. The version is that of FyneApp.toml,
// and the certificate that of the environment. Words for the person go to log.
func Make(ctx context.Context, root, programs, out string, log io.Writer) (Installers, error) {
	releases, err := release.Read(ctx, root)
	if err != nil {
		return Installers{}, err
	}
	built, err := release.Built(ctx, root)
	if err != nil {
		return Installers{}, err
	}
	signer, err := SignerOf(os.Getenv, built)
	if err != nil {
		return Installers{}, err
	}
	if signer == nil {
		fmt.Fprintf(log, "windows: no certificate was given, so the programs and the installers are unsigned: Windows warns before it runs them (%s and %s, or %s)\n", certVariable, keyVariable, pkcs12Variable)
	}
	tree, err := os.MkdirTemp("", "nightlatch-tree-")
	if err != nil {
		return Installers{}, err
	}
	defer os.RemoveAll(tree)
	if err := Stage(ctx, root, programs, tree); err != nil {
		return Installers{}, err
	}
	return Build(ctx, Config{Root: root, Tree: tree, Out: out, Version: releases[0].Version, Date: built, Signer: signer})
}

// Stage writes what is installed into the directory tree.
func Stage(ctx context.Context, root, programs, tree string) error {
	program := filepath.Join(programs, "nightlatch.exe")
	contents, err := licenses.Of(ctx, root, program)
	if err != nil {
		return err
	}
	errs := []error{os.WriteFile(filepath.Join(tree, licenses.FileName), contents.ThirdParty(), 0o644)}
	for to, from := range map[string]string{
		"nightlatch.exe": program,
		"nightlatch.com": filepath.Join(programs, "nightlatch.com"),
		"LICENSE.txt":    filepath.Join(root, "LICENSE"),
		"CHANGELOG.txt":  filepath.Join(root, "CHANGELOG.md"),
		"README.txt":     filepath.Join(root, "assets/packaging/windows/README.txt"),
	} {
		body, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(filepath.Join(tree, to), body, 0o644)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
