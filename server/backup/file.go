package backup

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
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

// A File says how to write a backup.
type File struct {
	Path    string
	Replace bool // an existing file
	Lock    Lock
	// Opener opens the backup again. The zero value is the key that was remembered while
	// writing: it proves the contents of the file, but not that anyone has the recovery key.
	Opener Opener
	Fill   func(io.Writer) error // writes the parts (Write)
	// Check reads the parts to their end and checks them, as Read does. If it returns
	// ErrAgain, Read is used. It may be nil.
	Check func(ctx context.Context, parts io.Reader) (Contents, error)
}

// ErrAgain is returned by File.Check if it could not check the parts.
var ErrAgain = errors.New("backup: read it again")

// WriteFile writes a backup. The file gets its name after it was written to the disk, opened
// again and checked.
func WriteFile(ctx context.Context, to File) (res Result, err error) {
	res.Path = to.Path
	put := durable.Create
	if to.Replace {
		put = durable.Replace
	}
	err = put(to.Path, 0o600, func(f *os.File) error {
		written := sha256.New()
		out, remembered, err := Encrypt(io.MultiWriter(f, written), to.Lock)
		if err != nil {
			return err
		}
		if err := to.Fill(out); err != nil {
			return err
		}
		if err := errors.Join(out.Close(), f.Sync()); err != nil {
			return fmt.Errorf("backup: write: %w", err)
		}
		if to.Opener.identity == nil {
			to.Opener = remembered
		}
		if err := res.check(ctx, f, to, [32]byte(written.Sum(nil))); err != nil {
			return fmt.Errorf("backup: opening it again: %w", err)
		}
		return nil
	})
	return res, err
}

// check reads the file from the disk, compares it with the written bytes, and opens it.
func (res *Result) check(ctx context.Context, f *os.File, to File, written [32]byte) (err error) {
	check := to.Check
	if check == nil {
		check = readAll
	}
	for err = ErrAgain; errors.Is(err, ErrAgain); check = readAll {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return err
		}
		read := sha256.New()
		count := &counted{w: read}
		in := io.TeeReader(f, count)
		res.Contents, err = open(ctx, in, to.Opener, check)
		if err != nil {
			continue
		}
		if _, err := io.Copy(io.Discard, in); err != nil {
			return err
		}
		if [32]byte(read.Sum(nil)) != written {
			return ErrNotBackup
		}
		res.Bytes, res.SHA256 = count.done, written
	}
	return err
}

func readAll(ctx context.Context, parts io.Reader) (Contents, error) {
	return Read(ctx, parts, io.Discard, nil)
}

// open decrypts a backup, lets check read it, and reads it to the end, where age
// authenticates the last part.
func open(ctx context.Context, r io.Reader, opener Opener, check func(context.Context, io.Reader) (Contents, error)) (Contents, error) {
	parts, err := Decrypt(r, opener)
	if err != nil {
		return Contents{}, err
	}
	c, err := check(ctx, parts)
	if err != nil {
		return c, err
	}
	if _, err := io.Copy(io.Discard, parts); err != nil {
		return c, damaged(err)
	}
	return c, nil
}

// Looks reports by its first bytes whether a file can be a backup, and seeks back to its
// start. Errors: ErrBare, ErrNotBackup.
func Looks(f io.ReadSeeker) error {
	head := make([]byte, 64)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return fmt.Errorf("backup: %w", err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	head = head[:n]
	switch {
	case bytes.HasPrefix(head, []byte("age-encryption.org/v1\n")):
		return nil
	case n >= 20 && binary.NativeEndian.Uint32(head[16:]) == boltMagic:
		return ErrBare
	}
	return ErrNotBackup
}

// boltMagic is in the first page of a bbolt file, after the page's header.
const boltMagic = 0xED0CDAED
