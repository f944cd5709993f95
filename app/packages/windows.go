package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"nightlatch/app/packages/licenses"
	"nightlatch/app/packages/windows"
)

// windows makes the installers for Windows, signed if the environment names a certificate.
func (b *builder) windows(ctx context.Context) error {
	tree := filepath.Join(b.stage, "windows")
	for _, name := range []string{"nightlatch.exe", "nightlatch.com"} {
		if err := copyFile(filepath.Join(b.programs, name), filepath.Join(tree, name), 0o755); err != nil {
			return err
		}
	}
	made, err := licenses.Of(ctx, b.root, filepath.Join(b.programs, "nightlatch.exe"))
	if err != nil {
		return err
	}
	texts := map[string][]byte{licenses.FileName: made.ThirdParty()}
	for from, to := range map[string]string{"LICENSE": "LICENSE.txt", "CHANGELOG.md": "CHANGELOG.txt", "assets/packaging/windows/README.txt": "README.txt"} {
		if texts[to], err = os.ReadFile(filepath.Join(b.root, from)); err != nil {
			return err
		}
	}
	for name, text := range texts {
		if err := os.WriteFile(filepath.Join(tree, name), bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")), 0o644); err != nil {
			return err
		}
	}
	if err := settle(tree, b.date()); err != nil {
		return err
	}
	signer, err := windows.SignerOf(os.Getenv, b.date())
	if err != nil {
		return err
	}
	if signer == nil {
		fmt.Fprintln(os.Stderr, windows.Unsigned)
	}
	_, err = windows.Build(ctx, windows.Config{Root: b.root, Tree: tree, Out: b.out, Version: b.version, Date: b.date(), Signer: signer})
	return err
}
