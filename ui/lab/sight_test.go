package lab_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"nightlatch/server"
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/lab"
	"nightlatch/server/seed"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
	"nightlatch/ui/uitest"
)

// A sightseer is a person at the sign-in form, with the lab beside it.
type sightseer struct {
	*uitest.Harness
	bench *labBench
}

const (
	phoneA = "+12025550143"
	phoneB = "+12025550199"
)

// newSightseer opens the lab, with a phone that has a text, a mail and two keys.
func newSightseer(t *testing.T) sightseer {
	t.Helper()
	bench := &labBench{changed: make(chan struct{})}
	users := &seed.Seed{Accounts: []seed.Account{{Username: "mara", Password: uitest.Password, Email: "mara@example.org"}}}
	h := uitest.Build(t, server.Config{Policy: account.Classic(), Seed: users}, true, func(c *lab.Config) { c.Bench = bench })
	h.Console.Window().Resize(fyne.NewSize(1180, 600))
	s := sightseer{h, bench}
	for _, name := range []string{"Blue", "Green", "Red", "Brown", "Pink", "Grey", "Black", "White"} {
		_, err := bench.Plug(t.Context(), api.LabKey{Name: name, Transport: "usb", Kind: api.KeyFIDO2})
		uitest.Must(t, err)
	}
	h.SeesText("White")
	s.text(phoneA, "the first")
	s.mail("the first mail")
	s.onPage()
	s.scroll().ScrollToTop()
	return s
}

// onPage is a press of a key on the page.
func (s sightseer) onPage() {
	s.T.Helper()
	s.TabTo("wizard.username")
	s.HoldKey(fyne.KeyEnd, 0)
	s.Settle()
}

func (s sightseer) text(number, body string) {
	s.T.Helper()
	uitest.Must(s.T, s.Lab.Text(s.T.Context(), number, body))
	s.loaded()
}

func (s sightseer) mail(subject string) {
	s.T.Helper()
	uitest.Must(s.T, s.Lab.Mail(s.T.Context(), "mara@example.org", subject, "The text of "+subject))
	s.loaded()
}

// blink makes keys wait for a touch, or stop waiting.
func (s sightseer) blink(yes bool, ids ...string) {
	s.T.Helper()
	uitest.Must(s.T, s.bench.note("blink", func() {
		for _, id := range ids {
			s.bench.at(id).WaitingForTouch = yes
		}
	}))
	s.loaded()
}

// loaded waits until the panel shows what has arrived.
func (s sightseer) loaded() {
	s.T.Helper()
	s.Console.Panel().Load()
	s.Settle()
}

func (s sightseer) scroll() *container.Scroll { return shell.ScrollIn(s.Console.Panel().Content()) }

// wheel scrolls the panel to its end, as a person does.
func (s sightseer) wheel() {
	s.T.Helper()
	s.scroll().Scrolled(&fyne.ScrollEvent{Scrolled: fyne.Delta{DY: -5000}})
	if s.scroll().Offset.Y == 0 {
		s.T.Fatal("the panel does not scroll")
	}
}

// inSight returns the words of the panel between its edges, each on a line.
func (s sightseer) inSight() string {
	var words []string
	view := s.scroll()
	top := s.App.Driver().AbsolutePositionForObject(view).Y
	kittest.WalkVisible(s.Console.Panel().Content(), func(o fyne.CanvasObject) {
		v, ok := o.(*look.Text)
		if !ok || v.Words == "" {
			return
		}
		y := s.App.Driver().AbsolutePositionForObject(v).Y - top
		if in := look.Path(view, v) != nil; !in || y >= -1 && y+v.Size().Height <= view.Size().Height+1 {
			words = append(words, v.Words)
		}
	})
	return strings.Join(words, "\n")
}

func (s sightseer) shows(texts ...string) {
	s.T.Helper()
	for _, text := range texts {
		if !strings.Contains(s.inSight(), text) {
			s.T.Errorf("%q is not in sight, only\n%s", text, s.inSight())
		}
	}
}

func (s sightseer) hides(texts ...string) {
	s.T.Helper()
	for _, text := range texts {
		if strings.Contains(s.inSight(), text) {
			s.T.Errorf("%q is in sight", text)
		}
	}
}

