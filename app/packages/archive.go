package main

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// archive packs a tree as .tar.xz, for systems with neither .deb nor .rpm. Its paths begin
// with the name and version of the package.
func (b *builder) archive(ctx context.Context, p linux) error {
	ctx, stop := context.WithTimeout(ctx, toolTime)
	defer stop()
	top := p.name + "-" + b.version + "-linux-" + p.arch
	out, err := os.Create(filepath.Join(b.out, top+".tar.xz"))
	if err != nil {
		return err
	}
	defer out.Close()
	// With several threads, xz cuts the data into other blocks.
	xz := exec.CommandContext(ctx, "xz", "-6", "--threads=1", "--stdout")
	xz.Env = append(os.Environ(), "XZ_OPT=", "XZ_DEFAULTS=")
	xz.Stdout, xz.Stderr = out, os.Stderr
	in, err := xz.StdinPipe()
	if err != nil {
		return err
	}
	if err := xz.Start(); err != nil {
		return err
	}
	err = b.tar(in, p.tree, top)
	return errors.Join(err, in.Close(), xz.Wait(), out.Close())
}

// tar writes the files of a tree in the order of their names, as of the user root.
func (b *builder) tar(w io.Writer, tree, top string) error {
	t := tar.NewWriter(w)
	err := filepath.WalkDir(tree, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		below := strings.TrimPrefix(path, tree)
		if strings.HasPrefix(below, "/usr/share/lintian") {
			return nil // Debian only
		}
		h := &tar.Header{Name: top + below, Mode: int64(info.Mode().Perm()), ModTime: b.date(), Uname: "root", Gname: "root", Format: tar.FormatPAX, Typeflag: tar.TypeReg, Size: info.Size()}
		if d.IsDir() {
			h.Typeflag, h.Size, h.Name = tar.TypeDir, 0, h.Name+"/"
		}
		if err := t.WriteHeader(h); err != nil || d.IsDir() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = io.Copy(t, f)
		return err
	})
	return errors.Join(err, t.Close())
}
