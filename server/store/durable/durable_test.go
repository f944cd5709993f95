package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func write(text string) func(*os.File) error {
	return func(f *os.File) error {
		_, err := f.WriteString(text)
		return err
	}
}

func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

func TestCreate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	if err := Create(path, 0o640, write("one")); err != nil {
		t.Fatal(err)
	}
	if err := Create(path, 0o640, write("two")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second time: %v, want ErrExist", err)
	}
	b, err := os.ReadFile(path)
	if err != nil || string(b) != "one" {
		t.Errorf("the file holds %q, %v", b, err)
	}
	if fi, err := os.Stat(path); err != nil || fi.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v", fi.Mode(), err)
	}
	if list := names(t, dir); len(list) != 1 {
		t.Errorf("the directory holds %q", list)
	}
}

func TestCreateThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	boom := errors.New("boom")
	err := Create(filepath.Join(dir, "file"), 0o600, func(f *os.File) error {
		return errors.Join(write("half")(f), boom)
	})
	if !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
	if list := names(t, dir); len(list) != 0 {
		t.Errorf("the directory holds %q", list)
	}
}

func TestReplace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	boom := errors.New("boom")
	for _, text := range []string{"one", "two"} {
		if err := Replace(path, 0o600, write(text)); err != nil {
			t.Fatal(err)
		}
		err := Replace(path, 0o600, func(f *os.File) error { return errors.Join(write("half")(f), boom) })
		if !errors.Is(err, boom) {
			t.Errorf("got %v", err)
		}
		if b, err := os.ReadFile(path); err != nil || string(b) != text {
			t.Errorf("the file holds %q, %v", b, err)
		}
		if list := names(t, dir); len(list) != 1 {
			t.Errorf("the directory holds %q", list)
		}
	}
}

func TestRenameWhereThereAreNoLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
	for range 2 {
		if err := os.WriteFile(from, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, statErr := os.Stat(to); statErr != nil {
			if err := renameNew(from, to); err != nil {
				t.Error(err)
			}
		} else if err := renameNew(from, to); !errors.Is(err, fs.ErrExist) {
			t.Errorf("over a file: %v, want ErrExist", err)
		}
	}
}
