package ui

import (
	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/wizard"
)

// A signIn is the door: sign-in from the password to the second step.
type signIn struct{ *ceremony }

func newSignIn(c *Console) *signIn {
	d := &signIn{newCeremony(c, api.Begin{Kind: api.SignIn})}
	d.server = c.cfg.Client
	d.state.Account = api.Account{}
	d.state.View.Kind = api.SignIn
	c.atDoor(d.ceremony, d)
	return d
}

// atDoor wires a ceremony that makes a session.
func (c *Console) atDoor(r *ceremony, s screen) {
	r.changed = func() {
		if c.front == s {
			c.redraw()
		}
	}
	r.stepped = c.refocus
	r.done = func(v api.View) {
		in, ok := v.Step.(api.SignedIn)
		if !ok {
			return
		}
		if wizard.FewCodes(in.Account) && v.Kind == api.SignIn && !r.few { // R78: said at sign-in
			r.few = true
			r.state.View = v
			r.open = func(place string) { c.welcome(in, func() { c.visit(place) }) }
			r.step()
			return
		}
		c.welcome(in, nil)
	}
}

func (d *signIn) place() string  { return "" }
func (d *signIn) enter(s *Scope) { d.start(s) }

func (d *signIn) hear(topic string) {
	d.heard(topic)
}

func (d *signIn) draw() drawn {
	c := d.c
	if d.state.View.Step == nil {
		return c.waiting("", d.state.Fault, func() {
			d.state.Fault = nil
			d.start(d.scope)
			d.changed()
		})
	}
	if c.trouble != nil && d.state.Fault == nil && d.state.View.Refusal == nil {
		d.state.Fault = c.trouble
	}
	h := d.host()
	h.SignUp = func() { c.show(newSignUp(c)) }
	f := wizard.CentredCard(d.state, h, c.doorFoot())
	return drawn{content: f.Content, first: f.First, keys: f.Bindings, heading: f.Heading, ready: true}
}

// A signUp is the door for a further account, where there are some already.
type signUp struct{ *ceremony }

func newSignUp(c *Console) *signUp {
	d := &signUp{newCeremony(c, api.Begin{Kind: api.SignUp})}
	d.server = c.cfg.Client
	d.state.Account, d.state.View.Kind, d.state.HasAccounts = api.Account{}, api.SignUp, true
	c.atDoor(d.ceremony, d)
	d.left = func() { c.show(newSignIn(c)) }
	return d
}

func (d *signUp) place() string  { return "" }
func (d *signUp) enter(s *Scope) { d.start(s) }
func (d *signUp) hear(string)    {}

func (d *signUp) draw() drawn {
	if d.state.View.Step == nil {
		return d.c.waiting("", d.state.Fault, func() {
			d.state.Fault = nil
			d.start(d.scope)
			d.changed()
		})
	}
	h := d.host()
	h.Back = d.cancel
	f := wizard.CentredCard(d.state, h, d.c.doorFoot())
	return drawn{content: f.Content, first: f.First, keys: f.Bindings, heading: f.Heading, ready: true}
}

// doorFoot is the line under a door's card.
func (c *Console) doorFoot() fyne.CanvasObject {
	line := []fyne.CanvasObject{kit.NewIcon("lock", 14, kit.Ink3), kit.NewText(c.words.T("ui.door.stays"), kit.Caption, kit.Ink3)}
	if c.lab != nil && !c.dock.Visible() {
		line = append(line, kit.NewLink(c.words.T("ui.door.lab"), c.toggleLab))
	}
	return kit.H(kit.S8, line...)
}

// A firstStart is what a person sees who has no account here yet: what this is,
// a form to create one, and the way to the lab.
type firstStart struct{ *ceremony }

func newFirstStart(c *Console) *firstStart {
	d := &firstStart{newCeremony(c, api.Begin{Kind: api.SignUp})}
	d.server = c.cfg.Client
	d.state.View.Kind = api.SignUp
	c.atDoor(d.ceremony, d)
	return d
}

func (d *firstStart) place() string  { return "" }
func (d *firstStart) enter(s *Scope) { d.start(s) }
func (d *firstStart) hear(string)    {}

func (d *firstStart) draw() drawn {
	if d.state.View.Step == nil {
		return d.c.waiting("", d.state.Fault, func() {
			d.state.Fault = nil
			d.start(d.scope)
			d.changed()
		})
	}
	form, next, f := wizard.Form(d.state, d.host())
	var lab func()
	if !d.c.cfg.Lab {
		lab = d.c.cfg.OpenLab
	}
	return drawn{content: drawFirstStart(d.c, form, next, lab), first: f.First, keys: f.Bindings, heading: f.Heading, ready: true}
}

// brandWidth is how wide the side with the mark is; below narrowDoor it goes.
const brandWidth float32 = 440

func drawFirstStart(c *Console, form fyne.CanvasObject, next *kit.Button, openLab func()) fyne.CanvasObject {
	w := c.words
	fact := func(icon, key string) fyne.CanvasObject {
		return kit.HTop(kit.S16, kit.NewIcon(icon, 22, kit.Accent), kit.Grow(kit.V(2,
			kit.NewText(w.T("ui.first."+key), kit.Strong, kit.Ink).Wrapped(), kit.Para(w.T("ui.first."+key+"-why"), kit.Ink2))))
	}
	brand := kit.V(0,
		kit.H(0, kit.Mark(56), kit.Gap()),
		kit.Space(1, kit.S32),
		kit.NewText(w.T("ui.first.title"), kit.Display, kit.Ink).Wrapped(),
		kit.Space(1, kit.S32),
		kit.V(kit.S20, fact("two-factor", "second"), fact("backup-codes", "paper"), fact("lock", "here")),
		kit.Gap(),
		kit.NewText(w.T("ui.first.version", c.cfg.Version), kit.Caption, kit.Ink3),
	)
	parts := []fyne.CanvasObject{form, kit.ActionsRow(nil, next)}
	if openLab != nil {
		row := kit.NewTapRow(kit.Row(kit.Tile("lab", true), w.T("ui.first.look"), w.T("ui.first.look-why"),
			kit.NewText(w.T("ui.first.open-lab"), kit.Strong, kit.Accent), kit.Chevron()), openLab)
		row.Name = w.T("ui.first.open-lab")
		parts = append(parts, kit.Space(1, kit.S12), kit.Rule(0), kit.Space(1, kit.S12), kit.Card(row))
	}
	left := kit.Sized(brandWidth, 0, kit.Z(kit.NewBox(kit.Rail, "", 0), kit.Scroll(kit.Inset(kit.S48, kit.S48, kit.S48, kit.S32, brand))))
	right := kit.Scroll(kit.Narrow(560, kit.Inset(kit.S40, 72, kit.S40, kit.S32, kit.V(kit.S20, parts...))))
	return newSplit(left, right)
}
