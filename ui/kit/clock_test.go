package kit_test

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"nightlatch/ui/kit"
	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/kit/look"
)

// A handClock is moved by the test.
type handClock struct {
	now   time.Time
	ticks map[*handTick]bool
}

type handTick struct {
	every, due time.Duration
	f          func()
}

func newHandClock() *handClock {
	return &handClock{now: noon, ticks: map[*handTick]bool{}}
}

func (c *handClock) clock() kit.Clock {
	return kit.Clock{Now: func() time.Time { return c.now }, Every: func(d time.Duration, f func()) func() {
		t := &handTick{every: d, due: d, f: f}
		c.ticks[t] = true
		return func() { delete(c.ticks, t) }
	}}
}

// move lets time pass, one second after the other.
func (c *handClock) move(d time.Duration) {
	for range d / time.Second {
		c.now = c.now.Add(time.Second)
		for t := range c.ticks {
			if t.due -= time.Second; t.due <= 0 {
				t.due = t.every
				t.f()
			}
		}
	}
}

func digits(t *testing.T, o fyne.CanvasObject) string {
	t.Helper()
	found := ""
	look.Walk(o, func(o fyne.CanvasObject) bool {
		if w, ok := o.(*look.Text); ok && w.Role.Mono {
			found = w.Words
		}
		return true
	})
	return found
}

func TestCountdownTicksOnceASecondAndEndsOnce(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	hand := newHandClock()
	ended := 0
	c := kit.NewCountdown(kit.CountdownConfig{Clock: hand.clock(), Ends: noon.Add(3 * time.Second), Total: time.Minute, OnEnd: func() { ended++ }})
	kittest.Open(t, container.NewStack(c), 300, 100, 1)
	for _, want := range []string{"0:03", "0:02", "0:01", "0:00", "0:00"} {
		if got := digits(t, c); got != want {
			t.Errorf("shows %s; want %s", got, want)
		}
		hand.move(time.Second)
	}
	if ended != 1 || len(hand.ticks) != 0 {
		t.Errorf("ended %d times, %d tickers still run", ended, len(hand.ticks))
	}
	c.Reset(hand.now.Add(time.Minute), time.Minute)
	if digits(t, c) != "1:00" || len(hand.ticks) != 1 {
		t.Errorf("after Reset it shows %s and has %d tickers", digits(t, c), len(hand.ticks))
	}
}

func TestCountdownStopsWhenItCannotBeSeen(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	hand := newHandClock()
	c := kit.NewCountdown(kit.CountdownConfig{Clock: hand.clock(), Ends: noon.Add(time.Hour), Total: time.Hour})
	inside := look.V(0, c)
	root := container.NewStack(inside)
	kittest.Open(t, root, 300, 100, 1)
	if len(hand.ticks) != 1 {
		t.Fatalf("%d tickers while it can be seen", len(hand.ticks))
	}
	c.Hide()
	if len(hand.ticks) != 0 {
		t.Error("it ticks while hidden")
	}
	c.Show()
	if len(hand.ticks) != 1 {
		t.Error("it does not tick after it is shown again")
	}
	inside.Hide() // Fyne does not call Hide of the children
	hand.move(2 * time.Second)
	if len(hand.ticks) != 0 {
		t.Error("it ticks while its parent is hidden")
	}
	inside.Show()
	root.Refresh()
	if len(hand.ticks) != 1 || digits(t, c) != "59:58" {
		t.Errorf("shown again: %d ticks, %s", len(hand.ticks), digits(t, c))
	}
	root.RemoveAll()
	hand.move(2 * time.Second)
	if len(hand.ticks) != 0 {
		t.Error("it ticks after the screen was left")
	}
}

