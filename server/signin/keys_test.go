package signin_test

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
	"nightlatch/server/servertest"
)

// yubikey is a key whose model is in the list.
func yubikey(w *servertest.World) *ceremonytest.Key {
	w.T.Helper()
	key := w.NewKey()
	if _, err := hex.Decode(key.AAGUID[:], []byte("2fc0579f811347eab116bb5a8db9202a")); err != nil {
		w.T.Fatal(err)
	}
	return key
}

// R31: keys are named after their model, and listed with their data and last use. R32:
// a key can be the only method, without a backup code. R33: a key refuses to be
// enrolled twice; if a client bypasses that, the server refuses.
func TestKeyLifecycle(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	ctx := t.Context()
	c := w.SignIn("dot")
	first, second := yubikey(w), yubikey(w)
	if name := w.EnrollKey(c, first); name != "YubiKey 5 NFC" {
		t.Errorf("suggests %q", name)
	}
	w.Clock.Advance(time.Minute)
	v := w.EnrollKeyUntilTouch(c)
	if !first.Excluded(servertest.CreateOptions(v)) || second.Excluded(servertest.CreateOptions(v)) {
		t.Errorf("R33: excludes %s", servertest.CreateOptions(v))
	}
	v = w.Answer(c, v, first.Create(servertest.CreateOptions(v)))
	if r := servertest.WantRefusal(t, "the same key again", v, api.KeyAlreadyEnrolled); r.Key != "YubiKey 5 NFC" || r.Rule != "R33" {
		t.Errorf("%+v", r)
	}
	v = w.Answer(c, v, second.Create(servertest.CreateOptions(v)))
	if step, ok := v.Step.(api.NameKey); !ok || step.Suggested != "YubiKey 5 NFC 2" {
		t.Errorf("suggests %+v", v.Step)
	}
	w.Answer(c, v, api.Label{Label: "Drawer"})

	eve := w.SignIn("cyd")
	v = w.EnrollKeyUntilTouch(eve)
	v = w.Answer(eve, v, first.Create(servertest.CreateOptions(v)))
	if r := servertest.WantRefusal(t, "a key of dot's", v, api.KeyAlreadyEnrolled); r.Key != "" || r.Reason != "foreign" {
		t.Errorf("tells cyd %+v", r)
	}

	keys := servertest.Must[[]api.Key](t)(c.Keys(ctx))
	if len(keys) != 2 || keys[1].Label != "Drawer" {
		t.Fatalf("keys %+v", keys)
	}
	if k := keys[0]; k.Model != "YubiKey 5 NFC" || k.AAGUID != "2fc0579f-8113-47ea-b116-bb5a8db9202a" || !slices.Equal(k.Transports, []string{"usb"}) ||
		k.RPID != "localhost" || k.ForeignRP || !k.Added.Equal(servertest.Start) || k.LastUsed != nil || k.PossiblyCopied {
		t.Errorf("key %+v", k)
	}
	a := servertest.Must[api.Account](t)(c.Account(ctx))
	if !a.TwoFactor || a.Methods != (api.Methods{Keys: 2}) || a.BackupCodes.Active != 0 {
		t.Errorf("R32: account %+v", a)
	}

	w.Clock.Advance(time.Hour)
	v = w.SignInUntilKey("dot")
	if !first.Allowed(servertest.GetOptions(v)) || !second.Allowed(servertest.GetOptions(v)) || len(v.Step.(api.UseSecurityKey).Alternatives) != 0 {
		t.Errorf("asks for %+v", v.Step)
	}
	if v = w.Answer(w.Client, v, second.Get(servertest.GetOptions(v))); !servertest.IsSignedIn(v) {
		t.Fatalf("%+v, refusal %+v", v.Step, v.Refusal)
	}
	keys = servertest.Must[[]api.Key](t)(c.Keys(ctx))
	if keys[0].LastUsed != nil || keys[1].LastUsed == nil || !keys[1].LastUsed.Equal(w.Clock.Now()) {
		t.Errorf("keys %+v", keys)
	}
	w.ProvePassword(c)
	servertest.Must[api.NewBackupCode](t)(c.NewBackupCode(ctx)) // R32: offered, not forced
}

// R31: the twenty-first key is refused before the user is asked to touch it.
func TestTwentyFirstKey(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	c := w.SignIn("dot")
	for i := range 20 {
		w.AddKey("dot", fmt.Sprintf("Key %d", i))
	}
	_, err := c.Begin(t.Context(), api.Begin{Kind: api.EnrollKey})
	servertest.WantProblem(t, "one too many", err, 409, api.KeysFull)
	keys := servertest.Must[[]api.Key](t)(c.Keys(t.Context()))
	if err := c.DeleteKey(t.Context(), keys[7].ID); err != nil || len(keys) != 20 {
		t.Fatal(len(keys), err)
	}
	w.EnrollKey(c, w.NewKey())
}