// where is how far below the top of the window a text of the panel is.
func (s sightseer) where(text string) (y float32) {
	s.T.Helper()
	kittest.WalkVisible(s.Console.Panel().Content(), func(o fyne.CanvasObject) {
		if v, ok := o.(*look.Text); ok && v.Words == text {
			y = s.App.Driver().AbsolutePositionForObject(v).Y
		}
	})
	return y
}

func (s sightseer) words(key string, n int) string { return s.Console.Catalog.N(key, n) }

// The phone that gets a text comes to the front, wherever the panel was scrolled.
func TestTextAtAnotherPhone(t *testing.T) {
	s := newSightseer(t)
	s.shows("the first")
	s.text(phoneB, "for the other phone")
	s.shows("for the other phone", "+1 202-555-0199")
	s.hides("the first\n")
	s.wheel()
	s.onPage()
	s.text(phoneA, "for the first phone")
	s.shows("for the first phone")
	if got := s.Console.Arrived(); got != 0 {
		t.Errorf("%d things are marked as not seen", got)
	}
}

// While the person sets the carrier of a phone, no other phone takes its place. The text is
// counted, and a press shows it.
func TestTextWhileThePhoneIsSet(t *testing.T) {
	s := newSightseer(t)
	s.text(phoneB, "for the other phone")
	s.text(phoneA, "again")
	s.Do("lab.flight")
	s.text(phoneB, "a second one")
	s.text(phoneB, "a third one")
	s.shows("again", s.words("lab.news.texts", 2))
	s.hides("a third one")
	s.TabToMatch("the list of phones", s.Pattern("lab.phone")+" .*")
	s.Press(fyne.KeyReturn)
	if !s.Shows("lab.phone-new") {
		t.Error("the list of phones does not say which one has new texts")
	}
	s.Press(fyne.KeyEscape)
	s.Do("lab.news.texts")
	s.shows("a third one", "a second one")
	s.hides(s.words("lab.news.texts", 2))
}

// Mail and a blinking key come into view, wherever the panel was scrolled before.
func TestMailAndKeyComeIntoView(t *testing.T) {
	s := newSightseer(t)
	s.mail("a second mail")
	s.shows("a second mail")
	s.wheel()
	s.onPage()
	s.mail("a third mail")
	s.shows("a third mail")
	s.scroll().ScrollToTop()
	s.blink(true, "k8")
	s.shows("White", s.Console.Catalog.T("lab.key.waiting"))
	s.wheel()
	s.blink(false, "k8")
	s.onPage()
	s.blink(true, "k1")
	s.shows("Blue", s.Console.Catalog.T("lab.key.waiting"))
}

// Several things at once: the key comes into view, because it waits for seconds only. The
// rest is counted, and each press leads to one of them.
func TestSeveralAtOnce(t *testing.T) {
	s := newSightseer(t)
	s.Console.Window().Resize(fyne.NewSize(1180, 560))
	uitest.Must(t, s.Lab.Text(t.Context(), phoneB, "at the same time"))
	uitest.Must(t, s.Lab.Mail(t.Context(), "mara@example.org", "a mail at the same time", ""))
	s.blink(true, "k8")
	s.shows("White", s.Console.Catalog.T("lab.key.waiting"), s.words("lab.news.texts", 1))
	s.hides("at the same time")
	s.Do("lab.news.texts")
	s.shows("at the same time")
	s.hides(s.words("lab.news.texts", 1))
	s.wheel()
	for i := range 7 {
		s.mail(fmt.Sprint("mail ", i))
	}
	s.Do("lab.news.mail")
	s.shows("mail 6")
	s.hides(s.words("lab.news.mail", 7))
	if !strings.HasSuffix(shell.NameOf(s.Canvas().Focused()), "mail 6") {
		t.Errorf("after the press the focus is on %s", shell.NameOf(s.Canvas().Focused()))
	}
	if got := s.Console.Arrived(); got != 0 {
		t.Errorf("%d things are marked as not seen", got)
	}
	s.Do("lab.mail.older", uitest.With{"n": 4})
	s.SeesText("the first mail")
}

