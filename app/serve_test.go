package main

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nightlatch/server/account"
	"nightlatch/server/store"
)

// A database that is overwritten while it is in use stops the server with a refusal.
func TestServeEndsWhenDamaged(t *testing.T) {
	t.Parallel()
	policy, err := account.ByName("classic")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	inst, err := openInstance(t.Context(), instanceConfig{dir: dir, lab: true, policy: policy, log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = inst.close() }() // it is damaged, so this fails
	err = inst.serve(t.Context(), anyPort, func(url string, _ bool) error {
		f, err := os.OpenFile(filepath.Join(dir, databaseName), os.O_RDWR, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		if _, err := f.WriteAt([]byte(strings.Repeat("damage! ", 16*os.Getpagesize())), 0); err != nil {
			return err
		}
		go func() {
			r, err := http.Post(url+"/api/v1/ceremonies", "application/json", strings.NewReader(`{"kind":"sign-in"}`))
			if err == nil {
				_, _ = io.Copy(io.Discard, r.Body)
				r.Body.Close()
			}
		}()
		return nil
	})
	var no *refusal
	if !errors.As(err, &no) || !errors.Is(err, store.ErrDamaged) || !strings.Contains(no.sentence, "is damaged") {
		t.Errorf("it ended with %v", err)
	}
}
