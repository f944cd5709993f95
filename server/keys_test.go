package server_test

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"nightlatch/server"
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/ceremony/ceremonytest"
	"nightlatch/server/client"
)

// on is another server over the same store: it was ended and started with other
// flags.
func (w *world) on(options ...option) *world {
	w.t.Helper()
	return newWorld(w.t, append([]option{func(cfg *server.Config) {
		cfg.Store, cfg.Sealer, cfg.Now, cfg.Seed = w.store, w.keys, w.clock.Now, nil
	}}, options...)...)
}

// touchKey plays enroll-key to the touch, with the password proved lately.
func (w *world) touchKey(c *client.Client) api.View {
	w.t.Helper()
	v := must[api.View](w.t)(c.Begin(w.t.Context(), api.Begin{Kind: api.EnrollKey}))
	v = w.answer(c, v, api.Continue{})
	if step, ok := v.Step.(api.UseSecurityKey); !ok || len(step.Create) == 0 {
		w.t.Fatalf("asks for %+v", v.Step)
	}
	return v
}

func (w *world) answer(c *client.Client, v api.View, in api.Input) api.View {
	w.t.Helper()
	return must[api.View](w.t)(c.Answer(w.t.Context(), v.ID, v.Rev, in))
}

// enrollKey adds a key and returns its name.
func (w *world) enrollKey(c *client.Client, key *ceremonytest.Key) string {
	w.t.Helper()
	v := w.touchKey(c)
	v = w.answer(c, v, key.Create(create(v)))
	step, ok := v.Step.(api.NameKey)
	if !ok {
		w.t.Fatalf("after the touch: %T, refusal %+v", v.Step, v.Refusal)
	}
	if v = w.answer(c, v, api.Label{Label: step.Suggested}); v.Step != (api.Finished{}) {
		w.t.Fatalf("after the name: %+v", v.Step)
	}
	return step.Suggested
}

// askForKey signs in to the second step.
func (w *world) askForKey(username string) api.View {
	w.t.Helper()
	v := must[api.View](w.t)(w.client.Begin(w.t.Context(), api.Begin{Kind: api.SignIn}))
	v = w.answer(w.client, v, api.Credentials{Username: username, Password: password})
	if _, other := v.Step.(api.EnterCode); other {
		v = w.answer(w.client, v, api.ChooseMethod{Method: api.SecurityKey})
	}
	if _, ok := v.Step.(api.UseSecurityKey); !ok {
		w.t.Fatalf("asks for %+v", v.Step)
	}
	return v
}

// origin is the address of the server's pages.
func (w *world) origin() string { return strings.Replace(w.url, "127.0.0.1", "localhost", 1) }

// newKey is a key with a browser around it, on a page of the server.
func (w *world) newKey() *ceremonytest.Key {
	w.t.Helper()
	key := ceremonytest.NewKey(w.t)
	key.Origin = w.origin()
	return key
}

func create(v api.View) api.RawJSON { return v.Step.(api.UseSecurityKey).Create }
func get(v api.View) api.RawJSON    { return v.Step.(api.UseSecurityKey).Get }

func signedIn(v api.View) bool {
	_, ok := v.Step.(api.SignedIn)
	return ok
}

func wantRefusal(t testing.TB, what string, v api.View, code string) *api.Refusal {
	t.Helper()
	if v.Refusal == nil || v.Refusal.Code != code {
		t.Errorf("%s: step %T, refusal %+v; want %s", what, v.Step, v.Refusal, code)
		return &api.Refusal{}
	}
	return v.Refusal
}

// yubikey is a key whose model is in the list.
func (w *world) yubikey() *ceremonytest.Key {
	w.t.Helper()
	key := w.newKey()
	if _, err := hex.Decode(key.AAGUID[:], []byte("2fc0579f811347eab116bb5a8db9202a")); err != nil {
		w.t.Fatal(err)
	}
	return key
}

