package httpapi_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/servertest"
	"nightlatch/server/signup"
	"nightlatch/server/store"
)

// beginSignUp begins a sign-up with a code, "" without one.
func beginSignUp(w *servertest.World, code string) servertest.Exchange {
	return w.DoJSON("POST", "/api/v1/ceremonies", "", fmt.Sprintf(`{"kind":"sign-up","invitation":%q}`, code))
}

// signUpWith makes an account with a code.
func signUpWith(w *servertest.World, code, name string) api.View {
	w.T.Helper()
	v, err := w.Client.Begin(w.T.Context(), api.Begin{Kind: api.SignUp, Invitation: code})
	if err != nil {
		w.T.Fatal(err)
	}
	return w.Answer(w.Client, v, api.Credentials{Username: name, Password: servertest.Password})
}

// newServer is a server that is no lab and has no accounts.
func newServer(t *testing.T, options ...servertest.Option) *servertest.World {
	return servertest.New(t, append([]servertest.Option{servertest.WithoutLab, servertest.AsNew, servertest.WithoutAccounts}, options...)...)
}

// owned is newServer with an owner, and the owner's session.
func owned(t *testing.T, options ...servertest.Option) (*servertest.World, string) {
	w := newServer(t, options...)
	v := signUpWith(w, setupCode(w), "olive")
	return w, v.Step.(api.SignedIn).SessionToken
}

func setupCode(w *servertest.World) string {
	w.T.Helper()
	return servertest.Must[string](w.T)(w.SetupCode(w.T.Context()))
}

// codeIn returns the code of 16 characters in a mail.
func codeIn(mail string) string { return printedCode.FindString(mail) }

var printedCode = regexp.MustCompile(`\b[0-9a-hj-km-np-tv-z]{4}(-[0-9a-hj-km-np-tv-z]{4}){3}\b`)

func wantRefusedBegin(t *testing.T, what string, e servertest.Exchange, code, reason string) {
	t.Helper()
	if p := e.Problem(t); e.Status != 403 || p.Code != code || p.Reason != reason || p.Rule != "R7" {
		t.Errorf("%s: %d %s, want 403 %s %q", what, e.Status, e.Body, code, reason)
	}
}

// R7: on a server without a window, the set-up code makes the first account,
// which becomes the owner's. The code works once. Each start has a new code.
func TestSetupCode(t *testing.T) {
	t.Parallel()
	w := newServer(t)
	code := setupCode(w)
	if again := setupCode(w); code == "" || again != code {
		t.Fatalf("codes %q, %q", code, again)
	}
	wantRefusedBegin(t, "no code", beginSignUp(w, ""), api.InvitationRequired, "setup")
	wantRefusedBegin(t, "another code", beginSignUp(w, "7kmq-2xwd-9hfz-3r8n"), api.InvitationInvalid, "unknown")
	if about := servertest.Must[api.About](t)(w.Client.About(t.Context())); about.SignUp != api.SignUpInvite || about.Owned || about.Accounts {
		t.Errorf("about %+v", about)
	}
	two := [2]api.View{}
	for i := range two { // two clients begin with it; one gets it
		two[i] = servertest.Must[api.View](t)(w.Client.Begin(t.Context(), api.Begin{Kind: api.SignUp, Invitation: "\u202a" + strings.ToUpper(code) + "\r\n"}))
	}
	v := w.Answer(w.Client, two[0], api.Credentials{Username: "olive", Password: servertest.Password})
	if !v.Step.(api.SignedIn).Account.Owner {
		t.Error("not the owner")
	}
	v = w.Answer(w.Client, two[1], api.Credentials{Username: "oscar", Password: servertest.Password})
	if v.Refusal == nil || v.Refusal.Code != api.InvitationInvalid {
		t.Errorf("the second one: %+v", v)
	}
	if code := setupCode(w); code != "" {
		t.Errorf("a code with an owner: %s", code)
	}
	wantRefusedBegin(t, "used", beginSignUp(w, code), api.InvitationInvalid, "unknown")
	wantRefusedBegin(t, "by invitation now", beginSignUp(w, ""), api.InvitationRequired, "")
	if strings.Contains(w.Log.String(), strings.ReplaceAll(code, "-", "")) {
		t.Error("the code is in the log of requests")
	}
	if other := newServer(t); setupCode(other) == code {
		t.Error("two servers have the same code")
	}
}

