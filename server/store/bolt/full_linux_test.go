package bolt

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"nightlatch/server/store"
)

func smallDisk(path string) Config {
	cfg := config(path)
	cfg.ReserveBytes = 1 << 20
	return cfg
}

// playSmallDisk fills a disk, deletes from the full store, and frees space again.
func playSmallDisk(dir string) error {
	if err := unix.Mount("nightlatch-test", dir, "tmpfs", 0, "size=8m"); err != nil {
		return fmt.Errorf("mount: %w", err)
	}
	defer unix.Unmount(dir, unix.MNT_DETACH) // the mount also ends with the process
	path := filepath.Join(dir, "test.db")
	filler := filepath.Join(dir, "filler")
	if err := os.WriteFile(filler, make([]byte, 1<<20), 0o600); err != nil {
		return err
	}
	s, err := Open(smallDisk(path))
	if err != nil {
		return err
	}
	n, err := fillUp(s, "big/")
	if err != nil {
		return err
	}
	if n < 5 {
		return fmt.Errorf("full after %d writes", n)
	}
	if err := checkUrgentUpdates(s); err != nil {
		return err
	}
	if err := checkDeletes(s, n); err != nil {
		return err
	}
	// The deletions left free pages in the file, so writing works again.
	if err := writeKey(s, "after deleting"); err != nil {
		return fmt.Errorf("after deleting half: %w", err)
	}
	if _, err = fillUp(s, "more/"); err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	if err := checkOpenIsRefused(path, filler); err != nil {
		return err
	}
	// Free space on the disk.
	if err := os.Remove(filler); err != nil {
		return err
	}
	if s, err = Open(smallDisk(path)); err != nil {
		return fmt.Errorf("with room again: %w", err)
	}
	if err := writeKey(s, "room again"); err != nil {
		return fmt.Errorf("with room again: %w", err)
	}
	if _, err := os.Stat(path + ".reserve"); err != nil {
		return fmt.Errorf("the reserve did not come back: %w", err)
	}
	return s.Close()
}

// fillUp writes until the disk is full and returns the number of acknowledged writes. All
// of them must be readable.
func fillUp(s *Store, prefix string) (n int, err error) {
	for {
		err := writeKey(s, fmt.Sprintf("%s%04d", prefix, n))
		if errors.Is(err, store.ErrFull) {
			break
		}
		if err != nil {
			return n, fmt.Errorf("filling up: %w", err)
		}
		n++
	}
	err = s.View(context.Background(), func(tx store.Tx) error {
		items, err := tx.Scan(prefix, "", 1<<20)
		if len(items) != n {
			return fmt.Errorf("%d writes acknowledged, %d there, %w", n, len(items), err)
		}
		return nil
	})
	return n, err
}

// checkUrgentUpdates makes urgent updates on a full disk, as a revocation does.
func checkUrgentUpdates(s *Store) error {
	for i := range 20 {
		mark := func(tx store.Tx) error { return tx.Put(fmt.Sprintf("revoked/%04d", i), []byte("now")) }
		if err := s.Update(context.Background(), mark); !errors.Is(err, store.ErrFull) {
			return fmt.Errorf("a mark that is not urgent: %w", err)
		}
		if err := s.Update(store.Urgent(context.Background()), mark); err != nil {
			return fmt.Errorf("urgent mark %d: %w", i, err)
		}
	}
	return nil
}

// checkDeletes deletes every other big value of a full store, one at a time. Each
// deletion has a small write with it, like a revocation and its audit event.
func checkDeletes(s *Store, n int) error {
	for i := 0; i < n; i += 2 {
		err := s.Update(context.Background(), func(tx store.Tx) error {
			return errors.Join(tx.Delete(fmt.Sprintf("big/%04d", i)), tx.Put(fmt.Sprintf("log/%04d", i), []byte("deleted")))
		})
		if err != nil {
			return fmt.Errorf("deleting %d of %d: %w", i, n, err)
		}
	}
	return nil
}

// checkOpenIsRefused opens an existing and a new database on a full disk. Both are
// refused, and no file is changed.
func checkOpenIsRefused(path, filler string) error {
	if err := os.Remove(path + ".reserve"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(filler, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	for err == nil {
		_, err = f.Write(make([]byte, 512))
	}
	if f.Close(); !errors.Is(err, unix.ENOSPC) {
		return err
	}
	before, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if _, err := Open(smallDisk(path)); !errors.Is(err, store.ErrFull) {
		return fmt.Errorf("open on a full disk: %w, want ErrFull", err)
	}
	after, err := os.ReadFile(path)
	if err != nil || sha256.Sum256(before) != sha256.Sum256(after) {
		return fmt.Errorf("opening on a full disk changed the file: %w", err)
	}
	if _, err := Open(smallDisk(filepath.Join(filepath.Dir(path), "new.db"))); !errors.Is(err, store.ErrFull) {
		return fmt.Errorf("a new database on a full disk: %w, want ErrFull", err)
	}
	return nil
}