// R31: keys are named after their model, and listed with their data and the time of
// their last use. R32: the key is the only method, and no backup
// code was forced on anybody. R33: a key refuses to be enrolled twice, and where
// a client makes it do so all the same, the server does.
func TestKeyFromTheBoxToTheDoor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	c := w.signIn("dot")
	first, second := w.yubikey(), w.yubikey()
	if name := w.enrollKey(c, first); name != "YubiKey 5 NFC" {
		t.Errorf("suggests %q", name)
	}
	w.clock.Advance(time.Minute)
	v := w.touchKey(c)
	if !first.Excluded(create(v)) || second.Excluded(create(v)) {
		t.Errorf("R33: excludes %s", create(v))
	}
	v = w.answer(c, v, first.Create(create(v)))
	if r := wantRefusal(t, "the same key again", v, api.KeyAlreadyEnrolled); r.Key != "YubiKey 5 NFC" || r.Rule != "R33" {
		t.Errorf("%+v", r)
	}
	v = w.answer(c, v, second.Create(create(v)))
	if step, ok := v.Step.(api.NameKey); !ok || step.Suggested != "YubiKey 5 NFC 2" {
		t.Errorf("suggests %+v", v.Step)
	}
	w.answer(c, v, api.Label{Label: "Drawer"})

	eve := w.signIn("cyd")
	v = w.touchKey(eve)
	v = w.answer(eve, v, first.Create(create(v)))
	if r := wantRefusal(t, "a key of dot's", v, api.KeyAlreadyEnrolled); r.Key != "" || r.Reason != "foreign" {
		t.Errorf("tells cyd %+v", r)
	}

	keys := must[[]api.Key](t)(c.Keys(ctx))
	if len(keys) != 2 || keys[1].Label != "Drawer" {
		t.Fatalf("keys %+v", keys)
	}
	if k := keys[0]; k.Model != "YubiKey 5 NFC" || k.AAGUID != "2fc0579f-8113-47ea-b116-bb5a8db9202a" || !slices.Equal(k.Transports, []string{"usb"}) ||
		k.RPID != "localhost" || k.ForeignRP || !k.Added.Equal(start) || k.LastUsed != nil || k.PossiblyCopied {
		t.Errorf("key %+v", k)
	}
	a := must[api.Account](t)(c.Account(ctx))
	if !a.TwoFactor || a.Methods != (api.Methods{Keys: 2}) || a.BackupCodes.Active != 0 {
		t.Errorf("R32: account %+v", a)
	}

	w.clock.Advance(time.Hour)
	v = w.askForKey("dot")
	if !first.Allowed(get(v)) || !second.Allowed(get(v)) || len(v.Step.(api.UseSecurityKey).Alternatives) != 0 {
		t.Errorf("asks for %+v", v.Step)
	}
	if v = w.answer(w.client, v, second.Get(get(v))); !signedIn(v) {
		t.Fatalf("%+v, refusal %+v", v.Step, v.Refusal)
	}
	keys = must[[]api.Key](t)(c.Keys(ctx))
	if keys[0].LastUsed != nil || keys[1].LastUsed == nil || !keys[1].LastUsed.Equal(w.clock.Now()) {
		t.Errorf("keys %+v", keys)
	}
	w.prove(c)
	must[api.NewBackupCode](t)(c.NewBackupCode(ctx)) // R32: there for who asks
}

// R31: the twenty-first key is refused before anybody looks for it.
func TestTwentyFirstKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.signIn("dot")
	for i := range 20 {
		w.addKey("dot", fmt.Sprintf("Key %d", i))
	}
	_, err := c.Begin(t.Context(), api.Begin{Kind: api.EnrollKey})
	wantProblem(t, "one too many", err, 409, api.KeysFull)
	keys := must[[]api.Key](t)(c.Keys(t.Context()))
	if err := c.DeleteKey(t.Context(), keys[7].ID); err != nil || len(keys) != 20 {
		t.Fatal(len(keys), err)
	}
	w.enrollKey(c, w.newKey())
}