// Nothing moves while the person scrolls, reads or types in the lab.
func TestNothingJumpsWhileTheLabIsUsed(t *testing.T) {
	for _, tt := range []struct {
		name string
		work func(s sightseer)
	}{
		{"scrolled", func(s sightseer) { s.wheel() }},
		{"keyboard", func(s sightseer) { s.TabTo("lab.key.unplug-name", "White") }},
		{"pressed", func(s sightseer) {
			s.wheel()
			for _, c := range s.Controls() {
				if strings.HasSuffix(c.Name, "Touch White") {
					at := s.Aim(c)
					control.Reveal(c.At)
					s.Click(at)
				}
			}
			s.Settle()
		}},
		{"dialog", func(s sightseer) {
			s.wheel()
			s.Press(fyne.KeyF6, fyne.KeyF6)
			s.TabTo("lab.key.more-name", "White")
			s.Press(fyne.KeyReturn)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSightseer(t)
			tt.work(s)
			before, focused := s.where("White"), shell.NameOf(s.Canvas().Focused())
			if s.scroll().Offset.Y == 0 {
				t.Fatal("the panel is not scrolled")
			}
			s.mail("while it is used")
			s.blink(true, "k1")
			if got := s.where("White"); max(got-before, before-got) > 1 {
				t.Errorf("the row of a key moved from %v to %v", before, got)
			}
			if got := shell.NameOf(s.Canvas().Focused()); got != focused {
				t.Errorf("the focus went from %s to %s", focused, got)
			}
			s.shows(s.words("lab.news.mail", 1))
			if tt.name == "dialog" {
				s.Press(fyne.KeyEscape)
			}
			s.Do("lab.news.mail")
			s.shows("while it is used")
			s.hides(s.words("lab.news.mail", 1))
		})
	}
}

// What arrives while the lab is hidden is counted in the rail, and at the door beside the
// link to the lab. It is in view when the lab is opened.
func TestHiddenLabCounts(t *testing.T) {
	s := newSightseer(t)
	s.Ctrl(fyne.KeyL)
	s.text(phoneB, "at the door")
	s.SeesFilled("ui.door.lab-new", uitest.Key("ui.door.lab"), uitest.With{"n": 1})
	s.Do("ui.door.lab-new", uitest.Key("ui.door.lab"), uitest.With{"n": 1})
	s.Settle()
	s.shows("at the door")
	s.Ctrl(fyne.KeyL)

	s.EnterPassword("mara", uitest.Password)
	s.Sees("ui.overview.methods")
	s.mail("a mail nobody saw")
	s.text(phoneA, "a text nobody saw")
	rail := func() string {
		name := ""
		kittest.WalkVisible(s.Canvas().Content(), func(o fyne.CanvasObject) {
			if r, ok := o.(*control.RailItem); ok && strings.HasPrefix(r.Name, s.Console.Catalog.T("ui.rail.lab")) {
				name = r.Name
			}
		})
		return name
	}
	if got := rail(); !strings.HasSuffix(got, strconv.Itoa(2)) {
		t.Errorf("the rail says %q", got)
	}
	s.Ctrl(fyne.KeyL)
	s.Settle()
	s.shows("a text nobody saw")
	if got := rail(); strings.HasSuffix(got, strconv.Itoa(2)) {
		t.Errorf("with the lab open the rail says %q", got)
	}
}

// The lab's own app scans the QR code of the page. Its code goes by the lab's clock, is in
// sight, and is accepted.
func TestLabAppScans(t *testing.T) {
	s := newSightseer(t)
	s.Advance(time.Hour) // a real app would be wrong from here on
	s.EnterPassword("mara", uitest.Password)
	s.Sees("ui.overview.methods")
	s.wheel()
	s.Ctrl(fyne.Key2)
	s.Do("ui.method.set-up-name", uitest.Key("method.app"))
	s.Press(fyne.KeyReturn)
	s.Sees("wizard.scan.heading")
	s.Do("wizard.scan.lab")
	s.shows("Nightlatch: mara")
	s.Advance(30 * time.Second)
	s.Do("lab.app.copy-name", "Nightlatch: mara")
	code := s.App.Clipboard().Content()
	s.Do("wizard.continue")
	s.Sees("wizard.code.app.heading")
	s.Write(code)
	s.Press(fyne.KeyReturn)
	s.Sees("wizard.save.heading.enroll-app")
}