// R7: an invitation makes one account, for one address, within 72 hours.
func TestInvitation(t *testing.T) {
	t.Parallel()
	w, owner := owned(t)
	invite := func(address string) (api.NewInvitation, string) {
		t.Helper()
		made := servertest.Must[api.NewInvitation](t)(w.Client.WithToken(owner).Invite(t.Context(), address))
		w.DeliverAll()
		return made, w.LastMail(made.Address)
	}
	// The code that the owner sees does not prove the address.
	made, mail := invite("pat@example.org")
	if !made.Mailed || strings.Contains(mail, made.Code) || !strings.Contains(mail, "“olive” invites you") || !made.Expires.Equal(servertest.Start.Add(72*time.Hour)) {
		t.Errorf("made %+v, mailed:\n%s", made, mail)
	}
	v := signUpWith(w, made.Code, "pat")
	if a := v.Step.(api.SignedIn).Account; a.Email != "pat@example.org" || a.EmailConfirmed || a.Owner {
		t.Errorf("account %+v", a)
	}
	wantRefusedBegin(t, "used", beginSignUp(w, made.Code), api.InvitationInvalid, "used")
	wantRefusedBegin(t, "the mailed one of a used invitation", beginSignUp(w, codeIn(mail)), api.InvitationInvalid, "used")

	// The code in the mail proves it.
	_, mail = invite("quin@example.org")
	v = signUpWith(w, codeIn(mail), "quin")
	if a := v.Step.(api.SignedIn).Account; a.Email != "quin@example.org" || !a.EmailConfirmed {
		t.Errorf("account %+v", a)
	}

	made, _ = invite("rae@example.org")
	if list := servertest.Must[[]api.Invitation](t)(w.Client.WithToken(owner).Invitations(t.Context())); len(list) != 1 || list[0] != made.Invitation {
		t.Errorf("list %+v", list)
	}
	begun := servertest.Must[api.View](t)(w.Client.Begin(t.Context(), api.Begin{Kind: api.SignUp, Invitation: made.Code}))
	if err := w.Client.WithToken(owner).TakeBackInvitation(t.Context(), made.ID); err != nil {
		t.Fatal(err)
	}
	if v := w.Answer(w.Client, begun, api.Credentials{Username: "rae", Password: servertest.Password}); v.Refusal == nil || v.Refusal.Code != api.InvitationInvalid {
		t.Errorf("after it was taken back: %+v", v)
	}
	wantRefusedBegin(t, "taken back", beginSignUp(w, made.Code), api.InvitationInvalid, "unknown")
	if e := w.DoJSON("DELETE", "/api/v1/invitations/"+made.ID, owner, ""); e.Status != 404 {
		t.Errorf("taken back twice: %d", e.Status)
	}

	made, _ = invite("sam@example.org")
	w.Clock.Advance(72 * time.Hour)
	wantRefusedBegin(t, "expired", beginSignUp(w, made.Code), api.InvitationInvalid, "expired")
	w.Clock.Set(servertest.Start.Add(-time.Hour))
	wantRefusedBegin(t, "made in the future (R86)", beginSignUp(w, made.Code), api.InvitationInvalid, "expired")

	events := map[api.EventType]int{}
	w.Clock.Set(servertest.Start)
	for _, e := range servertest.Must[[]api.Activity](t)(w.Client.WithToken(owner).Activity(t.Context(), "", 200)) {
		events[e.Type]++
		if strings.Contains(fmt.Sprint(e.Details), made.Code) {
			t.Errorf("a code in the activity list: %v", e.Details)
		}
	}
	if events[api.EventInvited] != 4 || events[api.EventInviteUsed] != 2 || events[api.EventInviteTakenBack] != 1 || events[api.EventOwnerMade] != 1 {
		t.Errorf("events %v", events)
	}
	for key, value := range w.Dump() {
		if plain := strings.ReplaceAll(made.Code, "-", ""); strings.Contains(key+value, plain) || strings.Contains(key+value, made.Code) {
			t.Errorf("the code is stored in %s", key)
		}
	}
}