// R34: a counter that does not grow marks the key, which is audited and mailed,
// once. Classic lets it in; hardened refuses it from then on, however it counts.
// What clears it is to delete the key; the same one can be set up again.
func TestPossiblyCopied(t *testing.T) {
	t.Parallel()
	for _, policy := range []account.Policy{account.Classic(), account.Hardened()} {
		t.Run(policy.Name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(cfg *server.Config) { cfg.Policy = policy })
			ctx := t.Context()
			c := w.signIn("dot")
			key := w.newKey()
			key.Verifies, key.Count = true, 40
			w.enrollKey(c, key)
			touch := func() api.View {
				t.Helper()
				v := w.askForKey("dot")
				return w.answer(w.client, v, key.Get(get(v)))
			}
			if v := touch(); !signedIn(v) {
				t.Fatalf("%+v", v.Refusal)
			}
			for i, count := range []uint32{40, 12, 90} { // as before, the copy's, then the original's
				key.Count = count
				v := touch()
				if policy.RefuseCopiedKey {
					if r := wantRefusal(t, fmt.Sprint("counter at ", count), v, api.KeyPossiblyCopied); r.Rule != "R34" {
						t.Errorf("%+v", r)
					}
				} else if !signedIn(v) {
					t.Errorf("counter at %d: %+v", count, v.Refusal)
				}
				if k := must[[]api.Key](t)(c.Keys(ctx)); !k[0].PossiblyCopied {
					t.Errorf("%d: %+v", i, k)
				}
			}
			marked := 0
			for _, a := range must[[]api.Activity](t)(c.Activity(ctx, "", 50)) {
				if a.Type == api.EventKeyPossiblyCopied && a.Rule == "R34" && a.Details["label"] == "Security key" {
					marked++
				}
			}
			mails := w.mails("dot@example.org")
			if n := len(mails) - len(slices.DeleteFunc(slices.Clone(mails), func(s string) bool {
				return s == "A security key may have been copied"
			})); marked != 1 || n != 1 {
				t.Errorf("%d in the activity list, mails %q", marked, mails)
			}

			w.prove(c)
			w.addKey("dot", "Another") // under hardened the last one goes in a turn-off only
			for _, k := range must[[]api.Key](t)(c.Keys(ctx)) {
				if k.PossiblyCopied {
					if err := c.DeleteKey(ctx, k.ID); err != nil {
						t.Fatal(err)
					}
				}
			}
			w.enrollKey(c, key)
			if v := touch(); !signedIn(v) {
				t.Errorf("set up again: %+v", v.Refusal)
			}
			for _, k := range must[[]api.Key](t)(c.Keys(ctx)) {
				if k.PossiblyCopied {
					t.Errorf("set up again: %+v", k)
				}
			}
		})
	}
}

// R30: classic discourages PINs, hardened requires them, when a key is added and
// when it is used, also a key that was added before.
func TestVerificationPolicy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.signIn("dot")
	v := w.touchKey(c)
	if !strings.Contains(string(create(v)), `"userVerification":"discouraged"`) {
		t.Errorf("classic asks for %s", create(v))
	}
	key := w.newKey()
	w.answer(c, w.answer(c, v, key.Create(create(v))), api.Label{Label: "Desk"})
	if v = w.askForKey("dot"); !strings.Contains(string(get(v)), `"userVerification":"discouraged"`) {
		t.Errorf("classic asks for %s", get(v))
	}

	h := w.on(hardened)
	key.Origin = h.origin()
	if v = h.askForKey("dot"); !strings.Contains(string(get(v)), `"userVerification":"required"`) {
		t.Errorf("hardened asks for %s", get(v))
	}
	v = h.answer(h.client, v, key.Get(get(v)))
	if r := wantRefusal(t, "no PIN at sign-in", v, api.KeyNotVerified); r.Rule != "R30" || !strings.Contains(r.Detail, "PIN") {
		t.Errorf("%+v", r)
	}
	key.Verifies = true
	if v = h.answer(h.client, v, key.Get(get(v))); !signedIn(v) {
		t.Fatalf("with a PIN: %+v", v.Refusal)
	}
	c = h.client.WithToken(v.Step.(api.SignedIn).SessionToken)
	other := h.newKey()
	if v = h.touchKey(c); !strings.Contains(string(create(v)), `"userVerification":"required"`) {
		t.Errorf("hardened asks for %s", create(v))
	}
	v = h.answer(c, v, other.Create(create(v)))
	wantRefusal(t, "no PIN at enrolment", v, api.KeyNotVerified)
	other.Verifies = true
	if v = h.answer(c, v, other.Create(create(v))); v.Step != (api.NameKey{Suggested: "Security key"}) {
		t.Errorf("with a PIN: %+v, %+v", v.Step, v.Refusal)
	}
}

