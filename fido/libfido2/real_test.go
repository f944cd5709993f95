//go:build cgo && !nofido && linux

package libfido2_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/libfido2"
	"nightlatch/fido/virtual"
)

var opener = libfido2.Backend{}

const origin = "http://localhost:8440"

// A person is an Interaction that records prompts, enters PINs and reacts to prompts.
type person struct {
	pins []string // entered in order; then PIN returns an error
	on   func(fido.Prompt)

	mu    sync.Mutex
	shown []fido.PromptKind
	asked []int // tries left at each request for a PIN
	wrong []bool
}

func (p *person) Show(prompt fido.Prompt) {
	p.mu.Lock()
	p.shown = append(p.shown, prompt.Kind)
	p.mu.Unlock()
	if p.on != nil {
		p.on(prompt)
	}
}

func (p *person) PIN(_ context.Context, triesLeft int, previousWrong bool) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked, p.wrong = append(p.asked, triesLeft), append(p.wrong, previousWrong)
	if len(p.pins) == 0 {
		return "", errors.New("no PIN at hand")
	}
	pin := p.pins[0]
	p.pins = p.pins[1:]
	return pin, nil
}

func newBench(t *testing.T) *virtual.Bench {
	t.Helper()
	b, err := virtual.New(virtual.Config{Linger: -1})
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

// plug plugs in a key with automatic touches.
func plug(t *testing.T, b *virtual.Bench, pin string) virtual.Key {
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

func newClient(t *testing.T, b *virtual.Bench, timeout time.Duration) *fido.Client {
	t.Helper()
	c, err := fido.New(fido.Config{Open: libfido2.Backend{}, Devices: b.Devices, Origin: origin, Timeout: timeout})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func device(k virtual.Key) fido.Device {
	return fido.Device{Path: k.Path, Transport: k.Transport, Virtual: true}
}

type object = map[string]any

func encode(t testing.TB, v any) json.RawMessage {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func unb64(t testing.TB, s string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func random() []byte {
	b := make([]byte, 32)
	_, _ = rand.Read(b)
	return b
}

// creation returns a relying party's creation options with changes.
func creation(t testing.TB, change func(o object)) json.RawMessage {
	t.Helper()
	o := object{
		"rp":                     object{"id": "localhost", "name": "Nightlatch"},
		"user":                   object{"id": b64([]byte("account 1")), "name": "alice", "displayName": "Alice"},
		"challenge":              b64(random()),
		"pubKeyCredParams":       []object{{"type": "public-key", "alg": -7}},
		"authenticatorSelection": object{"userVerification": "discouraged"},
		"attestation":            "direct",
	}
	if change != nil {
		change(o)
	}
	return encode(t, object{"publicKey": o})
}

func request(t testing.TB, verification string, ids ...string) json.RawMessage {
	t.Helper()
	allow := []object{}
	for _, id := range ids {
		allow = append(allow, object{"type": "public-key", "id": id})
	}
	return encode(t, object{
		"rpId": "localhost", "challenge": b64(random()), "allowCredentials": allow, "userVerification": verification,
	})
}

func idOf(t testing.TB, response json.RawMessage) string {
	t.Helper()
	var r struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(response, &r); err != nil || r.ID == "" {
		t.Fatalf("response has no ID: %v: %s", err, response)
	}
	return r.ID
}

func TestEnrolAndSignIn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	k := plug(t, b, "")
	c := newClient(t, b, 10*time.Second)
	who := &person{}
	made, err := c.Create(t.Context(), device(k), creation(t, nil), who)
	if err != nil {
		t.Fatalf("Create: %v", err)
	}
	if want := []fido.PromptKind{fido.Working, fido.Touch, fido.Working, fido.Remove}; !slices.Equal(who.shown, want) {
		t.Errorf("shown %v, want %v", who.shown, want)
	}
	if _, err := c.Get(t.Context(), device(k), request(t, "discouraged", idOf(t, made)), who); err != nil {
		t.Fatalf("Get: %v", err)
	}
	if len(who.asked) != 0 {
		t.Errorf("asked for an unnecessary PIN")
	}
}