// R7: only the owner invites, changes who may sign up, and transfers the role.
func TestOnlyTheOwner(t *testing.T) {
	t.Parallel()
	w, owner := owned(t)
	made := servertest.Must[api.NewInvitation](t)(w.Client.WithToken(owner).Invite(t.Context(), "pat@example.org"))
	pat := signUpWith(w, made.Code, "pat").Step.(api.SignedIn).SessionToken
	w.ProvePassword(w.Client.WithToken(pat))
	for _, r := range [][3]string{
		{"GET", "/api/v1/server", ""},
		{"PATCH", "/api/v1/server", `{"sign_up":"open"}`},
		{"GET", "/api/v1/invitations", ""},
		{"POST", "/api/v1/invitations", `{"address":"x@example.org"}`},
		{"DELETE", "/api/v1/invitations/" + made.ID, ""},
		{"PUT", "/api/v1/owner", `{"username":"pat"}`},
	} {
		if e := w.DoJSON(r[0], r[1], pat, r[2]); e.Status != 403 || e.Problem(t).Code != api.NotOwner {
			t.Errorf("%s %s: %d %s", r[0], r[1], e.Status, e.Body)
		}
		if e := w.DoJSON(r[0], r[1], "", r[2]); e.Status != 401 {
			t.Errorf("%s %s without a session: %d", r[0], r[1], e.Status)
		}
	}
	w.Clock.Advance(time.Hour) // the proof has expired (R6)
	for _, r := range [][3]string{{"PUT", "/api/v1/owner", `{"username":"pat"}`}, {"PATCH", "/api/v1/server", `{"sign_up":"open"}`}} {
		if e := w.DoJSON(r[0], r[1], owner, r[2]); e.Status != 403 || e.Problem(t).Code != api.ReauthenticationRequired {
			t.Errorf("%s %s without proof: %d %s", r[0], r[1], e.Status, e.Body)
		}
	}
	w.ProvePassword(w.Client.WithToken(owner))
	if e := w.DoJSON("PUT", "/api/v1/owner", owner, `{"username":"nobody"}`); e.Status != 404 {
		t.Errorf("to nobody: %d %s", e.Status, e.Body)
	}
	if err := w.Client.WithToken(owner).HandOn(t.Context(), "PAT\n"); err != nil {
		t.Fatal(err)
	}
	for token, want := range map[string]bool{owner: false, pat: true} {
		if a := servertest.Must[api.Account](t)(w.Client.WithToken(token).Account(t.Context())); a.Owner != want {
			t.Errorf("%s: owner %v", a.Username, a.Owner)
		}
	}
}

// An absent field is reported as missing. It is not looked up or read as an
// empty one.
func TestOwnerCallsNameMissingFields(t *testing.T) {
	t.Parallel()
	w, owner := owned(t)
	w.ProvePassword(w.Client.WithToken(owner))
	for _, r := range [][3]string{
		{"PATCH", "/api/v1/server", "sign_up"},
		{"POST", "/api/v1/invitations", "address"},
		{"PUT", "/api/v1/owner", "username"},
	} {
		for _, body := range []string{`{}`, `{"` + r[2] + `":null}`, `{"other":"pat"}`} {
			e := w.DoJSON(r[0], r[1], owner, body)
			if e.Status != 400 {
				t.Errorf("%s %s %s: %d %s", r[0], r[1], body, e.Status, e.Body)
				continue
			}
			if p := e.Problem(t); p.Code != api.Malformed || p.Reason != api.ReasonMissing || p.Field != r[2] {
				t.Errorf("%s %s %s: %+v", r[0], r[1], body, p)
			}
		}
	}
}

