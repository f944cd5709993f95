package backup

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"strings"
	"time"

	"nightlatch/server/store"
)

// Write writes the parts of a backup, not encrypted, and returns its manifest. The last
// part has the checksums of the others, so that a truncated backup is detected.
func Write(ctx context.Context, w io.Writer, src Source) (m Manifest, err error) {
	err = src.Database.Snapshot(ctx, func(tx store.Tx, size int64, copyTo func(io.Writer) error) error {
		if m, err = src.manifest(tx, size); err != nil {
			return fmt.Errorf("backup: count: %w", err)
		}
		parts := &writer{ctx: ctx, tar: tar.NewWriter(w), at: m.Made}
		about, err := json.MarshalIndent(m, "", "  ")
		if err != nil {
			return fmt.Errorf("backup: %w", err)
		}
		parts.text(partReadme, readme)
		parts.text(partManifest, string(about)+"\n")
		parts.text(PartKey, src.MasterKey)
		if src.Lab != nil {
			parts.text(PartLab, *src.Lab)
		}
		parts.part(PartDatabase, size, func(w io.Writer) error {
			return copyTo(&counted{w: w, total: size, progress: src.Progress})
		})
		parts.text(partSums, parts.sums.String())
		return parts.close()
	})
	return m, err
}

// A writer writes parts. After an error it does nothing.
type writer struct {
	ctx  context.Context
	tar  *tar.Writer
	at   time.Time
	sums strings.Builder
	err  error
}

func (p *writer) text(name, text string) {
	p.part(name, int64(len(text)), func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}

func (p *writer) part(name string, size int64, fill func(io.Writer) error) {
	if p.err == nil {
		p.err = p.ctx.Err()
	}
	if p.err != nil {
		return
	}
	p.err = p.tar.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, ModTime: p.at, Typeflag: tar.TypeReg})
	if p.err != nil {
		return
	}
	sum := sha256.New()
	if p.err = fill(io.MultiWriter(p.tar, sum)); p.err == nil {
		sumLine(&p.sums, sum, name)
	}
}

func (p *writer) close() error {
	if p.err == nil {
		p.err = p.tar.Close() // also finds a part that is too short
	}
	if p.err != nil {
		return fmt.Errorf("backup: write: %w", p.err)
	}
	return nil
}

// sumLine writes a line as sha256sum does.
func sumLine(w io.Writer, sum hash.Hash, name string) { fmt.Fprintf(w, "%x  %s\n", sum.Sum(nil), name) }

// A counted writer reports the number of written bytes.
type counted struct {
	w           io.Writer
	done, total int64
	progress    func(done, total int64)
}

func (c *counted) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.done += int64(n)
	if c.progress != nil {
		c.progress(c.done, c.total)
	}
	return n, err
}
