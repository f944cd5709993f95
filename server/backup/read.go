package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// smallPart is the maximum size of every part except the database, in bytes.
const smallPart = 64 << 10

// Contents has the parts that Read found in a backup. Their checksums were right.
type Contents struct {
	Manifest  Manifest
	MasterKey string
	Lab       *string
	Parts     []string // names, in order
}

// Read reads the parts of a backup to the end, and compares their checksums. It writes the
// database to db. Errors: ErrNotBackup, ErrNewer.
func Read(ctx context.Context, r io.Reader, db io.Writer, progress func(done, total int64)) (Contents, error) {
	var c Contents
	var sums strings.Builder
	for in := tar.NewReader(r); ; {
		if err := ctx.Err(); err != nil {
			return c, err
		}
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return c, damaged(err)
		}
		if h.Name != filepath.Base(h.Name) || h.Typeflag != tar.TypeReg {
			return c, damaged(errors.New("it has a part that is not a plain file"))
		}
		c.Parts = append(c.Parts, h.Name)
		sum := sha256.New()
		if h.Name == PartDatabase {
			w := &counted{w: io.MultiWriter(db, sum), total: h.Size, progress: progress}
			if err := copyPart(ctx, w, in); err != nil {
				return c, err
			}
			if h.Size != c.Manifest.Database {
				return c, damaged(errors.New("the database is not as long as the manifest says"))
			}
		} else if err := c.small(h, io.TeeReader(in, sum), sums.String()); err != nil {
			return c, err
		}
		sumLine(&sums, sum, h.Name)
	}
	if len(c.Parts) < 5 || c.Parts[len(c.Parts)-1] != partSums {
		return c, damaged(errors.New("it is not complete"))
	}
	return c, nil
}

// small reads one of the small parts. sums are the checksums of the parts before it.
func (c *Contents) small(h *tar.Header, r io.Reader, sums string) error {
	if h.Size > smallPart {
		return damaged(fmt.Errorf("its part %q is too large", h.Name))
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return damaged(err)
	}
	switch h.Name {
	case partManifest:
		if err := json.Unmarshal(b, &c.Manifest); err != nil {
			return damaged(errors.New("its manifest cannot be read"))
		}
		if c.Manifest.Format > format {
			return fmt.Errorf("%w: %s", ErrNewer, c.Manifest.Program)
		}
	case PartKey:
		c.MasterKey = string(b)
	case PartLab:
		text := string(b)
		c.Lab = &text
	case partSums:
		if !bytes.Equal(b, []byte(sums)) {
			return damaged(errors.New("the checksum of a part is wrong"))
		}
	}
	return nil
}

// copyPart copies a part. An error of the reader means a damaged backup; one of the writer
// does not.
func copyPart(ctx context.Context, w io.Writer, r io.Reader) error {
	buf := make([]byte, 256<<10)
	for {
		n, err := r.Read(buf)
		if n > 0 {
			if _, werr := w.Write(buf[:n]); werr != nil {
				return fmt.Errorf("backup: unpack: %w", werr)
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return damaged(err)
		case ctx.Err() != nil:
			return ctx.Err()
		}
	}
}

func damaged(err error) error { return fmt.Errorf("%w: %w", ErrNotBackup, err) }

// Unpack reads a backup and writes the database to a new file that only its owner can read.
// It returns the key and does not write it to a disk.
func Unpack(ctx context.Context, r io.Reader, database string, progress func(done, total int64)) (c Contents, err error) {
	err = create(database, func(f *os.File) error {
		c, err = Read(ctx, r, f, progress)
		return err
	})
	return c, err
}

func create(path string, fill func(*os.File) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fs.FileMode(0o600))
	if err != nil {
		return err
	}
	err = fill(f)
	return errors.Join(err, f.Sync(), f.Close())
}
