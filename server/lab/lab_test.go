package lab

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"nightlatch/server/api"
)

const demo = "+12025550143"

// world is a lab with a server that records what it receives.
type world struct {
	*Lab
	handler http.Handler
	clock   *Clock
	bench   *bench

	mu      sync.Mutex
	inbound []string // "from to body"
	resets  int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{clock: NewClock(time.Time{}, time.Now), bench: &bench{changed: make(chan struct{})}}
	lab, err := New(Config{
		ShortCode: "40404",
		Clock:     w.clock,
		Inbound: func(_ context.Context, from, to, body string) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.inbound = append(w.inbound, from+" "+to+" "+body)
			return nil
		},
		Reset: func(context.Context) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.resets++
			return nil
		},
		Bench:    w.bench,
		Accounts: []api.LabAccount{{Username: "demo", Password: "secret", Story: "plain"}},
		Log:      slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Lab, w.handler = lab, lab.Handler()
	return w
}

// call makes a request and reads the answer into out, unless that is nil.
func (w *world) call(t *testing.T, method, path, body string, out any) *httptest.ResponseRecorder {
	t.Helper()
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body)))
	if out != nil {
		if err := json.Unmarshal(rec.Body.Bytes(), out); err != nil {
			t.Fatalf("%s %s: %d %s: %v", method, path, rec.Code, rec.Body, err)
		}
	}
	return rec
}

// texts returns the bodies of the texts that a phone received.
func (w *world) texts(t *testing.T, number string) []string {
	t.Helper()
	var got []api.LabText
	w.call(t, "GET", "/lab/v1/phones/"+number+"/messages", "", &got)
	bodies := []string{}
	for _, m := range got {
		if m.From != "40404" || m.At == nil {
			t.Errorf("a text without sender or time: %+v", m)
		}
		bodies = append(bodies, m.Body)
	}
	return bodies
}

func (w *world) wantTexts(t *testing.T, number string, want ...string) {
	t.Helper()
	if got := w.texts(t, number); strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("the phone has %q, want %q", got, want)
	}
}

func (w *world) text(t *testing.T, body string) {
	t.Helper()
	if err := w.Text(t.Context(), demo, body); err != nil {
		t.Fatal(err)
	}
}

// bench is a Bench that records calls.
type bench struct {
	mu      sync.Mutex
	keys    []api.LabKey
	done    []api.KeyAction
	changed chan struct{}
}

func (b *bench) change(id string, fn func(*api.LabKey) error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.keys {
		if b.keys[i].ID == id {
			close(b.changed)
			b.changed = make(chan struct{})
			return fn(&b.keys[i])
		}
	}
	return ErrNoKey
}

func (b *bench) Plug(_ context.Context, k api.LabKey) (api.LabKey, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	made := api.LabKey{
		ID: fmt.Sprintf("k%d", len(b.keys)+1), Name: k.Name, Transport: k.Transport, Kind: k.Kind,
		Path: "/dev/pts/9", HasPIN: k.PIN != "", PluggedIn: true, CopyOf: k.CopyOf,
	}
	b.keys = append(b.keys, made)
	return made, nil
}

func (b *bench) Copy(id, name string) (api.LabKey, error) {
	return b.Plug(context.Background(), api.LabKey{Name: name, Transport: "usb", CopyOf: id})
}

func (b *bench) Do(id string, action api.KeyAction) error {
	return b.change(id, func(k *api.LabKey) error {
		b.done = append(b.done, action)
		switch {
		case action == api.TouchKey && !k.WaitingForTouch:
			return ErrNotWaiting
		case action == api.LockPIN && !k.HasPIN:
			return ErrNoPIN
		case action == api.EnrollFinger && k.Kind != api.KeyFingerprint:
			return ErrNoSensor
		case action == api.FillKey && k.Kind == api.KeyU2F:
			return ErrOldKey
		}
		k.WaitingForTouch = false
		return nil
	})
}

func (b *bench) Set(id string, h api.KeyBehaviour) error {
	return b.change(id, func(k *api.LabKey) error {
		if h.WrongFinger != nil && k.Kind != api.KeyFingerprint {
			return ErrNoSensor
		}
		k.KeyBehaviour = h
		return nil
	})
}

func (b *bench) Remove(id string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.keys = slices.DeleteFunc(b.keys, func(k api.LabKey) bool { return k.ID == id })
	return nil
}

func (b *bench) Unplug(id string) error {
	return b.change(id, func(k *api.LabKey) error { k.PluggedIn, k.Path = false, ""; return nil })
}

func (b *bench) Replug(id string) error {
	return b.change(id, func(k *api.LabKey) error { k.PluggedIn, k.Path = true, "/dev/pts/9"; return nil })
}

func (b *bench) List() []api.LabKey {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]api.LabKey(nil), b.keys...)
}

func (b *bench) Changed() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.changed
}

func (b *bench) Reset() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.keys = nil
	return nil
}
