package ui

import (
	"bytes"
	"context"
	"slices"
	"time"

	"nightlatch/fido"
	"nightlatch/server/api"
)

// A resetStage is how far making a key as new has come.
type resetStage int

// The stages, in their order.
const (
	resetRead   resetStage = iota // what is lost
	resetOut                      // take the key out
	resetIn                       // put it back in
	resetTouch                    // touch it
	resetDone                     // it is as new
	resetFailed                   // it is as it was
)

// resetWindow is for how long after it was plugged in a key allows to be reset
// (CTAP 2.1, section 6.6).
const resetWindow = 10 * time.Second

// A keyReset leads through making a key as new. A key allows that only just after
// it was plugged in: it is taken out, put back in, and touched. What is plugged in
// is watched, so that each stage follows by itself.
type keyReset struct {
	c     *Console
	scope *Scope
	view  resetView
	there []fido.Device // were there when the key was taken out
	use   *Scope        // while the key is being reset
	entry api.Key       // the account's key that it is; no ID where it is none
}

// A resetView is what the page is drawn from.
type resetView struct {
	stage    resetStage
	device   fido.Device
	portrait fido.Info
	label    string // of the account's key that it is; "" for none
	agreed   bool   // the box was ticked
	until    time.Time
	touching bool // the key blinks
	other    bool // another key was put in
	err      error
}

func newKeyReset(c *Console, d fido.Device, p fido.Info, entry api.Key) *keyReset {
	return &keyReset{c: c, entry: entry, view: resetView{device: d, portrait: p, label: entry.Label}}
}

func (r *keyReset) place() string { return placeKeys }

func (r *keyReset) enter(s *Scope) {
	r.scope = s
	r.c.watchKeys(s, r.are)
}

func (r *keyReset) hear(string) {}

func (r *keyReset) changed() {
	if r.c.front == screen(r) {
		r.c.redraw()
	}
}

// step shows another stage, with the keyboard where it wants it.
func (r *keyReset) step(to resetStage) {
	r.view.stage = to
	r.c.refocus()
	r.changed()
}

// begin goes from reading to doing.
func (r *keyReset) begin() {
	if !r.view.agreed && r.view.stage == resetRead {
		return
	}
	r.view.err, r.view.other = nil, false
	r.there = nil
	r.step(resetOut)
	r.are(r.c.presence)
}

// are goes on when the key was taken out, and when it is back.
func (r *keyReset) are(p presence) {
	open, _ := p.usable()
	switch r.view.stage {
	case resetOut:
		if !slices.Contains(open, r.view.device) {
			r.there = open
			r.step(resetIn)
		}
	case resetIn:
		r.there = slices.DeleteFunc(r.there, func(d fido.Device) bool { return !slices.Contains(open, d) })
		i := slices.IndexFunc(open, func(d fido.Device) bool { return !slices.Contains(r.there, d) })
		if i >= 0 {
			r.reset(open[i])
		}
	}
}

// reset resets the key that was put in, if it is of the same kind as the one that
// was taken out: nobody wants to lose another one.
func (r *keyReset) reset(d fido.Device) {
	c := r.c
	r.view.until, r.view.touching, r.view.other = c.now().Add(resetWindow), false, false
	r.step(resetTouch)
	r.use = r.scope.Child()
	use := r.use
	c.withKeys(use, func(ctx context.Context, tell func(func())) {
		p, err := c.cfg.Keys.Info(ctx, d)
		if err == nil && !(bytes.Equal(p.AAGUID, r.view.portrait.AAGUID) && d.Product == r.view.device.Product) {
			tell(func() {
				r.there = append(r.there, d)
				r.view.other = true
				r.step(resetIn)
			})
			return
		}
		if err == nil {
			err = c.cfg.Keys.Reset(ctx, d, prompts{show: func(prompt fido.Prompt) {
				tell(func() {
					if touch := prompt.Kind == fido.Touch || prompt.Kind == fido.Tap; touch && !r.view.touching {
						r.view.touching = true
						r.changed()
					}
				})
			}})
		}
		tell(func() {
			use.Leave()
			r.view.device = d
			if r.view.err = err; err != nil {
				r.step(resetFailed)
				return
			}
			r.step(resetDone)
		})
	})
}

// stop leaves the key as it is.
func (r *keyReset) stop() { r.c.visit(placeKeys) }

func (r *keyReset) draw() drawn {
	return r.c.drawKeyReset(r.view, resetInputs{
		agree: func(on bool) { r.view.agreed = on; r.changed() },
		begin: r.begin, stop: r.stop,
		done:   func() { r.c.visit(placeKeys) },
		remove: func() { r.c.removeKey(r.entry, func() { r.c.visit(placeKeys) }) },
	})
}
