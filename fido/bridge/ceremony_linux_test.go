//go:build cgo && !nofido && linux

package bridge_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/bridge"
	"nightlatch/fido/libfido2"
	"nightlatch/fido/nfc/applet"
	"nightlatch/fido/softkey"
)

// A person is an Interaction that records prompts, enters a PIN and reacts to prompts.
type person struct {
	pin string
	on  func(fido.Prompt)

	mu    sync.Mutex
	shown []fido.PromptKind
}

func (p *person) Show(prompt fido.Prompt) {
	p.mu.Lock()
	p.shown = append(p.shown, prompt.Kind)
	p.mu.Unlock()
	if p.on != nil {
		p.on(prompt)
	}
}

func (p *person) PIN(_ context.Context, _ int, previousWrong bool) (string, error) {
	if previousWrong || p.pin == "" {
		return "", errors.New("no PIN at hand")
	}
	return p.pin, nil
}

func newClient(t testing.TB, b *bridge.Bridge) *fido.Client {
	t.Helper()
	c, err := fido.New(fido.Config{
		Open: libfido2.Backend{}, Devices: b.Devices, Changes: b.Changes, Reader: b.Reader,
		Origin: "http://localhost:8440",
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

type object = map[string]any

func options(t testing.TB, o object) json.RawMessage {
	t.Helper()
	challenge := make([]byte, 32)
	_, _ = rand.Read(challenge)
	o["challenge"] = base64.RawURLEncoding.EncodeToString(challenge)
	raw, err := json.Marshal(object{"publicKey": o})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func creation(t testing.TB, verification string) json.RawMessage {
	t.Helper()
	return options(t, object{
		"rp":                     object{"id": "localhost", "name": "Nightlatch"},
		"user":                   object{"id": "YWxpY2U", "name": "alice", "displayName": "Alice"},
		"pubKeyCredParams":       []object{{"type": "public-key", "alg": -7}},
		"authenticatorSelection": object{"userVerification": verification},
	})
}

// request returns options with a list of credentials, of which the key has the last. The
// list is long enough for chained APDUs.
func request(t testing.TB, verification string, made json.RawMessage) json.RawMessage {
	t.Helper()
	var r struct{ ID string }
	if err := json.Unmarshal(made, &r); err != nil {
		t.Fatal(err)
	}
	list := []object{}
	for range 6 {
		id := make([]byte, 64)
		_, _ = rand.Read(id)
		list = append(list, object{"type": "public-key", "id": base64.RawURLEncoding.EncodeToString(id)})
	}
	list = append(list, object{"type": "public-key", "id": r.ID})
	return options(t, object{"rpId": "localhost", "userVerification": verification, "allowCredentials": list})
}

// A key on a reader enrols and signs in, each with one tap.
func TestEnrolAndSignIn(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		cfg               applet.Config
		kind              softkey.Kind
		pin, verification string
	}{
		"a U2F key":         {kind: softkey.U2F, verification: "discouraged"},
		"U2F, no chains":    {cfg: applet.Config{NoChains: true}, kind: softkey.U2F, verification: "discouraged"},
		"without a PIN":     {verification: "discouraged"},
		"with a PIN":        {pin: "123456", verification: "required"},
		"no chains":         {cfg: applet.Config{NoChains: true}, verification: "discouraged"},
		"no extended APDUs": {cfg: applet.Config{NoExtended: true}, pin: "123456", verification: "required"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk("reader")
			key, gate := newKeyOf(t, tt.cfg, tt.kind, tt.pin)
			b := newBridge(t, d, 0)
			c := newClient(t, b)
			who := &person{pin: tt.pin}
			who.on = func(p fido.Prompt) {
				if p.Kind == fido.Tap && p.Device.Path == "" {
					d.lay("reader", key)
				}
			}
			made, err := c.Create(t.Context(), fido.Device{}, creation(t, tt.verification), who)
			if err != nil {
				t.Fatalf("Create: %v, shown %v", err, who.shown)
			}
			if want := []fido.PromptKind{fido.Tap, fido.Working, fido.Tap, fido.Working, fido.Remove}; !slices.Equal(who.shown, want) {
				t.Errorf("shown %v, want %v", who.shown, want)
			}
			if !strings.Contains(string(made), `"transports":["nfc"]`) {
				t.Errorf("made %s", made)
			}
			d.pull("reader")
			awaitState(t, b, fido.ReaderEmpty)
			d.lay("reader", key)
			if _, err := c.Get(t.Context(), fido.Device{}, request(t, tt.verification, made), who); err != nil {
				t.Errorf("Get: %v", err)
			}
			if gate.Waiting() {
				t.Error("the key waits for its button")
			}
		})
	}
}

// untilTouch returns when the key waits for its button.
func untilTouch(t testing.TB, waits <-chan struct{}) {
	t.Helper()
	select {
	case <-waits:
	case <-time.After(10 * time.Second):
		t.Error("the key never waits for its button")
	}
}

// Events while a key on the reader waits for a touch.
func TestEventsDuringATouch(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		do   func(d *desk, touch, cancel func())
		want error
	}{
		"pulled":    {func(d *desk, _, _ func()) { d.pull("reader") }, fido.ErrCardPulled},
		"touched":   {func(_ *desk, touch, _ func()) { touch() }, nil},
		"cancelled": {func(_ *desk, _, cancel func()) { cancel() }, fido.ErrCancelled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk("reader")
			key, gate := newKey(t, "")
			waits := make(chan struct{}, 8)
			gate.Changed = func() { waits <- struct{}{} }
			d.lay("reader", key)
			b := newBridge(t, d, 0)
			c := newClient(t, b)
			if _, err := c.Create(t.Context(), awaitKey(t, b), creation(t, "discouraged"), &person{}); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var acted sync.WaitGroup
			acted.Go(func() {
				untilTouch(t, waits)
				tt.do(d, gate.Touch, cancel)
			})
			begun := time.Now()
			_, err := c.Create(ctx, fido.Device{}, creation(t, "discouraged"), &person{})
			if !errors.Is(err, tt.want) {
				t.Errorf("Create: %v, want %v", err, tt.want)
			}
			if waited := time.Since(begun); waited > 8*time.Second {
				t.Errorf("it took %v", waited)
			}
			acted.Wait()
			if tt.want == nil || errors.Is(tt.want, fido.ErrCardPulled) {
				return
			}
			gate.SetAuto(true) // automatic touches from now on
			if _, err := c.Create(t.Context(), fido.Device{}, creation(t, "discouraged"), &person{}); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

// libfido2's own tool, which does not support NFC, can use the key.
func TestTokenTool(t *testing.T) {
	t.Parallel()
	d := newDesk("reader")
	key, _ := newKey(t, "123456")
	d.lay("reader", key)
	b := newBridge(t, d, 0)
	out, err := exec.CommandContext(t.Context(), "fido2-token", "-I", awaitKey(t, b).Path).CombinedOutput()
	for _, want := range []string{"version strings: FIDO_2_0", "transport strings: nfc", "pin retries: 8", " clientPin"} {
		if err != nil || !strings.Contains(string(out), want) {
			t.Errorf("fido2-token -I lacks %q, %v:\n%s", want, err, out)
		}
	}
}
