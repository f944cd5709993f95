// Package windows makes the two installers for Windows: a setup for one user, made by NSIS,
// and a Windows Installer package for all users, made by wixl. Both run on Linux. With a
// certificate it signs the program, the uninstaller and both installers.
package windows

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// A Config says what to package.
type Config struct {
	Root    string    // the directory of the source
	Tree    string    // what is installed: nightlatch.exe, LICENSE.txt and the rest
	Out     string    // the directory for the installers
	Version string    // 1.2.3
	Date    time.Time // of the files: two builds of one source are equal
	Signer  *Signer   // nil leaves everything unsigned
}

// Installers are the files that Build made.
type Installers struct {
	Setup string // nightlatch-VERSION-setup.exe
	MSI   string // nightlatch-VERSION-x64.msi
}

// toolTime limits each tool. Compressing the program takes a quarter of a minute.
const toolTime = 5 * time.Minute

// Build makes both installers.
func Build(ctx context.Context, c Config) (Installers, error) {
	b, err := prepare(ctx, c)
	if err != nil {
		return Installers{}, err
	}
	defer os.RemoveAll(b.work)
	var made Installers
	if made.Setup, err = b.setup(ctx); err != nil {
		return Installers{}, err
	}
	if made.MSI, err = b.msi(ctx); err != nil {
		return Installers{}, err
	}
	return made, nil
}

// A builder has a copy of the tree, which it may sign, and the pictures.
type builder struct {
	Config
	work     string
	tree     string
	pictures string
	sources  string   // assets/packaging/windows
	files    []string // of the tree, with slashes, sorted
	size     int64    // of the files together
}

func prepare(ctx context.Context, c Config) (*builder, error) {
	for _, needed := range []string{"nightlatch.exe", "LICENSE.txt"} {
		if _, err := os.Stat(filepath.Join(c.Tree, needed)); err != nil {
			return nil, fmt.Errorf("windows: the tree is not complete: %w", err)
		}
	}
	root, err := filepath.Abs(c.Root) // the tools run in another directory
	if err != nil {
		return nil, err
	}
	work, err := os.MkdirTemp("", "nightlatch-windows-")
	if err != nil {
		return nil, err
	}
	b := &builder{
		Config: c, work: work, tree: filepath.Join(work, "tree"), pictures: filepath.Join(work, "pictures"),
		sources: filepath.Join(root, "assets", "packaging", "windows"),
	}
	err = errors.Join(os.MkdirAll(c.Out, 0o755), os.CopyFS(b.tree, os.DirFS(c.Tree)))
	if err == nil {
		err = b.signPrograms(ctx)
	}
	if err == nil {
		err = drawAll(b.pictures)
	}
	if err == nil {
		err = b.list()
	}
	if err == nil {
		err = setTimes(work, c.Date)
	}
	if err != nil {
		os.RemoveAll(work)
		return nil, err
	}
	return b, nil
}

// signPrograms signs the programs of the tree.
func (b *builder) signPrograms(ctx context.Context) error {
	for _, pattern := range []string{"*.exe", "*.com", "*.dll"} {
		programs, err := filepath.Glob(filepath.Join(b.tree, pattern))
		if err != nil {
			return err
		}
		for _, program := range programs {
			if err := b.Signer.Sign(ctx, program); err != nil {
				return err
			}
		}
	}
	return nil
}

// list finds the files of the tree and their size.
func (b *builder) list() error {
	err := fs.WalkDir(os.DirFS(b.tree), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		b.files = append(b.files, path)
		b.size += info.Size()
		return nil
	})
	slices.Sort(b.files)
	return err
}

// setTimes gives all files below dir the time that the installers keep.
func setTimes(dir string, at time.Time) error {
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chtimes(path, at, at)
	})
}

// run runs a tool and returns its words if it fails.
func (b *builder) run(ctx context.Context, name string, args ...string) error {
	ctx, stop := context.WithTimeout(ctx, toolTime)
	defer stop()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = b.work
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "TZ=UTC", fmt.Sprintf("SOURCE_DATE_EPOCH=%d", b.Date.Unix()))
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("windows: %s: %w\n%s", name, err, out)
	}
	return nil
}

// write writes a file of the work directory.
func (b *builder) write(name string, text []byte) (string, error) {
	path := filepath.Join(b.work, name)
	if err := os.WriteFile(path, text, 0o644); err != nil {
		return "", err
	}
	return path, os.Chtimes(path, b.Date, b.Date)
}