// R34: a counter that does not grow marks the key as possibly copied. That is recorded
// and mailed once. Classic accepts the key; hardened refuses it from then on, whatever
// its counter. Deleting the key clears the mark, and it can be set up again.
func TestPossiblyCopied(t *testing.T) {
	t.Parallel()
	for _, policy := range []account.Policy{account.Classic(), account.Hardened()} {
		t.Run(policy.Name, func(t *testing.T) {
			t.Parallel()
			w := servertest.New(t, func(cfg *server.Config) { cfg.Policy = policy })
			ctx := t.Context()
			c := w.SignIn("dot")
			key := w.NewKey()
			key.Verifies, key.Count = true, 40
			w.EnrollKey(c, key)
			touch := func() api.View {
				t.Helper()
				v := w.SignInUntilKey("dot")
				return w.Answer(w.Client, v, key.Get(servertest.GetOptions(v)))
			}
			if v := touch(); !servertest.IsSignedIn(v) {
				t.Fatalf("%+v", v.Refusal)
			}
			for i, count := range []uint32{40, 12, 90} { // the same again, the copy's, the original's
				key.Count = count
				v := touch()
				if policy.RefuseCopiedKey {
					if r := servertest.WantRefusal(t, fmt.Sprint("counter at ", count), v, api.KeyPossiblyCopied); r.Rule != "R34" {
						t.Errorf("%+v", r)
					}
				} else if !servertest.IsSignedIn(v) {
					t.Errorf("counter at %d: %+v", count, v.Refusal)
				}
				if k := servertest.Must[[]api.Key](t)(c.Keys(ctx)); !k[0].PossiblyCopied {
					t.Errorf("%d: %+v", i, k)
				}
			}
			marked := 0
			for _, a := range servertest.Must[[]api.Activity](t)(c.Activity(ctx, "", 50)) {
				if a.Type == api.EventKeyPossiblyCopied && a.Rule == "R34" && a.Details["label"] == "Security key" {
					marked++
				}
			}
			mails := w.MailSubjects("dot@example.org")
			if n := len(mails) - len(slices.DeleteFunc(slices.Clone(mails), func(s string) bool {
				return s == "A security key may have been copied"
			})); marked != 1 || n != 1 {
				t.Errorf("%d in the activity list, mails %q", marked, mails)
			}

			w.ProvePassword(c)
			w.AddKey("dot", "Another") // hardened: the last key can be deleted by a turn-off only
			for _, k := range servertest.Must[[]api.Key](t)(c.Keys(ctx)) {
				if k.PossiblyCopied {
					if err := c.DeleteKey(ctx, k.ID); err != nil {
						t.Fatal(err)
					}
				}
			}
			w.EnrollKey(c, key)
			if v := touch(); !servertest.IsSignedIn(v) {
				t.Errorf("set up again: %+v", v.Refusal)
			}
			for _, k := range servertest.Must[[]api.Key](t)(c.Keys(ctx)) {
				if k.PossiblyCopied {
					t.Errorf("set up again: %+v", k)
				}
			}
		})
	}
}

// R30: classic discourages PINs and hardened requires them, when a key is added and
// when it is used. That includes keys that were added under classic.
func TestVerificationPolicy(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	c := w.SignIn("dot")
	v := w.EnrollKeyUntilTouch(c)
	if !strings.Contains(string(servertest.CreateOptions(v)), `"userVerification":"discouraged"`) {
		t.Errorf("classic asks for %s", servertest.CreateOptions(v))
	}
	key := w.NewKey()
	w.Answer(c, w.Answer(c, v, key.Create(servertest.CreateOptions(v))), api.Label{Label: "Desk"})
	if v = w.SignInUntilKey("dot"); !strings.Contains(string(servertest.GetOptions(v)), `"userVerification":"discouraged"`) {
		t.Errorf("classic asks for %s", servertest.GetOptions(v))
	}

	h := w.Restart(servertest.Hardened)
	key.Origin = h.Origin()
	if v = h.SignInUntilKey("dot"); !strings.Contains(string(servertest.GetOptions(v)), `"userVerification":"required"`) {
		t.Errorf("hardened asks for %s", servertest.GetOptions(v))
	}
	v = h.Answer(h.Client, v, key.Get(servertest.GetOptions(v)))
	if r := servertest.WantRefusal(t, "no PIN at sign-in", v, api.KeyNotVerified); r.Rule != "R30" || !strings.Contains(r.Detail, "PIN") {
		t.Errorf("%+v", r)
	}
	key.Verifies = true
	if v = h.Answer(h.Client, v, key.Get(servertest.GetOptions(v))); !servertest.IsSignedIn(v) {
		t.Fatalf("with a PIN: %+v", v.Refusal)
	}
	c = h.Client.WithToken(v.Step.(api.SignedIn).SessionToken)
	other := h.NewKey()
	if v = h.EnrollKeyUntilTouch(c); !strings.Contains(string(servertest.CreateOptions(v)), `"userVerification":"required"`) {
		t.Errorf("hardened asks for %s", servertest.CreateOptions(v))
	}
	v = h.Answer(c, v, other.Create(servertest.CreateOptions(v)))
	servertest.WantRefusal(t, "no PIN at enrolment", v, api.KeyNotVerified)
	other.Verifies = true
	if v = h.Answer(c, v, other.Create(servertest.CreateOptions(v))); v.Step != (api.NameKey{Suggested: "Security key"}) {
		t.Errorf("with a PIN: %+v, %+v", v.Step, v.Refusal)
	}
}

