// Package ceremonytest is the environment of ceremony tests: a real bbolt store that runs
// every closure twice, real hashes with small parameters, a clock that tests set, boxes
// that collect texts and mails, a software security key, and persons who answer
// ceremonies step by step.
package ceremonytest

import (
	"log/slog"
	"testing"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/audit"
	"nightlatch/server/ceremony"
	"nightlatch/server/ceremony/proof"
	"nightlatch/server/delivery"
	"nightlatch/server/enroll"
	"nightlatch/server/notice"
	"nightlatch/server/phoneapp"
	"nightlatch/server/session"
	"nightlatch/server/signin"
	"nightlatch/server/signup"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
	"nightlatch/server/store/storetest"
	"nightlatch/server/webauthn"
)

// The relying party of the tests.
const (
	RPID   = "localhost"
	Origin = "http://localhost"
)

// Start is the initial time of the clock.
var Start = time.Date(2026, time.November, 2, 9, 41, 0, 0, time.UTC)

// A Setup has the options of a World.
type Setup struct {
	Policy         account.Policy // zero: classic
	NoMail, NoText bool
	KeepMail       bool           // mail that can't be sent is kept
	Hash           account.Params // zero: small ones
	// Store replaces the default store, a bbolt store that runs every closure twice.
	Store func(now func() time.Time) store.Store
}

// A World is a server without HTTP.
type World struct {
	T        testing.TB
	Clock    *Clock
	Store    store.Store
	Sealer   *seal.Sealer
	Policy   account.Policy
	Hasher   *account.Hasher
	Sessions *session.Store
	Checker  *proof.Checker
	Engine   *ceremony.Engine
	Texts    *Box
	Mails    *Box
	Senders  *delivery.Senders
	Lab      bool // accept virtual keys of the lab; read by Open
	outbox   *delivery.Outbox
	counting *counting
}

// New returns a world that is closed when the test ends.
func New(t testing.TB, setup Setup) *World {
	t.Helper()
	if setup.Policy.Name == "" {
		setup.Policy = account.Classic()
	}
	if setup.Hash == (account.Params{}) {
		setup.Hash = account.Params{Memory: 64, Time: 1, Threads: 1}
	}
	w := &World{
		T:      t,
		Clock:  &Clock{now: Start},
		Sealer: seal.New([32]byte{1}),
		Policy: setup.Policy,
		Texts:  &Box{},
		Mails:  &Box{},
	}
	w.Senders = delivery.NewSenders(nil, nil, setup.KeepMail)
	w.Connect(!setup.NoMail, !setup.NoText)
	if setup.Store == nil {
		setup.Store = func(now func() time.Time) store.Store { return storetest.New(t, now) }
	}
	w.counting = &counting{Store: setup.Store(w.Clock.Now)}
	w.Store = w.counting
	w.Hasher = must(account.NewHasher(account.HasherConfig{Parallel: 2, Queue: 1000, Params: setup.Hash}))(t)
	w.Sessions = must(session.New(session.Config{
		Sealer:              w.Sealer,
		Lifetime:            w.Policy.SessionLife,
		Idle:                w.Policy.SessionIdle,
		ReauthenticateAfter: w.Policy.ReauthenticateAfter,
	}))(t)
	w.Checker = must(proof.New(proof.Config{
		Store:        w.Store,
		Sealer:       w.Sealer,
		Hasher:       w.Hasher,
		Sessions:     w.Sessions,
		Policy:       w.Policy,
		Capabilities: w.Senders.Capabilities,
	}))(t)
	w.outbox = must(delivery.NewOutbox(delivery.Config{
		Store:     w.Store,
		Sealer:    w.Sealer,
		SMSSender: w.Senders,
		Mailer:    w.Senders,
		RPID:      RPID,
		Now:       w.Clock.Now,
		Log:       slog.New(slog.DiscardHandler),
	}))(t)
	w.Open()
	return w
}

// Connect sets whether there are a mail server and an SMS gateway from now on.
func (w *World) Connect(mail, text bool) {
	var m delivery.Mailer
	var t delivery.SMSSender
	if mail {
		m = mailer{w.Mails}
	}
	if text {
		t = texter{w.Texts}
	}
	w.Senders.Set(m, t)
}

// Open creates the engine with its definitions, as the server does when it starts. Only the
// store is kept.
func (w *World) Open() {
	w.T.Helper()
	rp := must(webauthn.New(webauthn.Config{
		RPID:             RPID,
		RPName:           "Nightlatch",
		Origins:          func() []string { return []string{Origin} },
		UserVerification: w.Policy.UserVerification,
		Lab:              w.Lab,
	}))(w.T)
	door := must(signup.New(signup.Config{Sealer: w.Sealer, Flag: signup.Open}))(w.T)
	announcer := &notice.Announcer{Sealer: w.Sealer, Capabilities: w.Senders.Capabilities}
	phones := must(phoneapp.New(phoneapp.Config{Sealer: w.Sealer, Sessions: w.Sessions, Policy: w.Policy}))(w.T)
	defs := must(signin.Definitions(signin.Config{Proof: w.Checker, RP: rp, Door: door, Announcer: announcer, Phones: phones}))(w.T)
	enrolling := must(enroll.Definitions(enroll.Config{Proof: w.Checker, RP: rp, Issuer: "Nightlatch", Phones: phones}))(w.T)
	w.Engine = must(ceremony.New(ceremony.Config{
		Store:    w.Store,
		Sealer:   w.Sealer,
		Sessions: w.Sessions,
	}, append(defs, enrolling...)...))(w.T)
}

// must fails the test on an error.
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// View reads the store. An error fails the test.
func (w *World) View(fn func(store.Tx) error) {
	w.T.Helper()
	if err := w.Store.View(w.T.Context(), fn); err != nil {
		w.T.Fatal(err)
	}
}

// Update changes the store. An error fails the test.
func (w *World) Update(fn func(store.Tx) error) {
	w.T.Helper()
	if err := w.Store.Update(w.T.Context(), fn); err != nil {
		w.T.Fatal(err)
	}
}

// Account returns the account with a user name.
func (w *World) Account(username string) (a *account.Account) {
	w.T.Helper()
	w.View(func(tx store.Tx) (err error) {
		a, err = account.ByLogin(tx, username)
		return err
	})
	return a
}

// Enrolled returns which methods of an account are on.
func (w *World) Enrolled(username string) (e account.Enrolment) {
	w.T.Helper()
	a := w.Account(username)
	w.View(func(tx store.Tx) (err error) {
		e, err = account.Enrolled(tx, a)
		return err
	})
	return e
}

// Deliver delivers the messages in the outbox.
func (w *World) Deliver() {
	w.T.Helper()
	if err := w.outbox.Drain(w.T.Context()); err != nil {
		w.T.Fatal(err)
	}
}

// Audit returns an account's events, newest first.
func (w *World) Audit(username string) (events []audit.Record) {
	w.T.Helper()
	a := w.Account(username)
	w.View(func(tx store.Tx) (err error) {
		events, err = audit.List(tx, a.ID, 0, 1000)
		return err
	})
	return events
}

// CountSessions counts an account's live sessions.
func (w *World) CountSessions(username string) (n int) {
	w.T.Helper()
	a := w.Account(username)
	w.View(func(tx store.Tx) error {
		list, err := w.Sessions.List(tx, a.ID)
		n = len(list)
		return err
	})
	return n
}
