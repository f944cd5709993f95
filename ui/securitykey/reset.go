package securitykey

import (
	"bytes"
	"context"
	"slices"
	"time"

	"nightlatch/fido"
	"nightlatch/server/api"
	"nightlatch/ui/shell"
)

// A resetStage is a stage of the reset of a key.
type resetStage int

// The stages, in their order.
const (
	resetRead  resetStage = iota // read what is lost
	resetOut                     // unplug the key
	resetIn                      // plug it in again
	resetTouch                   // touch it
	resetDone
	resetFailed // the key is unchanged
)

// resetWindow is how long after power-up a key accepts a reset (CTAP 2.1, section
// 6.6).
const resetWindow = 10 * time.Second

// A resetPage leads through the reset of a key. A key accepts a reset only just
// after it was plugged in, so the person unplugs it, plugs it in and touches it.
// The page watches the keys and moves from stage to stage.
type resetPage struct {
	c     *shell.Console
	keys  *Access
	scope *shell.Scope
	there []fido.Device // the other keys that were plugged in when the key was unplugged
	use   *shell.Scope  // while the key is being reset
	entry api.Key       // the matching key of the account; zero for none

	stage    resetStage
	device   fido.Device
	info     fido.Info
	agreed   bool // the box was ticked
	until    time.Time
	touching bool // the key waits for a touch
	other    bool // another key was plugged in
	err      error
}

func newReset(c *shell.Console, keys *Access, d fido.Device, info fido.Info, entry api.Key) *resetPage {
	return &resetPage{c: c, keys: keys, device: d, info: info, entry: entry}
}

func (r *resetPage) Page() shell.PageID { return shell.SecurityKeys }

func (r *resetPage) Enter(s *shell.Scope) {
	r.scope = s
	r.keys.Watch(s, r.devicesChanged)
}

func (r *resetPage) OnTopic(string) {}

func (r *resetPage) changed() { r.c.RedrawIf(r) }

// step shows another stage and focuses its first widget.
func (r *resetPage) step(to resetStage) {
	r.stage = to
	r.c.Refocus()
	r.changed()
}

// begin starts, and starts again after a failure.
func (r *resetPage) begin() {
	if !r.agreed && r.stage == resetRead {
		return
	}
	r.err, r.other = nil, false
	r.there = nil
	r.step(resetOut)
	r.devicesChanged(r.keys.Presence())
}

// devicesChanged continues when the key was unplugged, and when it was plugged in.
func (r *resetPage) devicesChanged(p Presence) {
	open, _ := p.Usable()
	switch r.stage {
	case resetOut:
		if !slices.Contains(open, r.device) {
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

// reset resets the key that was plugged in, if it is of the same model as the one
// that was unplugged. Another key must not be erased by mistake.
func (r *resetPage) reset(d fido.Device) {
	c := r.c
	r.until, r.touching, r.other = c.Now().Add(resetWindow), false, false
	r.step(resetTouch)
	r.use = r.scope.Child()
	use := r.use
	r.keys.Use(use, func(ctx context.Context, tell func(func())) {
		p, err := r.keys.Info(ctx, d)
		if err == nil && !(bytes.Equal(p.AAGUID, r.info.AAGUID) && d.Product == r.device.Product) {
			tell(func() {
				r.there = append(r.there, d)
				r.other = true
				r.step(resetIn)
			})
			return
		}
		if err == nil {
			err = r.keys.Reset(ctx, d, Prompts{OnShow: func(prompt fido.Prompt) {
				tell(func() {
					if touch := prompt.Kind == fido.Touch || prompt.Kind == fido.Tap; touch && !r.touching {
						r.touching = true
						r.changed()
					}
				})
			}})
		}
		tell(func() {
			use.Leave()
			r.device = d
			if r.err = err; err != nil {
				r.step(resetFailed)
				return
			}
			r.step(resetDone)
		})
	})
}

// stop returns to the list.
func (r *resetPage) stop() { r.c.Visit(shell.SecurityKeys) }

func (r *resetPage) agree(on bool) { r.agreed = on; r.changed() }

func (r *resetPage) removeEntry() { removeKey(r.c, r.entry, r.stop) }
