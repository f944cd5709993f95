package enroll_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	. "nightlatch/server/ceremony/ceremonytest"
	"nightlatch/server/otp"
	"nightlatch/server/store"
)

// A proof is a kind of right answer that a walker has given in a ceremony.
type proof string

const (
	thePassword  proof = "password"
	theEmailCode proof = "email code"
	theTextCode  proof = "text code"
	theAppCode   proof = "app code"
	theTouch     proof = "touch"
	theBackup    proof = "backup code"
	theConfirm   proof = "confirm"
)

// A run is a running ceremony of a walker, and what was proved in it.
type run struct {
	*Walk
	given  map[proof]bool
	recent time.Time     // when the password was proved, in the ceremony or recently in its session (R3)
	edits  account.Edits // when its user last decided, or saw a change
	phone  string        // recipient of its last text code
	mail   string
	key    *Key
}

// A walker runs several ceremonies of one account at a time, and gives random answers:
// right, wrong, malformed, or unexpected in the state. Its right answers are the model: no
// change may happen without them.
type walker struct {
	t      *testing.T
	w      *World
	rand   *rand.Rand
	ada    *Person
	runs   []*run
	app    string // secret of the enrolled app
	keys   []*Key
	backup []string
	trail  []string
	steps  int
}

func (k *walker) logf(format string, args ...any) {
	k.trail = append(k.trail, fmt.Sprintf(format, args...))
}