// A key works only for the relying-party ID that it was set up for. After the server's
// ID has changed, the key is listed as foreign, another method is asked for first, and
// choosing the key is refused with the reason.
func TestKeyOfAnotherName(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	ctx := t.Context()
	bob := w.SignIn("bob")
	key := w.NewKey()
	w.EnrollKey(bob, key)
	dot := w.SignIn("dot")
	w.EnrollKey(dot, w.NewKey())
	v := w.SignInUntilKey("bob")
	if v = w.Answer(w.Client, v, key.Get(servertest.GetOptions(v))); !servertest.IsSignedIn(v) { // R40: bob used the key last
		t.Fatalf("%+v", v.Refusal)
	}

	moved := w.Restart(servertest.WithRPID("example.org", "https://login.example.org"))
	bob = moved.Client.WithToken(bob.Token())
	if keys := servertest.Must[[]api.Key](t)(bob.Keys(ctx)); len(keys) != 1 || keys[0].RPID != "localhost" || !keys[0].ForeignRP {
		t.Errorf("keys %+v", keys)
	}
	v = servertest.Must[api.View](t)(moved.Client.Begin(ctx, api.Begin{Kind: api.SignIn}))
	v = moved.Answer(moved.Client, v, api.Credentials{Username: "bob", Password: servertest.Password})
	if step, ok := v.Step.(api.EnterCode); !ok || !slices.Contains(step.Alternatives, api.SecurityKey) || v.Refusal != nil {
		t.Errorf("asks for %+v, refusal %+v", v.Step, v.Refusal)
	}
	v = moved.Answer(moved.Client, v, api.ChooseMethod{Method: api.SecurityKey})
	r := servertest.WantNotice(t, "the key of the old name", v, api.KeyForeignRP)
	if r.Key != "Security key" || r.KeyRPID != "localhost" || r.RPID != "example.org" || r.Reason != "" || r.RetryAt != nil ||
		!strings.Contains(r.Detail, "was set up for localhost; this server now goes by example.org.") {
		t.Errorf("%+v", r)
	}
	step, ok := v.Step.(api.UseSecurityKey)
	if !ok || step.Get != nil || !slices.Contains(step.Alternatives, api.Text) || !slices.Equal(step.ForeignRP, []api.ForeignKey{{Label: "Security key", RPID: "localhost"}}) {
		t.Errorf("step %+v", v.Step)
	}
	// A client that sends the key's signature anyway gets the same refusal.
	forced := api.RawJSON(`{"challenge":"AAAA"}`)
	v = moved.Answer(moved.Client, v, key.Get(forced))
	servertest.WantRefusal(t, "an answer without a request", v, api.KeyForeignRP)
	v = moved.Answer(moved.Client, v, api.ChooseMethod{Method: api.Text})
	moved.PassSecondStep(moved.Client, v)

	v = moved.SignInUntilKey("dot") // no other method
	if r := servertest.WantNotice(t, "the only key", v, api.KeyForeignRP); r.Reason != "only" || !strings.Contains(r.Detail, "operator of this server") {
		t.Errorf("%+v", r)
	}

	// The same key is set up again under the new name. Then its old entry is listed as
	// foreign.
	moved.ProvePassword(bob)
	again := moved.NewKey()
	again.RPID, again.Origin = "example.org", "https://login.example.org"
	v = moved.EnrollKeyUntilTouch(bob)
	if key.Excluded(servertest.CreateOptions(v)) {
		t.Errorf("the old credential is excluded: %s", servertest.CreateOptions(v))
	}
	v = moved.Answer(bob, v, again.Create(servertest.CreateOptions(v)))
	moved.Answer(bob, v, api.Label{Label: "New"})
	v = moved.SignInUntilKey("bob")
	if step := v.Step.(api.UseSecurityKey); v.Refusal != nil || !again.Allowed(step.Get) || key.Allowed(step.Get) || len(step.ForeignRP) != 1 {
		t.Errorf("%+v, %+v", v.Step, v.Refusal)
	}
	v = moved.Answer(moved.Client, v, key.Get(servertest.GetOptions(v)))
	servertest.WantRefusal(t, "the old credential", v, api.KeyForeignRP)
	for _, origin := range []string{moved.Origin(), "https://example.org"} {
		again.Origin = origin
		v = moved.Answer(moved.Client, v, again.Get(servertest.GetOptions(v)))
		servertest.WantRefusal(t, "at "+origin, v, api.Denied)
	}
	again.Origin = "https://login.example.org"
	if v = moved.Answer(moved.Client, v, again.Get(servertest.GetOptions(v))); !servertest.IsSignedIn(v) {
		t.Errorf("%+v", v.Refusal)
	}
}
