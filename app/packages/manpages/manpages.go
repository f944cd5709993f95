// Package manpages makes the files that explain the commands: the manual pages, and the
// completion of shells. The built program prints both.
package manpages

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"nightlatch/app/packages/release"
)

// limit is how long the program may take to print its pages.
const limit = time.Minute

// completions are the places where shells look for the completion of the program.
var completions = map[string]string{
	"bash": "usr/share/bash-completion/completions/nightlatch",
	"zsh":  "usr/share/zsh/vendor-completions/_nightlatch",
	"fish": "usr/share/fish/vendor_completions.d/nightlatch.fish",
}

// ZshOfFedora is where zsh looks for completions on systems with rpm packages.
const ZshOfFedora = "usr/share/zsh/site-functions/_nightlatch"

// Stage writes the files into a directory that has the layout of the root of a system.
// program is a build for this computer with the commands of the one that is packaged.
func Stage(ctx context.Context, program string, r release.Release, stage string) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	pages, err := os.MkdirTemp("", "manpages-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(pages)
	if _, err := run(ctx, r, program, "man", pages); err != nil {
		return err
	}
	files, err := os.ReadDir(pages)
	if err != nil {
		return err
	}
	for _, f := range files {
		src, err := os.ReadFile(filepath.Join(pages, f.Name()))
		if err != nil {
			return err
		}
		packed, err := Compress(src)
		if err != nil {
			return err
		}
		if err := write(filepath.Join(stage, "usr/share/man/man1", f.Name()+".gz"), packed); err != nil {
			return err
		}
	}
	for shell, path := range completions {
		script, err := run(ctx, r, program, "completion", shell)
		if err != nil {
			return err
		}
		if err := write(filepath.Join(stage, path), script); err != nil {
			return err
		}
	}
	return nil
}

func run(ctx context.Context, r release.Release, program string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(), "SOURCE_DATE_EPOCH="+strconv.FormatInt(r.Date.Unix(), 10))
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("manpages: %s %s: %w: %s", program, args[0], err, &errs)
	}
	return out, nil
}

func write(path string, body []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, body, 0o644)
}

// Compress packs a file as Debian's rules want it: gzip, smallest, without a name and a time.
func Compress(body []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
