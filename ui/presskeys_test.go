package ui_test

import (
	"context"
	"encoding/json"
	"slices"
	"sync"

	"nightlatch/fido"
	"nightlatch/server/api"
	"nightlatch/server/ceremony/ceremonytest"
	"nightlatch/ui/gallerytest"
	"nightlatch/ui/uitest"
)

// withKey is the start of a crawl with a security key of the account plugged in.
const withKey = "keys of mara, one plugged in"

// slowKeys is a computer with a security key that answers late. It keeps what the key was
// asked for.
type slowKeys struct {
	uitest.NoKeys
	uitest.Gate

	mu    sync.Mutex
	asked []string
	ended map[string]int // how many of them were cancelled
}

func (k *slowKeys) hold() (release func()) {
	if k == nil {
		return func() {}
	}
	return k.Hold()
}

// twice returns what the key was asked for more than once, and forgets it. If the user may
// have cancelled in between, what was cancelled does not count.
func (k *slowKeys) twice(cancelled bool) (names []string) {
	if k == nil {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	count := map[string]int{}
	for _, what := range k.asked {
		count[what]++
	}
	for what, n := range count {
		if cancelled {
			n -= k.ended[what]
		}
		if n > 1 {
			names = append(names, what)
		}
	}
	slices.Sort(names)
	k.asked, k.ended = nil, nil
	return names
}

func (k *slowKeys) ask(ctx context.Context, what string) error {
	k.mu.Lock()
	k.asked = append(k.asked, what)
	k.mu.Unlock()
	if err := k.Wait(ctx); err != nil {
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.ended == nil {
			k.ended = map[string]int{}
		}
		k.ended[what]++
		return err
	}
	return fido.ErrDenied
}

func (k *slowKeys) Watch(ctx context.Context, show func([]fido.Device, error)) error {
	show([]fido.Device{gallerytest.YubiKey()}, nil)
	<-ctx.Done()
	return nil
}

func (k *slowKeys) Choose(_ context.Context, from []fido.Device, _ fido.Interaction) (fido.Device, error) {
	return from[0], nil
}

func (k *slowKeys) Info(ctx context.Context, d fido.Device) (fido.Info, error) {
	if err := k.Wait(ctx); err != nil {
		return fido.Info{}, err
	}
	return fido.Info{Device: d, FIDO2: true, Versions: []string{"FIDO_2_1"}, MinPIN: 4, CanManage: true}, nil
}

func (k *slowKeys) SetPIN(ctx context.Context, _ fido.Device, _, _ string) error {
	return k.ask(ctx, "a PIN")
}

func (k *slowKeys) DeleteCredential(ctx context.Context, _ fido.Device, _ []byte, _ string) error {
	return k.ask(ctx, "a deletion")
}

func (k *slowKeys) Credentials(ctx context.Context, _ fido.Device, _ string) (fido.CredentialList, error) {
	return fido.CredentialList{}, k.ask(ctx, "its accounts")
}

func (k *slowKeys) Reset(ctx context.Context, _ fido.Device, _ fido.Interaction) error {
	return k.ask(ctx, "a reset")
}

func (k *slowKeys) Create(ctx context.Context, _ fido.Device, _ json.RawMessage, _ fido.Interaction) (json.RawMessage, error) {
	return nil, k.ask(ctx, "a credential")
}

func (k *slowKeys) Identify(ctx context.Context, _ fido.Device, _ string, _ [][]byte, _ fido.Interaction) ([]byte, error) {
	return nil, k.ask(ctx, "a touch")
}

// enrolKey adds a security key to the account that is signed in.
func enrolKey(h *uitest.Harness) {
	h.T.Helper()
	ctx := context.Background()
	token, err := h.Vault.Token()
	uitest.Must(h.T, err)
	c := h.Client.WithToken(token)
	v, err := c.Begin(ctx, api.Begin{Kind: api.EnrollKey})
	uitest.Must(h.T, err)
	v, err = c.Answer(ctx, v.ID, v.Rev, api.Continue{})
	uitest.Must(h.T, err)
	step, ok := v.Step.(api.UseSecurityKey)
	if !ok {
		h.T.Fatalf("enrolling came to %#v", v.Step)
	}
	v, err = c.Answer(ctx, v.ID, v.Rev, ceremonytest.NewKey(h.T).Create(step.Create))
	uitest.Must(h.T, err)
	_, err = c.Answer(ctx, v.ID, v.Rev, api.Label{Label: "Blue"})
	uitest.Must(h.T, err)
	h.Settle()
}
