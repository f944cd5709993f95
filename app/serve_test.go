package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/client"
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

// A damaged value of one account fails only the requests that need it, and the log names it.
// A damaged row of the queue that all accounts share ends the server.
func TestServeWithADamagedValue(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		prefix string
		ends   bool
	}{{"uniq/login/ada", false}, {"acct/", false}, {"exp/", true}} {
		t.Run(tt.prefix, func(t *testing.T) {
			t.Parallel()
			var log lockedBuffer
			cfg := demoConfig()
			cfg.dir, cfg.log = t.TempDir(), slog.New(slog.NewTextHandler(&log, nil))
			inst, err := openInstance(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = inst.close() }()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			err = inst.serve(ctx, anyPort, func(url string, _ bool) error {
				if tt.ends { // a row that the server does not remove before the test damages it
					if err := inst.store.Update(ctx, func(tx store.Tx) error { return store.ExpireAt(tx, tx.Now().Add(time.Hour), "x") }); err != nil {
						return err
					}
				}
				if err := flipRow(ctx, inst.store, tt.prefix); err != nil {
					return err
				}
				go func() {
					defer cancel()
					if tt.ends {
						// The server may end before it answers, or before the test removes the row.
						_, _ = client.New(url, nil).AdvanceClock(ctx, 2*time.Hour)
						_, _ = store.Reap(ctx, inst.store)
						<-inst.store.Failed()
						return
					}
					c := client.New(url, nil)
					statuses := map[string]int{}
					for _, name := range []string{"ada", "ben", "chloe", "dev"} {
						statuses[name] = signInStatus(ctx, c, name)
					}
					bad := 0
					for name, status := range statuses {
						if status == 500 {
							bad++
						} else if status != 0 {
							t.Errorf("%s: status %d", name, status)
						}
					}
					if bad != 1 {
						t.Errorf("%v", statuses)
					}
				}()
				return nil
			})
			var no *refusal
			if tt.ends && (!errors.As(err, &no) || !errors.Is(err, store.ErrDamaged) || !strings.Contains(no.sentence, "the record exp/")) || !tt.ends && err != nil {
				t.Errorf("it ended with %v", err)
			}
			if !tt.ends && !strings.Contains(log.String(), "the record "+tt.prefix[:5]) {
				t.Errorf("the log does not name it: %s", log.String())
			}
		})
	}
}

// flipRow flips a bit in the first stored value whose key begins with prefix.
func flipRow(ctx context.Context, db *database, prefix string) error {
	return db.file.Update(ctx, func(tx store.Tx) error {
		items, err := tx.Scan(prefix, "", 1)
		if err != nil {
			return err
		}
		b := bytes.Clone(items[0].Value)
		b[len(b)/3] ^= 4
		return tx.Put(items[0].Key, b)
	})
}

// signInStatus begins a sign-in with the right password and returns the status of the
// refusal, or 0.
func signInStatus(ctx context.Context, c *client.Client, name string) int {
	v, err := c.Begin(ctx, api.Begin{Kind: api.SignIn})
	if err == nil {
		_, err = c.Answer(ctx, v.ID, v.Rev, api.Credentials{Username: name, Password: demoPassword})
	}
	var p *api.Problem
	switch {
	case errors.As(err, &p) && (p.Status == 500) == (p.Reason == "damaged"):
		return p.Status
	case err != nil:
		return -1
	}
	return 0
}

// A lockedBuffer is a buffer for several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