// The halo moves in few steps of whole points, and only while it can be seen.
func TestHaloMovesInFewSteps(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	hand := newHandClock()
	p := kit.NewTouchPicture(kit.TouchConfig{Clock: hand.clock(), Lit: true})
	inside := look.V(0, p)
	kittest.Open(t, container.NewStack(inside), 300, 300, 1)
	if len(hand.ticks) != 1 {
		t.Fatalf("%d tickers", len(hand.ticks))
	}
	for tick := range hand.ticks {
		if tick.every < 150*time.Millisecond {
			t.Errorf("the whole window is drawn every %v", tick.every)
		}
	}
	halo := func() (found *look.Box) {
		look.Walk(p, func(o fyne.CanvasObject) bool {
			if b, ok := o.(*look.Box); ok && found == nil {
				found = b
			}
			return found == nil
		})
		return found
	}()
	least, most := float32(1000), float32(0)
	for range 20 {
		hand.move(time.Second)
		edge := halo.Size().Width
		least, most = fyne.Min(least, edge), fyne.Max(most, edge)
		if edge != float32(int(edge)) || halo.Position().X+edge/2 != 120 {
			t.Errorf("the halo is %v wide at %v", edge, halo.Position())
		}
	}
	if least != 156 || most != 180 {
		t.Errorf("from %v to %v points; want 156 to 180", least, most)
	}
	inside.Hide()
	hand.move(time.Second)
	if len(hand.ticks) != 0 {
		t.Error("it moves while its parent is hidden")
	}
	still := kit.NewTouchPicture(kit.TouchConfig{Clock: hand.clock()})
	kittest.Open(t, container.NewStack(still), 300, 300, 1)
	if len(hand.ticks) != 0 {
		t.Error("a picture that is not lit moves")
	}
}

func TestProgressShowsTheTime(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	hand := newHandClock()
	cancelled, late := 0, 0
	p := kit.NewProgress(kit.ProgressConfig{Clock: hand.clock(), Words: "Sending", Most: 2 * time.Second, OnCancel: func() { cancelled++ }, OnLate: func() { late++ }})
	kittest.Open(t, container.NewStack(p), 400, 100, 1)
	if digits(t, p) != "0:02" {
		t.Errorf("shows %s", digits(t, p))
	}
	hand.move(3 * time.Second)
	if late != 1 || digits(t, p) != "0:00" || len(hand.ticks) != 0 {
		t.Errorf("late %d times, shows %s, %d tickers", late, digits(t, p), len(hand.ticks))
	}
	p.Cancel().Tapped(nil)
	if cancelled != 1 {
		t.Error("it cannot be cancelled")
	}
	free := kit.NewProgress(kit.ProgressConfig{Clock: hand.clock(), Words: "Working"})
	kittest.Open(t, container.NewStack(free), 400, 100, 1)
	hand.move(61 * time.Second)
	if digits(t, free) != "1:01" || free.Cancel() != nil {
		t.Errorf("without an end it should count up; shows %s", digits(t, free))
	}
}

func TestToastDisappears(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	hand := newHandClock()
	toast := kit.NewToaster(hand.clock())
	page := look.V(0)
	view := toast.View(page)
	kittest.Open(t, look.Z(kit.NewWindow(nil, page), view), 600, 400, 1)
	toast.Copied(true)
	if toast.Says() == "" || view.AccessibilityLabel() != toast.Says() {
		t.Error("no message is shown")
	}
	hand.move(2 * time.Second)
	toast.Say("Saved")
	hand.move(2 * time.Second)
	if toast.Says() != "Saved" {
		t.Errorf("shows %q", toast.Says())
	}
	hand.move(10 * time.Second)
	if toast.Says() != "" || len(hand.ticks) != 0 {
		t.Errorf("still shows %q, %d tickers", toast.Says(), len(hand.ticks))
	}
}

// A tick of a countdown must allocate little, because countdowns run all the time.
func TestTickIsCheap(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	hand := newHandClock()
	var rows []fyne.CanvasObject
	for range 50 {
		rows = append(rows, kit.Row(kit.Tile("key", true), "YubiKey 5C NFC, desk drawer", "Last used today", kit.Badge(kit.On, "On"), kit.Chevron()))
	}
	c := kit.NewCountdown(kit.CountdownConfig{Clock: hand.clock(), Ends: noon.Add(59 * time.Minute), Total: time.Hour})
	page := kit.Page{Title: "Temporary passwords", Body: []fyne.CanvasObject{c, kit.List(72, rows...)}}.Build()
	win := kittest.Open(t, kit.NewWindow(nil, page), 1180, 780, 1)
	win.Canvas().Capture()
	hand.move(time.Second)
	if n := testing.AllocsPerRun(20, func() { hand.move(time.Second) }); n > 400 {
		t.Errorf("a tick allocates %.0f objects", n)
	}
	// Fyne calls MinSize of every object before every frame.
	if n := testing.AllocsPerRun(20, func() { look.Walk(win.Content(), func(o fyne.CanvasObject) bool { o.MinSize(); return true }) }); n > 400 {
		t.Errorf("measuring a page that did not change allocates %.0f objects", n)
	}
}
