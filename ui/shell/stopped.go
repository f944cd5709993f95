package shell

import (
	"fyne.io/fyne/v2"

	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// A Fault is the reason why the account server in this program cannot
// continue.
type Fault string

// The faults. Each has texts in ui.stopped.
const (
	DiskFailed      Fault = "disk"
	DatabaseDamaged Fault = "damaged"
)

// stopped is the only page that remains when the server cannot continue.
type stopped struct {
	c     *Console
	fault Fault
	place string
	again func()
}

// Stop replaces everything on screen by the message that the server cannot
// continue. place is the directory of the data. again closes this program and
// starts it again. Any goroutine may call Stop.
func (c *Console) Stop(fault Fault, place string, again func()) {
	c.root.Tell(func() {
		if c.session != nil {
			c.session.Leave()
			c.session = nil
		}
		for over := c.window.Canvas().Overlays(); over.Top() != nil; { // an open dialog
			over.Remove(over.Top())
		}
		c.rail = nil
		if c.dock != nil {
			c.dock.Hide()
		}
		c.parts.OnTopic = nil
		c.frame()
		c.ShowScreen(&stopped{c, fault, place, again})
	})
}

// halted reports whether the server cannot continue. Then no other screen is
// shown.
func (c *Console) halted() bool { _, is := c.front.(*stopped); return is }

func (s *stopped) Page() PageID   { return "" }
func (s *stopped) Enter(*Scope)   {}
func (s *stopped) OnTopic(string) {}

func (s *stopped) Draw() View {
	words := func(part string) string { return s.c.Catalog.T("ui.stopped." + string(s.fault) + "." + part) }
	b := control.NewButton(s.c.Catalog.T("ui.stopped.again"), "reset", control.Primary, s.again)
	p := kit.Page{
		Body:   []fyne.CanvasObject{trouble(words("what"), words("why"), s.c.Catalog.T("ui.stopped."+string(s.fault)+".next", s.place), look.Centre(b))},
		Margin: s.c.Margin(),
	}
	return View{Content: p.Build(), First: b, Bindings: control.Bindings{Enter: s.again}, Heading: words("what"), Ready: true}
}
