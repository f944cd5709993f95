// Package fidotest has the stories of security keys, which are the tests of every back end
// of package fido: ceremonies, PINs, limits, faults and hanging keys. They use the lab's
// virtual keys and other authenticators in software. A back end runs them with Way.Run.
package fidotest

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/ctaphid"
	"nightlatch/fido/softkey"
	"nightlatch/fido/virtual"
)

// A Way is a way to reach authenticators in software.
type Way struct {
	InProcess bool                                                      // see virtual.Config
	Open      func(b *virtual.Bench) fido.Opener                        // opens the bench's keys and those of Endpoint
	Endpoint  func(t *testing.T, backend ctaphid.Backend) (path string) // plugs in an authenticator
	Dead      func(t *testing.T) (path string, asked <-chan struct{})   // plugs in a device that never answers; nil: there are none
}

// A suite has the stories. Each exported method is one.
type suite struct{ Way }

// Run runs all stories.
func (w Way) Run(t *testing.T) {
	t.Helper()
	all := reflect.ValueOf(suite{w})
	for i := range all.NumMethod() {
		story, is := all.Method(i).Interface().(func(*testing.T))
		if !is || all.Type().Method(i).Name == "Run" {
			continue
		}
		t.Run(all.Type().Method(i).Name, story)
	}
}

// NewBench makes a bench whose keys are reached in this way.
func (w Way) NewBench(t *testing.T) *virtual.Bench {
	t.Helper()
	return w.benchAt(t, nil)
}

func (w Way) benchAt(t *testing.T, now func() time.Time) *virtual.Bench {
	t.Helper()
	b, err := virtual.New(virtual.Config{Linger: -1, Now: now, InProcess: w.InProcess})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Errorf("closing the bench: %v", err)
		}
	})
	return b
}

// NewClient makes a client for the bench's keys.
func (w Way) NewClient(t *testing.T, b *virtual.Bench, timeout time.Duration) *fido.Client {
	t.Helper()
	c, err := fido.New(fido.Config{Open: w.Open(b), Devices: b.Devices, Origin: Origin, Timeout: timeout})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Origin is the origin of the clients.
const Origin = "http://localhost:8440"

// A Person is an Interaction that records prompts, enters PINs and reacts to prompts.
type Person struct {
	PINs []string // entered in order; then PIN returns an error
	On   func(fido.Prompt)

	mu    sync.Mutex
	Shown []fido.PromptKind
	Asked []int // tries left at each request for a PIN
	Wrong []bool
}

// Show records a prompt.
func (p *Person) Show(prompt fido.Prompt) {
	p.mu.Lock()
	p.Shown = append(p.Shown, prompt.Kind)
	p.mu.Unlock()
	if p.On != nil {
		p.On(prompt)
	}
}

// PIN enters the next PIN.
func (p *Person) PIN(_ context.Context, triesLeft int, previousWrong bool) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Asked, p.Wrong = append(p.Asked, triesLeft), append(p.Wrong, previousWrong)
	if len(p.PINs) == 0 {
		return "", errors.New("no PIN at hand")
	}
	pin := p.PINs[0]
	p.PINs = p.PINs[1:]
	return pin, nil
}

// Plug plugs in a key with automatic touches.
func Plug(t *testing.T, b *virtual.Bench, pin string) virtual.Key {
	t.Helper()
	k, err := b.Plug("blue key", fido.USB, pin)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.SetAutoTouch(k.ID, true); err != nil {
		t.Fatal(err)
	}
	return k
}

func Device(k virtual.Key) fido.Device {
	return fido.Device{Path: k.Path, Transport: k.Transport, Virtual: true}
}

type Object = map[string]any

func Encode(t testing.TB, v any) json.RawMessage {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func B64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func Unb64(t testing.TB, s string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func Random() []byte {
	b := make([]byte, 32)
	_, _ = rand.Read(b)
	return b
}

// Creation returns a relying party's creation options with changes.
func Creation(t testing.TB, change func(o Object)) json.RawMessage {
	t.Helper()
	o := Object{
		"rp":                     Object{"id": "localhost", "name": "Nightlatch"},
		"user":                   Object{"id": B64([]byte("account 1")), "name": "alice", "displayName": "Alice"},
		"challenge":              B64(Random()),
		"pubKeyCredParams":       []Object{{"type": "public-key", "alg": -7}},
		"authenticatorSelection": Object{"userVerification": "discouraged"},
		"attestation":            "direct",
	}
	if change != nil {
		change(o)
	}
	return Encode(t, Object{"publicKey": o})
}

func Request(t testing.TB, verification string, ids ...string) json.RawMessage {
	t.Helper()
	allow := []Object{}
	for _, id := range ids {
		allow = append(allow, Object{"type": "public-key", "id": id})
	}
	return Encode(t, Object{
		"rpId": "localhost", "challenge": B64(Random()), "allowCredentials": allow, "userVerification": verification,
	})
}

func IDOf(t testing.TB, response json.RawMessage) string {
	t.Helper()
	var r struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(response, &r); err != nil || r.ID == "" {
		t.Fatalf("response has no ID: %v: %s", err, response)
	}
	return r.ID
}

func (s suite) EnrolAndSignIn(t *testing.T) {
	t.Parallel()
	b := s.NewBench(t)
	k := Plug(t, b, "")
	c := s.NewClient(t, b, 10*time.Second)
	who := &Person{}
	made, err := c.Create(t.Context(), Device(k), Creation(t, nil), who)
	if err != nil {
		t.Fatalf("Create: %v", err)
	}
	if want := []fido.PromptKind{fido.Working, fido.Touch, fido.Working, fido.Remove}; !slices.Equal(who.Shown, want) {
		t.Errorf("shown %v, want %v", who.Shown, want)
	}
	if _, err := c.Get(t.Context(), Device(k), Request(t, "discouraged", IDOf(t, made)), who); err != nil {
		t.Fatalf("Get: %v", err)
	}
	if len(who.Asked) != 0 {
		t.Errorf("asked for an unnecessary PIN")
	}
}

func AutoTouchKey(t testing.TB, cfg softkey.Config) *softkey.Key {
	t.Helper()
	gate := &softkey.Gate{}
	gate.SetAuto(true)
	cfg.Touch, cfg.Transport = gate, fido.USB
	k, err := softkey.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return k
}
