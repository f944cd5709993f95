package seal

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"nightlatch/server/rawtext"
	"nightlatch/server/store/durable"
	"nightlatch/server/store/owned"
)

// MasterFile is the file in the data directory that holds the master key, or the name of
// the entry in the operating system's keyring that holds it.
const MasterFile = "master.key"

// Errors of LoadOrCreate.
var (
	// ErrKeyMissing reports a database without its key. No new key is made, because it
	// could not decrypt anything in that database.
	ErrKeyMissing = errors.New("seal: there is a database but its master key is missing")
	// ErrKeyDamaged reports a master key file that cannot be read as one.
	ErrKeyDamaged = errors.New("seal: the master key file is damaged")
	// ErrKeyUnreadable reports a master key file that exists but cannot be
	// read.
	ErrKeyUnreadable = errors.New("seal: the master key file cannot be read")
	// ErrKeyring reports that the keyring with the key cannot be read. The
	// errors below wrap it and give the reason.
	ErrKeyring = errors.New("seal: the keyring cannot be read")
	// ErrNoKeyring reports that this session has no keyring.
	ErrNoKeyring = fmt.Errorf("%w: this session has none", ErrKeyring)
	// ErrNoEntry reports that the keyring has no entry with the key.
	ErrNoEntry = fmt.Errorf("%w: it does not have the entry with the master key", ErrKeyring)
	// ErrEntryDamaged reports a keyring entry that is not a master key.
	ErrEntryDamaged = fmt.Errorf("%w: its entry is not a master key", ErrKeyring)
	// ErrSilent reports a keyring that accepts calls but does not answer.
	ErrSilent = fmt.Errorf("%w: it did not answer", ErrKeyring)
	// ErrLocked reports a keyring that was not unlocked.
	ErrLocked = fmt.Errorf("%w: it was not unlocked", ErrKeyring)
)

// database is the file beside the key that needs the key.
const database = "nightlatch.db"

const (
	inFile    = "nightlatch-key-1 "     // followed by the key in base64
	inKeyring = "nightlatch-keyring-1 " // followed by the entry's name
)

// LoadOrCreate returns the master key of the data directory dir. The first time it makes
// one. The key is stored in the operating system's keyring if useKeyring is set and the
// keyring works, and otherwise in a file with mode 0600.
func LoadOrCreate(ctx context.Context, dir string, useKeyring bool) (master [32]byte, err error) {
	var r ring
	if useKeyring {
		r = systemRing()
	}
	return loadOrCreate(ctx, dir, r)
}

func loadOrCreate(ctx context.Context, dir string, r ring) (master [32]byte, err error) {
	path := filepath.Join(dir, MasterFile)
	text, err := readFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(filepath.Join(dir, database)); err == nil {
			return master, fmt.Errorf("%w: %s beside %s", ErrKeyMissing, MasterFile, database)
		}
		if err := create(ctx, path, r); err != nil {
			return master, err
		}
		// Read the file, since another program may have written it first.
		text, err = readFile(path)
	}
	if err != nil {
		return master, err
	}
	return read(ctx, strings.TrimSpace(string(text)), r)
}

// readFile reads a key file that only this user can read or change. The error
// is fs.ErrNotExist if there is no such file.
func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path) // before opening, because opening a pipe can block for ever
	if err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: it is not a file", ErrKeyUnreadable)
	}
	if errors.Is(err, fs.ErrNotExist) {
		if to, linked := os.Readlink(path); linked == nil {
			return nil, fmt.Errorf("%w: it is a link to %s, which is not there", ErrKeyUnreadable, to)
		}
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeyUnreadable, err)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeyUnreadable, err)
	}
	defer f.Close()
	if err := owned.File(f); err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(f, 4<<10))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeyUnreadable, err)
	}
	text, err := rawtext.File(b) // an editor may have added a byte order mark or line ends
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeyDamaged, err)
	}
	return []byte(text), nil
}

// Load returns the master key of dir. It never creates one; if there is none,
// the error is ErrKeyMissing.
func Load(ctx context.Context, dir string) (master [32]byte, err error) {
	text, err := readFile(filepath.Join(dir, MasterFile))
	if errors.Is(err, fs.ErrNotExist) {
		return master, fmt.Errorf("%w: no %s", ErrKeyMissing, MasterFile)
	}
	if err != nil {
		return master, err
	}
	return read(ctx, strings.TrimSpace(string(text)), nil)
}

func read(ctx context.Context, text string, r ring) ([32]byte, error) {
	if key, ok := strings.CutPrefix(text, inFile); ok {
		return decode(key)
	}
	entry, ok := strings.CutPrefix(text, inKeyring)
	if !ok {
		return [32]byte{}, ErrKeyDamaged
	}
	if r == nil {
		if r = systemRing(); r == nil {
			return [32]byte{}, ErrNoKeyring
		}
	}
	secret, err := ask(ctx, r, func() (string, error) { return r.Get(entry) })
	switch {
	case errors.Is(err, errNoEntry):
		return [32]byte{}, fmt.Errorf("%w, %s", ErrNoEntry, entry)
	case err != nil && (errors.Is(err, ErrKeyring) || ctx.Err() != nil):
		return [32]byte{}, err
	case err != nil:
		return [32]byte{}, fmt.Errorf("%w: %w", ErrKeyring, err)
	}
	key, err := decode(secret)
	if err != nil {
		return key, ErrEntryDamaged
	}
	return key, nil
}

func decode(text string) (key [32]byte, err error) {
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(b) != len(key) {
		return key, ErrKeyDamaged
	}
	copy(key[:], b)
	return key, nil
}

// create makes a key and writes the master file. It does not replace an existing file.
func create(ctx context.Context, path string, r ring) error {
	var key [32]byte
	rand.Read(key[:]) // never fails
	secret := base64.StdEncoding.EncodeToString(key[:])
	text := inFile + secret
	if r != nil {
		entry := "master-" + strings.ToLower(rand.Text())
		if _, err := ask(ctx, r, func() (string, error) { return "", r.Set(entry, secret) }); err == nil {
			// Read it back: a keyring may accept an entry and not store it.
			if got, err := ask(ctx, r, func() (string, error) { return r.Get(entry) }); err == nil && got == secret {
				text = inKeyring + entry
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("seal: master key: %w", err)
	}
	err := durable.Create(path, 0o600, durable.Bytes([]byte(text+"\n")))
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("seal: master key: %w", err)
	}
	return nil
}
