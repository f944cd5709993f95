package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// sums writes SHA256SUMS, which `sha256sum -c` reads.
func (b *builder) sums() error {
	files, err := os.ReadDir(b.out)
	if err != nil {
		return err
	}
	var list strings.Builder
	for _, f := range files {
		if f.IsDir() || f.Name() == "SHA256SUMS" {
			continue
		}
		sum, err := sumOf(filepath.Join(b.out, f.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&list, "%x  %s\n", sum, f.Name())
	}
	return os.WriteFile(filepath.Join(b.out, "SHA256SUMS"), []byte(list.String()), 0o644)
}

func sumOf(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return nil, err
	}
	return h.Sum(nil), nil
}
