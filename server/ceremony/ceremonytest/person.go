package ceremonytest

import (
	"errors"

	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/session"
	"nightlatch/server/store"
)

// Password is the password of new accounts.
const Password = "correct horse battery"

// A Person is a user of a client, with or without a session.
type Person struct {
	World    *World
	Username string
	Password string
	Token    string // of the session, "" without one
	Client   string
	Device   string // the token that it shows, "" for none (R43)
}

// Anonymous returns a person without a session.
func (w *World) Anonymous() *Person {
	return &Person{World: w, Client: "Test", Password: Password}
}

// SignUp creates an account and returns its owner, signed in.
func (w *World) SignUp(username string) *Person {
	w.T.Helper()
	p := w.Anonymous()
	p.Username = username
	walk := p.Begin(api.SignUp)
	walk.Answer(api.Credentials{Username: username, Password: p.Password})
	p.Token = walk.SignedIn().SessionToken
	return p
}

// Caller returns the person as caller of the engine.
func (p *Person) Caller() ceremony.Caller {
	p.World.T.Helper()
	caller := ceremony.Caller{Client: p.Client, RemoteAddr: "127.0.0.1", Device: p.Device}
	if p.Token == "" {
		return caller
	}
	p.World.View(func(tx store.Tx) error {
		s, err := p.World.Sessions.Find(tx, p.Token)
		if errors.Is(err, session.ErrUnknown) {
			return nil
		}
		caller.Session, caller.Account = &s, s.Account
		return err
	})
	return caller
}

// A Walk is a running ceremony of a person. View is the newest one.
type Walk struct {
	Person *Person
	View   api.View
}

// Begin begins a ceremony.
func (p *Person) Begin(kind api.Kind) *Walk {
	p.World.T.Helper()
	return p.begin(api.Begin{Kind: kind})
}

// TurnOff begins to turn a method off.
func (p *Person) TurnOff(m api.Method) *Walk {
	p.World.T.Helper()
	return p.begin(api.Begin{Kind: api.TurnOff, Method: m})
}

func (p *Person) begin(b api.Begin) *Walk {
	p.World.T.Helper()
	view, err := p.World.Engine.Begin(p.World.T.Context(), p.Caller(), b)
	if err != nil {
		p.World.T.Fatalf("begin %s: %v", b.Kind, err)
	}
	return (&Walk{Person: p, View: view}).check()
}

// Try answers the step and returns what the engine returns.
func (w *Walk) Try(in api.Input) (api.View, error) {
	w.Person.World.T.Helper()
	return w.Person.World.Engine.Answer(w.Person.World.T.Context(), w.Person.Caller(), w.View.ID, api.Answer{Rev: w.View.Rev, Input: in})
}

// Answer answers the step. An error fails the test.
func (w *Walk) Answer(in api.Input) *Walk {
	w.Person.World.T.Helper()
	view, err := w.Try(in)
	if err != nil {
		w.Person.World.T.Fatalf("%s in %s: answer %s: %v", w.View.Kind, w.View.State, in.InputType(), err)
	}
	w.View = view
	return w.check()
}

// Look gets the current view again.
func (w *Walk) Look() *Walk {
	w.Person.World.T.Helper()
	view, err := w.Person.World.Engine.Get(w.Person.World.T.Context(), w.Person.Caller(), w.View.ID)
	if err != nil {
		w.Person.World.T.Fatalf("%s in %s: look: %v", w.View.Kind, w.View.State, err)
	}
	w.View = view
	return w.check()
}

// check verifies what must be true of every view.
func (w *Walk) check() *Walk {
	t, v := w.Person.World.T, w.View
	t.Helper()
	if v.Step == nil || v.At >= len(v.Path) || v.Path[v.At] != v.Step.StepType() {
		t.Fatalf("%s in %s shows %T at %d of %v", v.Kind, v.State, v.Step, v.At, v.Path)
	}
	if r := v.Refusal; r != nil && (r.Title == "" || r.Detail == "") {
		t.Fatalf("%s in %s has a refusal without texts: %+v", v.Kind, v.State, r)
	}
	return w
}

// In fails the test unless the ceremony is in a state and nothing was refused.
func (w *Walk) In(state api.State) *Walk {
	w.Person.World.T.Helper()
	if w.View.State != state || w.View.Refusal != nil {
		w.Person.World.T.Fatalf("%s is in %s, refusal %+v; want %s", w.View.Kind, w.View.State, w.View.Refusal, state)
	}
	return w
}

// Refused fails the test unless the last answer was refused with a code.
func (w *Walk) Refused(code string) *api.Refusal {
	w.Person.World.T.Helper()
	if w.View.Refusal == nil || w.View.Refusal.Code != code {
		w.Person.World.T.Fatalf("%s in %s: refusal %+v; want %s", w.View.Kind, w.View.State, w.View.Refusal, code)
	}
	return w.View.Refusal
}

// Noticed fails the test unless the view has a notice with a code, and nothing was
// refused.
func (w *Walk) Noticed(code string) *api.Notice {
	w.Person.World.T.Helper()
	if w.View.Refusal != nil || w.View.Notice == nil || w.View.Notice.Code != code {
		w.Person.World.T.Fatalf("%s in %s: refusal %+v, notice %+v; want the notice %s", w.View.Kind, w.View.State, w.View.Refusal, w.View.Notice, code)
	}
	return w.View.Notice
}

// SignedIn returns the last step of a sign-in or sign-up.
func (w *Walk) SignedIn() api.SignedIn {
	w.Person.World.T.Helper()
	end, ok := w.View.Step.(api.SignedIn)
	if !ok || w.View.Refusal != nil {
		w.Person.World.T.Fatalf("%s is in %s, refusal %+v; want signed-in", w.View.Kind, w.View.State, w.View.Refusal)
	}
	return end
}

// Gone fails the test if the ceremony still exists.
func (w *Walk) Gone() {
	w.Person.World.T.Helper()
	_, err := w.Person.World.Engine.Get(w.Person.World.T.Context(), w.Person.Caller(), w.View.ID)
	if !errors.Is(err, ceremony.ErrNotFound) {
		w.Person.World.T.Fatalf("%s still exists: %v", w.View.Kind, err)
	}
}

// SignIn begins a sign-in on the person's device and answers with name and password.
func (p *Person) SignIn() *Walk {
	p.World.T.Helper()
	someone := p.World.Anonymous()
	someone.Device = p.Device
	walk := someone.Begin(api.SignIn)
	return walk.Answer(api.Credentials{Username: p.Username, Password: p.Password})
}

// Rejected begins a ceremony that must be rejected, and returns the code of the refusal.
func (p *Person) Rejected(b api.Begin) string {
	p.World.T.Helper()
	_, err := p.World.Engine.Begin(p.World.T.Context(), p.Caller(), b)
	var rejection *ceremony.Rejection
	if !errors.As(err, &rejection) {
		p.World.T.Fatalf("begin %+v: %v", b, err)
	}
	return rejection.Refusal.Code
}

// SignInWith signs in with a code by text.
func (p *Person) SignInWith(m api.Method) api.SignedIn {
	p.World.T.Helper()
	walk := p.SignIn()
	if step, ok := walk.View.Step.(api.EnterCode); !ok || step.Channel != api.Channel(m) {
		walk.Answer(api.ChooseMethod{Method: m})
	}
	p.World.Deliver()
	return walk.Answer(api.Code{Code: p.World.Texts.LastCode(p.World.Account(p.Username).Phone)}).SignedIn()
}