func (k *walker) failf(format string, args ...any) {
	k.t.Helper()
	for _, line := range k.trail[max(0, len(k.trail)-40):] {
		k.t.Log(line)
	}
	k.t.Fatalf(format, args...)
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

// begin begins another ceremony.
func (k *walker) begin() {
	kind := pick(k.rand, api.SignIn, api.SignIn, api.Reauthenticate, api.EnrollText, api.EnrollApp, api.EnrollKey,
		api.TurnOff, api.TurnOff, api.ChangeEmail, api.ChangePhone, api.ChangePassword)
	b := api.Begin{Kind: kind}
	who := k.ada
	if kind == api.SignIn {
		who = k.w.Anonymous()
		who.Username, who.Password = "ada", k.ada.Password
	}
	if kind == api.TurnOff {
		b.Method = pick(k.rand, api.Text, api.App, api.SecurityKey)
	}
	caller := who.Caller()
	view, err := k.w.Engine.Begin(k.t.Context(), caller, b)
	var rejection *ceremony.Rejection
	switch {
	case errors.As(err, &rejection):
		return
	case err != nil:
		k.failf("begin %s: %v", kind, err)
	}
	r := &run{Walk: &Walk{Person: who, View: view}, given: map[proof]bool{}}
	r.edits = k.w.Account("ada").Edits
	k.look(r)
	k.runs = append(k.runs, r)
	k.logf("begin %s %s, password at %v", kind, b.Method, r.recent)
}

// look records in r.recent when the password was proved, if that counts now.
func (k *walker) look(r *run) {
	if s := r.Person.Caller().Session; s != nil {
		if _, recent := k.w.Sessions.RecentlyAuthenticated(*s, k.w.Clock.Now()); recent && s.Proved.After(r.recent) {
			r.recent = s.Proved
		}
	}
}

// otherWay changes the number or who finds the account by it, without a ceremony.
func (k *walker) otherWay() {
	number := fmt.Sprintf("+1202555%04d", 100+k.rand.IntN(100))
	find := k.rand.IntN(2) == 0
	k.w.Update(func(tx store.Tx) error {
		a, err := account.ByLogin(tx, "ada")
		if err != nil || a.Phone == "" {
			return err
		}
		if find {
			a.Discoverable = !a.Discoverable
		} else if err := account.SetPhone(tx, a, number); err != nil {
			return err
		}
		return account.Save(tx, a)
	})
	k.logf("changed in another way to %s, %v", number, find)
}

// right returns the right answer to the step, and what it proves.
func (k *walker) right(r *run) (api.Input, proof) {
	k.w.Deliver()
	switch step := r.View.Step.(type) {
	case api.EnterCredentials:
		return api.Credentials{Username: "ADA", Password: k.ada.Password}, thePassword
	case api.EnterPassword:
		return api.Password{Password: k.ada.Password}, thePassword
	case api.ChoosePassword:
		return api.Password{Password: fmt.Sprintf("new words %d", k.steps)}, ""
	case api.Overview, api.ScanQR, api.SaveBackupCode:
		return api.Continue{}, ""
	case api.EnterEmail:
		r.mail = fmt.Sprintf("ada%d@example.org", k.steps)
		return api.Email{Address: r.mail}, ""
	case api.EnterPhone:
		r.phone = fmt.Sprintf("+1202555%04d", 100+k.rand.IntN(100))
		return api.Phone{Number: r.phone}, ""
	case api.EnterCode:
		return k.rightCode(r, step)
	case api.UseSecurityKey:
		return k.touch(r, step)
	case api.NameKey:
		return api.Label{Label: step.Suggested}, ""
	case api.EnterBackupCode:
		if len(k.backup) > 0 {
			return api.Code{Code: k.backup[0]}, theBackup
		}
	case api.Confirm:
		return api.ConfirmInput{}, theConfirm
	}
	return api.Resend{}, ""
}

func (k *walker) rightCode(r *run, step api.EnterCode) (api.Input, proof) {
	switch {
	case step.Channel == api.ByEmail:
		return api.Code{Code: k.w.Mails.LastCode(step.SentTo)}, theEmailCode
	case step.Channel == api.ByApp && r.View.Kind == api.EnrollApp:
		return api.Code{Code: k.w.AppCode(r.phone)}, theAppCode // the secret, see note
	case step.Channel == api.ByApp:
		return api.Code{Code: k.w.AppCode(k.app)}, theAppCode
	case r.View.Kind == api.SignIn:
		return api.Code{Code: k.w.Texts.LastCode(k.w.Account("ada").Phone)}, theTextCode
	}
	return api.Code{Code: k.w.Texts.LastCode(step.SentTo)}, theTextCode
}

func (k *walker) touch(r *run, step api.UseSecurityKey) (api.Input, proof) {
	if step.Create != nil {
		r.key = NewKey(k.t)
		return r.key.Create(step.Create), theTouch
	}
	for _, key := range k.keys {
		if key.Allowed(step.Get) {
			return key.Get(step.Get), theTouch
		}
	}
	return api.Resend{}, ""
}

// wrong returns an answer that proves nothing.
func (k *walker) wrong(r *run) api.Input {
	switch step := r.View.Step.(type) {
	case api.EnterCredentials:
		return api.Credentials{Username: pick(k.rand, "ada", "Ada", "eve"), Password: "a wrong password"}
	case api.EnterPassword:
		return api.Password{Password: "a wrong password"}
	case api.EnterCode, api.EnterBackupCode:
		return api.Code{Code: pick(k.rand, k.wrongCode(), k.wrongCode(), "zzzz-zzzz-zzzz-zzzz", "", "12")}
	case api.UseSecurityKey:
		options := step.Get
		if options == nil {
			return api.KeyResponse{Response: api.RawJSON(`{}`)}
		}
		return NewKey(k.t).Get(options)
	}
	return pick(k.rand, api.Inputs()...)
}

// wrongCode returns six digits that differ from all present codes.
func (k *walker) wrongCode() string {
	for {
		code := fmt.Sprintf("%06d", k.rand.IntN(1_000_000))
		if k.w.Texts.Contains(code) || k.w.Mails.Contains(code) {
			continue
		}
		near := false
		for _, secret := range k.secrets() {
			near = near || otp.Verify(secret, code, k.w.Clock.Now(), 0).Outcome != otp.Wrong
		}
		if !near {
			return code
		}
	}
}

func (k *walker) secrets() []string {
	var out []string
	if k.app != "" {
		out = append(out, k.app)
	}
	for _, r := range k.runs {
		if r.View.Kind == api.EnrollApp && r.phone != "" {
			out = append(out, r.phone)
		}
	}
	return out
}

// step gives one answer in one ceremony.
func (k *walker) step() {
	k.steps++
	switch n := k.rand.IntN(20); {
	case len(k.runs) == 0, n == 0 && len(k.runs) < 6:
		k.begin()
		return
	case n == 1:
		by := pick(k.rand, time.Second, 30*time.Second, 2*time.Minute, 11*time.Minute, time.Hour)
		k.w.Clock.Advance(by)
		k.logf("clock +%s", by)
		return
	case n == 2:
		k.w.Open()
		return
	case n == 3:
		k.otherWay()
		return
	}
	i := k.rand.IntN(len(k.runs))
	r := k.runs[i]
	var in api.Input
	var shows proof
	switch n := k.rand.IntN(10); {
	case n < 6:
		in, shows = k.right(r)
	case n < 8:
		in = k.wrong(r)
	case n == 8:
		in = pick[api.Input](k.rand, api.Resend{}, api.ChooseMethod{Method: pick(k.rand, api.Text, api.App, api.SecurityKey, api.BackupCode)})
	default:
		in = pick(k.rand, api.Inputs()...)
	}
	if in.InputType() == (api.Password{}).InputType() && r.View.State == "choose-password" && shows == "" {
		k.changed(r, i, in)
		return
	}
	k.answer(r, i, in, shows)
}

// changed is answer for a step that may change the password.
func (k *walker) changed(r *run, i int, in api.Input) {
	k.answer(r, i, in, "")
	if r.View.State == "finished" {
		k.ada.Password = in.(api.Password).Password
	}
}

func (k *walker) answer(r *run, i int, in api.Input, shows proof) {
	before, was := k.snapshot(), r.View.State
	k.look(r)
	if in.InputType() == (api.ConfirmInput{}).InputType() {
		shows = theConfirm
	}
	if shows != "" {
		r.given[shows] = true
	}
	if shows == thePassword {
		r.recent = k.w.Clock.Now()
	}
	edits := k.w.Account("ada").Edits
	view, err := r.Try(in)
	if errors.Is(err, ceremony.ErrNotFound) { // expired, or another of its kind was begun
		k.runs = slices.Delete(k.runs, i, i+1)
		if after := k.snapshot(); after != before {
			k.failf("an answer to a ceremony that is gone changed %+v to %+v", before, after)
		}
		return
	}
	if err != nil {
		k.failf("%s in %s ← %#v: %v", r.View.Kind, was, in, err)
	}
	r.View = view
	code := ""
	if view.Refusal != nil {
		code = view.Refusal.Code
	}
	k.logf("%s %s ← %s (%s) → %s %s", view.Kind, was, in.InputType(), shows, view.State, code)
	k.note(r)
	k.judge(r, before, k.snapshot())
	k.judgeNewer(r, was, before, edits, k.w.Account("ada").Edits)
	if _, over := view.Step.(api.Finished); over {
		k.runs = slices.Delete(k.runs, i, i+1)
	}
	if _, over := view.Step.(api.SignedIn); over {
		k.runs = slices.Delete(k.runs, i, i+1)
	}
}

// note stores what a user would write down.
func (k *walker) note(r *run) {
	switch step := r.View.Step.(type) {
	case api.ScanQR:
		r.phone = step.Secret
	case api.SaveBackupCode:
		if !slices.Contains(k.backup, step.Code) {
			k.backup = append(k.backup, step.Code)
		}
	}
}

// A snapshot is the state of an account that ceremonies may change.
type snapshot struct {
	text, app  bool
	keys       int
	phone      string
	email      string
	confirmed  bool
	password   string
	codes      int
	sessions   int
	since      bool
	lastMethod api.Method
}

func (k *walker) snapshot() (s snapshot) {
	k.w.View(func(tx store.Tx) error {
		a, err := account.ByLogin(tx, "ada")
		if err != nil {
			return err
		}
		e, err := account.Enrolled(tx, a)
		if err != nil {
			return err
		}
		list, err := k.w.Sessions.List(tx, a.ID)
		s = snapshot{
			text: e.Text, app: e.App, keys: e.Keys,
			phone: a.Phone, email: a.Email, confirmed: a.EmailConfirmed,
			password: a.Password, codes: len(a.ActiveBackupCodes), sessions: len(list),
			since: !a.TwoFactorSince.IsZero(), lastMethod: a.LastMethod,
		}
		return err
	})
	return s
}

// judge fails the test if a change was not proved in this ceremony.
func (k *walker) judge(r *run, before, after snapshot) {
	k.t.Helper()
	need := func(what string, proofs ...proof) {
		k.t.Helper()
		for _, p := range proofs {
			if !r.given[p] {
				k.failf("%s changed by %s without the %s", what, r.View.Kind, p)
			}
		}
		if age := k.w.Clock.Now().Sub(r.recent); age >= k.w.Policy.CeremonyProof {
			k.failf("%s changed by %s %s after the password", what, r.View.Kind, age)
		}
	}
	if _, over := r.View.Step.(api.SignedIn); over {
		k.judgeSignIn(r, before)
	} else if after.sessions > before.sessions {
		k.failf("a session was created by %s", r.View.Kind)
	}
	switch {
	case after.text && !before.text:
		need("text", theTextCode)
	case after.app && !before.app:
		need("the app", theAppCode)
	case after.keys > before.keys:
		need("a key", theTouch)
		k.keys = append(k.keys, r.key)
	case before.text && !after.text, before.app && !after.app, before.keys > after.keys:
		need("turning off", theConfirm)
	}
	if after.phone != before.phone {
		need("another number", theTextCode)
	}
	if after.email != before.email {
		need("another address", theEmailCode)
	}
	if after.password != before.password {
		need("the password", thePassword)
	}
	if (after.text || after.app || after.keys > 0) && !after.confirmed {
		k.failf("a method is on without a confirmed address")
	}
	if on := after.text || after.app || after.keys > 0; on != after.since || !on && after.codes > 0 {
		k.failf("half-enrolled: %+v", after)
	}
	if firstApp := (after.text || after.app) && !before.text && !before.app; firstApp && after.codes == 0 {
		k.failf("no backup code with the first method")
	}
	if r.View.Kind == api.EnrollApp && (r.View.State == "finished" || r.View.State == "save-backup-code") {
		k.app = r.phone
	}
	if !after.app {
		k.app = ""
	}
}

// judgeNewer fails the test if a ceremony replaced what was changed in another way since
// it began (R16). edits is from before the answer.
func (k *walker) judgeNewer(r *run, was api.State, before snapshot, edits, after account.Edits) {
	k.t.Helper()
	if after.Phone != edits.Phone && edits.Phone != r.edits.Phone {
		k.failf("%s replaced a newer number", r.View.Kind)
	}
	if after.Email != edits.Email && edits.Email != r.edits.Email && r.View.Kind == api.ChangeEmail {
		k.failf("%s replaced a newer address", r.View.Kind)
	}
	if after.Discoverable != edits.Discoverable && before.phone != "" { // no walker says whether to be found
		k.failf("%s changed whether the account is found", r.View.Kind)
	}
	_, asks := r.View.Step.(api.EnterCode)
	if refusal := r.View.Refusal; refusal != nil && refusal.Code == api.Conflict || asks && refusal == nil && r.View.State != was {
		r.edits = after // its user has seen the change, or has just decided
	}
}

func (k *walker) judgeSignIn(r *run, before snapshot) {
	k.t.Helper()
	if !r.given[thePassword] {
		k.failf("signed in without the password")
	}
	second := before.text && r.given[theTextCode] || before.app && r.given[theAppCode] ||
		before.keys > 0 && r.given[theTouch] || before.codes > 0 && r.given[theBackup]
	if (before.text || before.app || before.keys > 0) && !second {
		k.failf("signed in without a second step")
	}
	if r.given[theBackup] && len(k.backup) > 0 && r.View.Path[1] == "enter-backup-code" {
		k.backup = k.backup[1:]
	}
}

// Random answers in all ceremonies never turn a method on or off, change a contact or a
// password, or sign in without all required proofs. They leave nothing half enrolled.
func TestRandomWalks(t *testing.T) {
	t.Parallel()
	const walks, steps = 16, 160
	enabled, signedIn := 0, 0
	for seed := range uint64(walks) {
		w := New(t, Setup{})
		k := &walker{t: t, w: w, rand: rand.New(rand.NewPCG(seed, 7)), ada: w.SignUp("ada")}
		k.logf("walk %d", seed)
		for range steps {
			k.step()
		}
		for _, e := range w.Audit("ada") {
			switch e.Type {
			case api.EventTextEnabled, api.EventAppEnabled, api.EventKeyAdded:
				enabled++
			case api.EventSignedIn:
				signedIn++
			}
		}
	}
	if enabled < walks || signedIn < 2*walks {
		t.Errorf("the walkers achieved too little: %d methods, %d sign-ins", enabled, signedIn)
	}
	t.Logf("%d methods turned on, %d sign-ins", enabled, signedIn)
}
