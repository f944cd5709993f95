package shell

import (
	"context"
	"time"

	"nightlatch/server/client"
)

// UndoTime is how long something can be undone.
const UndoTime = 10 * time.Second

// proofMargin is the time that work may take until the server checks the proof.
const proofMargin = 10 * time.Second

// lateTime limits the wait for delayed work before the window closes.
const lateTime = 5 * time.Second

// OfferUndo says that something was done, with a button that undoes it.
func (c *Console) OfferUndo(says string, undo func()) {
	c.Toast.Offer(says, c.Catalog.T("ui.undo"), UndoTime, undo, nil)
}

// Delayed is work that the server can't undo. It begins after UndoTime, or earlier when the
// page is left, another message comes, or the window closes. Until then the person can
// press Undo.
type Delayed struct {
	Says   string // the message
	Waits  func() // called when the time begins
	Undone func() // called when the person pressed Undo
	Work   func(ctx context.Context, server *client.Client) (done func(), err error)
}

// PerformLater is Perform for delayed work. It asks for the password first if the proof
// would end before the work does (R6).
func (c *Console) PerformLater(d Delayed) {
	begin := func() {
		d.Waits()
		c.Toast.Offer(d.Says, c.Catalog.T("ui.undo"), UndoTime, d.Undone, func() { c.performNow(d.Work) })
	}
	if proved := c.account.PasswordProved; proved != nil && proved.Sub(c.Now()) > UndoTime+proofMargin {
		begin()
		return
	}
	c.parts.Ceremonies.AskPassword(c.scope, func() { c.Reload(begin) }, func() {})
}

// performNow does delayed work. Leaving the page does not end it.
func (c *Console) performNow(work func(ctx context.Context, server *client.Client) (done func(), err error)) {
	if c.session == nil {
		return
	}
	action := c.session.Child()
	c.delayed = action
	c.act(action, work, c.Warn, func() {})
}

// settleDelayed begins delayed work now, and calls then when it is done, or after lateTime.
func (c *Console) settleDelayed(then func()) {
	c.Toast.Hush()
	late := time.Now().Add(lateTime)
	if !c.delaying() {
		then()
		return
	}
	c.Toast.Wait(c.Catalog.T("ui.working"))
	wait := c.root.Child()
	wait.Every(50*time.Millisecond, func() {
		if !c.delaying() || time.Now().After(late) {
			wait.Leave()
			then()
		}
	})
}

func (c *Console) delaying() bool { return c.delayed != nil && !c.delayed.Left() }
