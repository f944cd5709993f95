package backup

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"

	"nightlatch/server/store/durable"
)

// A Result describes a file that was written and opened again.
type Result struct {
	Path     string
	Bytes    int64
	SHA256   [32]byte
	Contents Contents
}

// WriteFile writes a backup to a new file, or with replace over an existing one. fill
// writes the parts (Write). The file gets its name when it is complete, on the disk, and
// was opened with opener and read to its end. An Opener without a value stands for the
// key that is remembered from writing: that proves the contents but not that somebody
// has the recovery key.
func WriteFile(ctx context.Context, path string, replace bool, lock Lock, opener Opener, fill func(io.Writer) error) (res Result, err error) {
	res.Path = path
	put := durable.Create
	if replace {
		put = durable.Replace
	}
	err = put(path, 0o600, func(f *os.File) error {
		written := sha256.New()
		out, remembered, err := Encrypt(io.MultiWriter(f, written), lock)
		if err != nil {
			return err
		}
		if err := fill(out); err != nil {
			return err
		}
		if err := errors.Join(out.Close(), f.Sync()); err != nil {
			return fmt.Errorf("backup: write: %w", err)
		}
		if opener.identity == nil {
			opener = remembered
		}
		read := sha256.New()
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return fmt.Errorf("backup: %w", err)
		}
		count := &counted{w: read}
		res.Contents, err = OpenReader(ctx, io.TeeReader(f, count), opener, io.Discard, nil)
		if err != nil {
			return fmt.Errorf("backup: opening it again: %w", err)
		}
		if [32]byte(read.Sum(nil)) != [32]byte(written.Sum(nil)) {
			return fmt.Errorf("backup: opening it again: %w", ErrNotBackup)
		}
		res.Bytes, res.SHA256 = count.done, [32]byte(written.Sum(nil))
		return nil
	})
	return res, err
}

// OpenReader decrypts and reads a whole backup.
func OpenReader(ctx context.Context, r io.Reader, opener Opener, db io.Writer, progress func(done, total int64)) (Contents, error) {
	parts, err := Decrypt(r, opener)
	if err != nil {
		return Contents{}, err
	}
	c, err := Read(ctx, parts, db, progress)
	if err != nil {
		return c, err
	}
	// Read to the end: age authenticates the last chunk there.
	if _, err := io.Copy(io.Discard, parts); err != nil {
		return c, damaged(err)
	}
	return c, nil
}