// R7: the setting says who may sign up. It applies to sign-ups in progress
// too, and a flag overrides it.
func TestWhoMaySignUp(t *testing.T) {
	t.Parallel()
	w, owner := owned(t)
	o := w.Client.WithToken(owner)
	w.ProvePassword(o)
	set := func(mode string) {
		t.Helper()
		if got, err := o.SetSignUp(t.Context(), mode); err != nil || got.SignUp != mode || got.SignUpFixed {
			t.Fatalf("%s: %+v, %v", mode, got, err)
		}
		if about := servertest.Must[api.About](t)(w.Client.About(t.Context())); about.SignUp != mode || !about.Owned {
			t.Errorf("about %+v", about)
		}
	}
	invitation := servertest.Must[api.NewInvitation](t)(o.Invite(t.Context(), "pat@example.org")).Code
	set(api.SignUpOpen)
	w.SignUp(w.Client, "newcomer")
	begun := w.Begin(w.Client, api.SignUp)
	set(api.SignUpClosed)
	if v := w.Answer(w.Client, begun, api.Credentials{Username: "late", Password: servertest.Password}); v.Refusal == nil || v.Refusal.Code != api.SignUpIsClosed {
		t.Errorf("a sign-up that began before it was closed: %+v", v)
	}
	wantRefusedBegin(t, "closed", beginSignUp(w, ""), api.SignUpIsClosed, "")
	wantRefusedBegin(t, "closed, with an invitation", beginSignUp(w, invitation), api.SignUpIsClosed, "")
	if e := w.DoJSON("PATCH", "/api/v1/server", owner, `{"sign_up":"ajar"}`); e.Status != 400 || e.Problem(t).Field != "sign_up" {
		t.Errorf("an unknown mode: %d %s", e.Status, e.Body)
	}

	flagged := w.Restart(servertest.WithoutLab, servertest.WithDoor(signup.Open))
	flagged.SignUp(flagged.Client, "another")
	_, err := flagged.Client.WithToken(owner).SetSignUp(t.Context(), api.SignUpClosed)
	if p := servertest.WantProblem(t, "a flag", err, http.StatusConflict, api.Conflict); p.Reason != "sign_up_fixed" {
		t.Errorf("%+v", p)
	}
	if got := servertest.Must[api.ServerSettings](t)(flagged.Client.WithToken(owner).ServerSettings(t.Context())); got.SignUp != api.SignUpOpen || !got.SignUpFixed {
		t.Errorf("settings %+v", got)
	}
	// A stranger who is the first to sign up on an open server does not become
	// the owner.
	open := newServer(t, servertest.WithDoor(signup.Open))
	if v := signUpWith(open, "", "stranger"); v.Step.(api.SignedIn).Account.Owner {
		t.Error("a stranger owns the server")
	}
	again := open.Restart(servertest.WithoutLab)
	if a := servertest.Must[api.About](t)(again.Client.About(t.Context())); a.Owned {
		t.Error("a stranger owns the server after a restart")
	}
}

// R42: one subscriber can learn of at most ten names an hour whether they are
// taken. A name that becomes an account does not count.
func TestNamesAreCounted(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	for n := range 12 {
		w.SignUp(w.Client, fmt.Sprintf("class%d", n))
	}
	ask := func(name string) *api.Refusal {
		return w.Answer(w.Client, w.Begin(w.Client, api.SignUp), api.Credentials{Username: name, Password: servertest.Password}).Refusal
	}
	for n := range 10 {
		if r := ask("ada"); r == nil || r.Code != api.UsernameTaken {
			t.Fatalf("name %d: %+v", n, r)
		}
	}
	for _, name := range []string{"ada", "nobody_has_this"} {
		r := ask(name)
		if r == nil || r.Code != api.Throttled || r.Reason != "names" || r.RetryAt == nil || !r.RetryAt.Equal(servertest.Start.Add(time.Hour)) {
			t.Errorf("%s: %+v", name, r)
		}
	}
	w.Clock.Advance(time.Hour)
	if r := ask("ada"); r == nil || r.Code != api.UsernameTaken {
		t.Errorf("an hour later: %+v", r)
	}
}

// R7: in a database of an earlier version, the oldest account is the owner's.
func TestOwnerOfAnOlderDatabase(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	w.Clock.Advance(time.Hour)
	w.SignUp(w.Client, "aaron") // its ID or name may come first, but it is not the oldest
	if err := w.Store.Update(t.Context(), func(tx store.Tx) error { return tx.Delete("conf/owner") }); err != nil {
		t.Fatal(err)
	}
	again := w.Restart()
	var owner *account.Account
	if err := again.Store.View(t.Context(), func(tx store.Tx) (err error) {
		owner, err = signup.Owner(tx)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if owner == nil || !owner.Created.Equal(servertest.Start) {
		t.Errorf("the owner is %+v", owner)
	}
}