// A key answers only to the name that it was set up for. After the server's name
// has changed it is listed as one of another name, another way is asked for
// first, and who asks for the key is told why it is of no use.
func TestKeyOfAnotherName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	bob := w.signIn("bob")
	key := w.newKey()
	w.enrollKey(bob, key)
	dot := w.signIn("dot")
	w.enrollKey(dot, w.newKey())
	v := w.askForKey("bob")
	if v = w.answer(w.client, v, key.Get(get(v))); !signedIn(v) { // R40: bob used the key last
		t.Fatalf("%+v", v.Refusal)
	}

	moved := w.on(named("example.org", "https://login.example.org"))
	bob = moved.client.WithToken(bob.Token())
	if keys := must[[]api.Key](t)(bob.Keys(ctx)); len(keys) != 1 || keys[0].RPID != "localhost" || !keys[0].ForeignRP {
		t.Errorf("keys %+v", keys)
	}
	v = must[api.View](t)(moved.client.Begin(ctx, api.Begin{Kind: api.SignIn}))
	v = moved.answer(moved.client, v, api.Credentials{Username: "bob", Password: password})
	if step, ok := v.Step.(api.EnterCode); !ok || !slices.Contains(step.Alternatives, api.SecurityKey) || v.Refusal != nil {
		t.Errorf("asks for %+v, refusal %+v", v.Step, v.Refusal)
	}
	v = moved.answer(moved.client, v, api.ChooseMethod{Method: api.SecurityKey})
	r := wantRefusal(t, "the key of the old name", v, api.KeyForeignRP)
	if r.Key != "Security key" || r.KeyRPID != "localhost" || r.RPID != "example.org" || r.Reason != "" || r.RetryAt != nil ||
		!strings.Contains(r.Detail, "was set up for localhost; this server now goes by example.org.") {
		t.Errorf("%+v", r)
	}
	step, ok := v.Step.(api.UseSecurityKey)
	if !ok || step.Get != nil || !slices.Contains(step.Alternatives, api.Text) || !slices.Equal(step.ForeignRP, []api.ForeignKey{{Label: "Security key", RPID: "localhost"}}) {
		t.Errorf("step %+v", v.Step)
	}
	// A client that lets the key sign all the same is told the same.
	forced := api.RawJSON(`{"challenge":"AAAA"}`)
	v = moved.answer(moved.client, v, key.Get(forced))
	wantRefusal(t, "an answer nobody asked for", v, api.KeyForeignRP)
	v = moved.answer(moved.client, v, api.ChooseMethod{Method: api.Text})
	moved.second(moved.client, v)

	v = moved.askForKey("dot") // no other way
	if r := wantRefusal(t, "the only key", v, api.KeyForeignRP); r.Reason != "only" || !strings.Contains(r.Detail, "operator of this server") {
		t.Errorf("%+v", r)
	}

	// The same key is set up once more under the new name. Then the old row is
	// mentioned beside it.
	moved.prove(bob)
	again := moved.newKey()
	again.RPID, again.Origin = "example.org", "https://login.example.org"
	v = moved.touchKey(bob)
	if key.Excluded(create(v)) {
		t.Errorf("no key would know %s", create(v))
	}
	v = moved.answer(bob, v, again.Create(create(v)))
	moved.answer(bob, v, api.Label{Label: "New"})
	v = moved.askForKey("bob")
	if step := v.Step.(api.UseSecurityKey); v.Refusal != nil || !again.Allowed(step.Get) || key.Allowed(step.Get) || len(step.ForeignRP) != 1 {
		t.Errorf("%+v, %+v", v.Step, v.Refusal)
	}
	v = moved.answer(moved.client, v, key.Get(get(v)))
	wantRefusal(t, "the old credential", v, api.KeyForeignRP)
	for _, origin := range []string{moved.origin(), "https://example.org"} {
		again.Origin = origin
		v = moved.answer(moved.client, v, again.Get(get(v)))
		wantRefusal(t, "at "+origin, v, api.Denied)
	}
	again.Origin = "https://login.example.org"
	if v = moved.answer(moved.client, v, again.Get(get(v))); !signedIn(v) {
		t.Errorf("%+v", v.Refusal)
	}
}
