package party

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"nightlatch/app/harness"
	"nightlatch/server/api"
	"nightlatch/server/client"
)

// browse starts a Chromium that ends with the test.
func browse(t *testing.T) *harness.Browser {
	t.Helper()
	b, err := harness.OpenBrowser(within(t, time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// A surfer is a person at a page of the server. Everything they do there is done
// by scripts of the page.
type surfer struct {
	*harness.Person
	t    *testing.T
	ctx  context.Context
	page *harness.Page
}

// surf opens a page of the server and makes an account in it.
func surf(t *testing.T, b *harness.Browser, s *harness.Server, name string) surfer {
	t.Helper()
	ctx := within(t, 2*time.Minute)
	page, err := b.Open(ctx, s.URL+"/api/v1/about")
	if err != nil {
		t.Fatal(err)
	}
	p := harness.NewPerson(client.New(s.URL, &http.Client{Transport: page}), name)
	p.Password = "a brass night latch of one's own" // long enough for hardened
	if err := p.SignUp(ctx); err != nil {
		t.Fatal(err)
	}
	return surfer{p, t, ctx, page}
}

// usb is a key of today that is touched as soon as it waits.
var usb = harness.BrowserKeyOptions{Protocol: "ctap2", Transport: "usb", Touched: true}

func (s surfer) key(o harness.BrowserKeyOptions) *harness.BrowserKey {
	s.t.Helper()
	k, err := s.page.AddKey(s.ctx, o)
	if err != nil {
		s.t.Fatal(err)
	}
	return k
}

// touch answers a step of the security key by the browser's own WebAuthn.
func (s surfer) touch(v api.View) (api.Input, error) {
	step, ok := v.Step.(api.UseSecurityKey)
	switch {
	case !ok, v.Refusal != nil:
		return nil, nil
	case len(step.Create) > 0:
		response, err := s.page.Create(s.ctx, json.RawMessage(step.Create))
		return api.KeyResponse{Response: response}, err
	}
	response, err := s.page.Get(s.ctx, json.RawMessage(step.Get))
	return api.KeyResponse{Response: response}, err
}

func (s surfer) enroll() error {
	_, err := s.Play(s.ctx, api.Begin{Kind: api.EnrollKey}, s.touch)
	return err
}

func (s surfer) signIn() error {
	in := *s.Person
	in.Client = s.Client.WithToken("")
	view, err := in.Play(s.ctx, api.Begin{Kind: api.SignIn}, s.touch)
	if _, ok := view.Step.(api.SignedIn); err == nil && !ok {
		return errors.New("signing in ended with " + string(view.Step.StepType()))
	}
	return err
}

func (s surfer) keys() []api.Key {
	s.t.Helper()
	keys, err := s.Client.Keys(s.ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	return keys
}

// threw checks that a script threw that DOMException.
func threw(t *testing.T, what string, err error, name string) {
	t.Helper()
	var thrown *harness.ScriptError
	if !errors.As(err, &thrown) || thrown.Name != name {
		t.Errorf("%s: %v; want %s", what, err, name)
	}
}

func refusedAs(t *testing.T, what string, err error, code string) {
	t.Helper()
	var refused *harness.RefusedError
	if !errors.As(err, &refused) || refused.Refusal.Code != code {
		t.Errorf("%s: %v; want %s", what, err, code)
	}
}

// Chromium's WebAuthn makes credentials that the server takes, and signs in with
// them: over the road a web page goes, by keys of every kind it can simulate.
func TestChromiumEnrolsAndSignsIn(t *testing.T) {
	s, b := serve(t, built.plain), browse(t)
	for name, tt := range map[string]struct {
		key       harness.BrowserKeyOptions
		transport string
	}{
		"usb":       {usb, "usb"},
		"nfc":       {harness.BrowserKeyOptions{Protocol: "ctap2", Transport: "nfc", Touched: true}, "nfc"},
		"u2f":       {harness.BrowserKeyOptions{Protocol: "u2f", Transport: "usb", Touched: true}, "usb"},
		"bluetooth": {harness.BrowserKeyOptions{Protocol: "ctap2", Transport: "ble", Touched: true}, "ble"},
	} {
		t.Run(name, func(t *testing.T) {
			p := surf(t, b, s, name)
			key := p.key(tt.key)
			if err := p.enroll(); err != nil {
				t.Fatal(err)
			}
			if err := p.signIn(); err != nil {
				t.Fatal(err)
			}
			keys := p.keys()
			if len(keys) != 1 || len(keys[0].Transports) != 1 || keys[0].Transports[0] != tt.transport || keys[0].LastUsed == nil || keys[0].PossiblyCopied {
				t.Errorf("keys %+v", keys)
			}
			// R33: the browser's key is told which credentials it must not add to.
			threw(t, "the same key again", p.enroll(), "InvalidStateError")

			other := p.key(tt.key)
			if err := key.Remove(p.ctx); err != nil {
				t.Fatal(err)
			}
			threw(t, "a key of nobody's", p.signIn(), "NotAllowedError")
			if err := p.enroll(); err != nil {
				t.Errorf("a second key: %v", err)
			}
			if err := p.signIn(); err != nil {
				t.Errorf("with the second key: %v", err)
			}
			if made, err := other.Credentials(p.ctx); err != nil || len(made) != 1 || len(p.keys()) != 2 {
				t.Errorf("the second key holds %d, the account %+v: %v", len(made), p.keys(), err)
			}
		})
	}
}

// A page may ask a key for its maker's statement; ours does not. One that does
// gets the real thing from Chromium: packed and fido-u2f, both valid.
func TestChromiumsAttestation(t *testing.T) {
	s, b := serve(t, built.plain), browse(t)
	for protocol, format := range map[string]string{"ctap2": "packed", "u2f": "fido-u2f"} {
		t.Run(format, func(t *testing.T) {
			p := surf(t, b, s, protocol)
			p.key(harness.BrowserKeyOptions{Protocol: protocol, Transport: "usb", Touched: true})
			var response api.KeyResponse
			_, err := p.Play(p.ctx, api.Begin{Kind: api.EnrollKey}, func(v api.View) (api.Input, error) {
				step, ok := v.Step.(api.UseSecurityKey)
				if !ok || v.Refusal != nil {
					return nil, nil
				}
				direct := strings.Replace(string(step.Create), `"attestation":"none"`, `"attestation":"direct"`, 1)
				made, err := p.page.Create(p.ctx, json.RawMessage(direct))
				response = api.KeyResponse{Response: made}
				return response, err
			})
			if err != nil {
				t.Fatal(err)
			}
			var made struct {
				Response struct {
					AttestationObject string `json:"attestationObject"`
				} `json:"response"`
			}
			if err := json.Unmarshal(response.Response, &made); err != nil {
				t.Fatal(err)
			}
			if got := statementOf(t, made.Response.AttestationObject); got != format {
				t.Errorf("Chromium vouches in the format %q", got)
			}
			if err := p.signIn(); err != nil {
				t.Error(err)
			}
		})
	}
}

// What is signed at another address is no good: where the name is not the
// browser's own it signs nothing at all, and where only the port differs the
// server refuses.
func TestChromiumAtAnotherAddress(t *testing.T) {
	s, other, b := serve(t, built.plain), serve(t, built.plain), browse(t)
	p := surf(t, b, s, "robin")
	p.key(usb)
	if err := p.enroll(); err != nil {
		t.Fatal(err)
	}
	made := p.keys()

	elsewhere := p
	var err error
	elsewhere.page, err = b.Open(p.ctx, strings.Replace(s.URL, "localhost", "127.0.0.1", 1)+"/api/v1/about")
	if err != nil {
		t.Fatal(err)
	}
	elsewhere.key(usb)
	threw(t, "at the address without a name", elsewhere.enroll(), "SecurityError")
	threw(t, "at the address without a name", elsewhere.signIn(), "SecurityError")

	elsewhere.page, err = b.Open(p.ctx, other.URL+"/api/v1/about")
	if err != nil {
		t.Fatal(err)
	}
	elsewhere.key(usb)
	refusedAs(t, "at another port", elsewhere.enroll(), api.Denied)
	// and a page there can't even ask
	stranger := harness.NewPerson(client.New(s.URL, &http.Client{Transport: elsewhere.page}), "stranger")
	if err := stranger.SignUp(p.ctx); err == nil {
		t.Error("a page of another port made an account")
	}
	if now := p.keys(); len(now) != len(made) {
		t.Errorf("keys %+v", now)
	}
}

// R34: a copy of a key, made by taking its private key, counts from where it was
// copied. Under classic both still sign in, and the key is marked.
func TestChromiumsCopiedKey(t *testing.T) {
	s, b := serve(t, built.plain), browse(t)
	p := surf(t, b, s, "robin")
	original := p.key(usb)
	if err := p.enroll(); err != nil {
		t.Fatal(err)
	}
	stolen, err := original.Credentials(p.ctx)
	if err != nil || len(stolen) != 1 {
		t.Fatal(stolen, err)
	}
	for range 3 {
		if err := p.signIn(); err != nil {
			t.Fatal(err)
		}
	}
	if keys := p.keys(); keys[0].PossiblyCopied {
		t.Errorf("before: %+v", keys)
	}
	if err := original.Remove(p.ctx); err != nil {
		t.Fatal(err)
	}
	if err := p.key(usb).Put(p.ctx, stolen[0]); err != nil {
		t.Fatal(err)
	}
	if err := p.signIn(); err != nil {
		t.Errorf("classic: %v", err)
	}
	if keys := p.keys(); !keys[0].PossiblyCopied {
		t.Errorf("after: %+v", keys)
	}
}

// R30, R34, hardened: only a key that checks who touches it, and never a copy.
func TestChromiumUnderHardened(t *testing.T) {
	s, b := serve(t, built.plain, "--policy", "hardened"), browse(t)
	p := surf(t, b, s, "robin")
	plain := p.key(usb)
	threw(t, "a key without a PIN", p.enroll(), "NotAllowedError")
	if err := plain.Remove(p.ctx); err != nil {
		t.Fatal(err)
	}
	pin := usb
	pin.CanVerify = true
	wrong := p.key(pin)
	threw(t, "a PIN that nobody knows", p.enroll(), "NotAllowedError")
	if err := wrong.Remove(p.ctx); err != nil {
		t.Fatal(err)
	}
	pin.Verified = true
	key := p.key(pin)
	if err := p.enroll(); err != nil {
		t.Fatal(err)
	}
	held, err := key.Credentials(p.ctx)
	if err != nil || len(held) != 1 {
		t.Fatal(held, err)
	}
	if err := p.signIn(); err != nil {
		t.Fatal(err)
	}
	if err := key.Remove(p.ctx); err != nil {
		t.Fatal(err)
	}
	copied := p.key(pin)
	if err := copied.Put(p.ctx, held[0]); err != nil {
		t.Fatal(err)
	}
	refusedAs(t, "a copy", p.signIn(), api.KeyPossiblyCopied)
	if err := copied.Remove(p.ctx); err != nil {
		t.Fatal(err)
	}
	// A page that leaves the question out: the key signs without its PIN.
	held[0].SignCount += 10
	if err := p.key(usb).Put(p.ctx, held[0]); err != nil {
		t.Fatal(err)
	}
	_, err = p.Play(p.ctx, api.Begin{Kind: api.SignIn}, func(v api.View) (api.Input, error) {
		step, ok := v.Step.(api.UseSecurityKey)
		if !ok || v.Refusal != nil {
			return nil, nil
		}
		response, err := p.page.Get(p.ctx, json.RawMessage(strings.Replace(string(step.Get), `"required"`, `"discouraged"`, 1)))
		return api.KeyResponse{Response: response}, err
	})
	refusedAs(t, "without the PIN", err, api.KeyNotVerified)
}
