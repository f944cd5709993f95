package wizard

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"nightlatch/assets"
	"nightlatch/assets/assetstest"
	"nightlatch/assets/explain"
	"nightlatch/fido"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

func english(t *testing.T) *assets.Catalog {
	t.Helper()
	w, err := assets.New("en")
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// themed starts an app with the theme of the kit.
func themed(t *testing.T) {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(look.Theme{Mode: look.AlwaysLight})
}

func still() time.Time { return time.Date(2026, 11, 22, 9, 41, 7, 0, time.UTC) }

// matches reports whether a text is the text of a key.
func matches(t *testing.T, w *assets.Catalog, text string, k assetstest.Key, args ...any) bool {
	t.Helper()
	return regexp.MustCompile("^" + assetstest.Pattern(t, w, k, args...) + "$").MatchString(text)
}

// host records the inputs that were sent.
func host(w *assets.Catalog, sent *[]api.Input) Host {
	return Host{Words: w, Clock: kit.Clock{Now: still}, Zone: time.UTC, Inputs: inputs{sent}}
}

// inputs records what was sent.
type inputs struct{ sent *[]api.Input }

func (i inputs) Send(in api.Input) { *i.sent = append(*i.sent, in) }
func (i inputs) Do(Action)         {}

func kinds() []api.Kind {
	return []api.Kind{
		api.SignUp, api.SignIn, api.Reauthenticate, api.EnrollText, api.EnrollApp, api.EnrollKey,
		api.TurnOff, api.ChangePassword, api.ChangeEmail, api.ChangePhone,
	}
}

// Every type of step can be drawn in every ceremony, and has all its texts.
func TestEveryStepIsDrawn(t *testing.T) {
	themed(t)
	w := english(t)
	var sent []api.Input
	for _, step := range api.Steps() {
		switch s := step.(type) {
		case api.Overview:
			for _, m := range []api.Method{api.Text, api.App, api.SecurityKey} {
				Draw(State{View: api.View{Kind: api.EnrollApp, Step: api.Overview{Method: m}}, Draft: &Draft{}}, host(w, &sent))
			}
			continue
		case api.EnterCode:
			for _, c := range []api.Channel{api.ByText, api.ByEmail, api.ByApp} {
				at := still()
				s.Channel, s.ResendAt, s.SentAt = c, &at, &at
				for _, kind := range []api.Kind{api.SignIn, api.EnrollText} {
					Draw(State{View: api.View{Kind: kind, Step: s}, Draft: &Draft{Hints: kind == api.SignIn}}, host(w, &sent))
				}
			}
			continue
		case api.Confirm:
			for _, m := range []api.Method{"", api.Text, api.App, api.SecurityKey, api.LoginRequest} {
				Draw(State{View: api.View{Kind: api.TurnOff, Step: api.Confirm{Method: m, Consequences: []api.Consequence{{Code: api.MethodOff, Count: 1}}}}, Draft: &Draft{}}, host(w, &sent))
			}
			continue
		case api.SaveBackupCode:
			for _, k := range []api.Kind{api.EnrollText, api.EnrollApp, api.EnrollKey} {
				Draw(State{View: api.View{Kind: k, Step: s}, Draft: &Draft{}}, host(w, &sent))
			}
			continue
		case api.Finished:
			for _, k := range kinds() {
				if k != api.SignIn && k != api.SignUp {
					Draw(State{View: api.View{Kind: k, Step: s}, Draft: &Draft{}}, host(w, &sent))
				}
			}
			continue
		}
		d := Draw(State{View: api.View{Kind: api.SignIn, Step: step}, Draft: &Draft{}}, host(w, &sent))
		if d.Heading == "" && d.Picture == nil {
			t.Errorf("%T is drawn without a heading", step)
		}
	}
	for _, k := range kinds() {
		w.T("wizard.title." + string(k))
	}
	for _, s := range api.Steps() {
		w.T("wizard.path." + string(s.StepType()))
	}
	if missing := w.Missing(); len(missing) > 0 {
		t.Errorf("no text for %q", missing)
	}
	if len(sent) > 0 {
		t.Errorf("drawing sent %#v", sent)
	}
}

// The first field of a step has the focus. Enter does not confirm a removal.
func TestFirstFocus(t *testing.T) {
	themed(t)
	var sent []api.Input
	h := host(english(t), &sent)
	for _, step := range api.Steps() {
		f := CentredCard(State{View: api.View{Kind: api.SignIn, Step: step}, Draft: &Draft{}}, h, nil)
		_, waits := step.(api.UseSecurityKey)
		_, careful := step.(api.Confirm)
		if f.First == nil && !waits && !careful {
			t.Errorf("%T: nothing has the focus", step)
		}
		if careful && f.Bindings.Enter != nil {
			t.Errorf("%T: Enter confirms a removal", step)
		}
	}
}

// keyErrors are the errors of package fido, and one that is unknown.
func keyErrors() []error {
	return []error{
		fido.ErrCancelled, fido.ErrTimeout, fido.ErrRemoved, fido.ErrInterrupted, fido.ErrAlreadyEnrolled, fido.ErrNotEnrolled,
		fido.ErrPINRequired, fido.ErrPINBlocked, fido.ErrPINAuthBlocked, fido.ErrPINNotSet, fido.ErrPINPolicy, fido.ErrNoVerification,
		fido.ErrVerification, fido.ErrNoSpace, fido.ErrBusy, fido.ErrNoPermission, fido.ErrNotKey, fido.ErrDenied, fido.ErrNotAllowed,
		fido.ErrAlgorithm, fido.ErrOrigin, fido.ErrMalformed, fido.ErrUntrusted, fido.ErrUnsupported,
		fido.ErrNoKey, fido.ErrPINChange, fido.ErrIncapable, fido.ErrTapAgain, fido.ErrCardPulled,
		fido.ErrNoReaderService, fido.ErrReaderServiceSilent, fido.ErrReadersDenied, fido.ErrNoReader, fido.ErrNoCard, fido.ErrNotFIDOCard,
		fido.ErrUnconfirmed, fido.ErrSilent, fido.ErrAnswer, fido.ErrTooLarge, fido.ErrPINAuth, fido.ErrPINLength, fido.ErrPINSame,
		&fido.SilentError{Phase: fido.PhaseInit}, &fido.SilentError{Phase: fido.PhaseInfo}, &fido.SilentError{Phase: fido.PhasePIN},
		&fido.SilentError{Phase: fido.PhaseAsk}, &fido.SilentError{Phase: fido.PhaseTouched}, &fido.AnswerError{Code: 0x7f},
		&fido.WrongPINError{TriesLeft: 3}, &fido.AlreadyEnrolledError{},
		fido.ErrNoDialog, fido.ErrSystemSettings, &fido.DialogError{Code: 0x80004005}, errors.New("rx error"),
	}
}

// Every error of package fido has an explanation.
func TestEveryKeyErrorIsExplained(t *testing.T) {
	t.Parallel()
	w := english(t)
	for _, err := range keyErrors() {
		said := ExplainKey(w, err, nil)
		if known := strings.HasPrefix(err.Error(), "fido:"); known == (said.Code == "key_failed") {
			t.Errorf("%v has the code %s", err, said.Code)
		}
		if lifted := ExplainKey(w, fido.OnDevice(fido.Device{Transport: fido.NFC}, err), nil); lifted.Code != said.Code {
			t.Errorf("%v on a reader has the code %s, not %s", err, lifted.Code, said.Code)
		}
		if inDialog := ExplainKey(w, fido.OnDevice(fido.Device{Dialog: true}, err), nil); inDialog.Code != said.Code {
			t.Errorf("%v in the system's dialog has the code %s, not %s", err, inDialog.Code, said.Code)
		}
		if said.What == "" || said.Why == "" || said.Next == "" || strings.Contains(said.Why+said.What+said.Next, "{") {
			t.Errorf("%v is explained only with %+v", err, said)
		}
	}
	if len(w.Missing()) > 0 {
		t.Errorf("no text for %q", w.Missing())
	}
}

// A build that cannot use keys does not offer to try again.
func TestNoRetryWithoutKeySupport(t *testing.T) {
	themed(t)
	step := api.UseSecurityKey{Get: api.RawJSON(`{}`)}
	for err, again := range map[error]bool{fido.ErrUnsupported: false, fido.ErrRemoved: true} {
		s := State{View: api.View{Kind: api.SignIn, Step: step}, Key: KeyInteraction{Phase: Failing, Err: err}}
		if d := useSecurityKey(s, Host{Words: english(t)}, step); (d.Next != nil) != again {
			t.Errorf("%v: trying again is offered: %t", err, d.Next != nil)
		}
	}
}

// A key that was enrolled under another host name is refused with both names and with
// what can be done. If no key works under this name, trying again is not offered.
func TestKeyOfAnotherHostName(t *testing.T) {
	themed(t)
	w := english(t)
	for _, tt := range []struct {
		reason string
		next   assetstest.Key
	}{
		{"", "error.key_elsewhere.next"}, {"only", "error.key_elsewhere.only.next"},
	} {
		r := &api.Refusal{Code: api.KeyForeignRP, Reason: tt.reason, Key: "Blue", KeyRPID: "localhost", RPID: "example.org"}
		said := explain.Refusal(w, explain.Situation{View: api.View{Refusal: r, Step: api.UseSecurityKey{}}})
		names := assets.Args{"key": "Blue", "there": "localhost", "here": "example.org"}
		if !matches(t, w, said.Why, "error.key_elsewhere.why", names) || !matches(t, w, said.Next, tt.next, names) {
			t.Errorf("%q: %+v", tt.reason, said)
		}
		var sent []api.Input
		step := api.UseSecurityKey{ForeignRP: []api.ForeignKey{{Label: "Blue", RPID: "localhost"}}}
		if f := CentredCard(State{View: api.View{Kind: api.SignIn, Step: step, Refusal: r}, Draft: &Draft{}}, host(w, &sent), nil); f.Bindings.Enter != nil {
			t.Errorf("%q: trying again is offered", tt.reason)
		}
	}
	if said := explain.Refusal(w, explain.Situation{View: api.View{Refusal: &api.Refusal{Code: api.Denied, Reason: "format"}, Step: api.UseSecurityKey{}}}); !matches(t, w, said.What, "error.denied.format.what") {
		t.Errorf("%+v", said)
	}
}

// A step that is drawn again keeps the typed text.
func TestDraftSurvives(t *testing.T) {
	themed(t)
	var sent []api.Input
	h := host(english(t), &sent)
	s := State{View: api.View{Kind: api.EnrollText, Step: api.EnterPhone{Number: "+12025550143", Discoverable: true}}, Draft: &Draft{}}
	read := func() string {
		text := ""
		look.Walk(CentredCard(s, h, nil).Content, func(o fyne.CanvasObject) bool {
			if in, ok := o.(*control.TextField); ok {
				text = in.Text()
			}
			return text == ""
		})
		return text
	}
	if got := read(); got != "+12025550143" {
		t.Errorf("the stored number is shown as %q", got)
	}
	s.Draft.Phone = ""
	if got := read(); got != "" {
		t.Errorf("a cleared field is filled again, with %q", got)
	}
	s.Draft.Phone = "+49"
	if got := read(); got != "+49" {
		t.Errorf("the typed text is shown as %q", got)
	}
}

// R12: a countdown or a refusal draws the step again while a code is being typed.
func TestCodeStepKeepsItsFieldWhenDrawnAgain(t *testing.T) {
	themed(t)
	var sent []api.Input
	h := host(english(t), &sent)
	s := State{View: api.View{Kind: api.EnrollText, Step: api.EnterCode{Channel: api.ByText, Digits: 6, Tries: 5}}, Draft: &Draft{}}
	screen := container.NewStack()
	win := test.NewWindow(screen)
	t.Cleanup(win.Close)
	draw := func() {
		screen.Objects = []fyne.CanvasObject{CentredCard(s, h, nil).Content}
		screen.Refresh()
	}
	draw()
	field := s.Draft.kept.code
	win.Canvas().Focus(field)
	for _, r := range "418" {
		field.TypedRune(r)
	}
	draw()
	if win.Canvas().Focused() != fyne.Focusable(field) || s.Draft.kept.code != field || field.Code() != "418" {
		t.Errorf("after drawing again the focus is on %T, the code is %q", win.Canvas().Focused(), field.Code())
	}
	s.View.Refusal, s.Draft.Code, s.Draft.Typed = &api.Refusal{Code: api.WrongCode}, "418025", false
	draw()
	news := func() int { return len(control.NewsIn(screen)) }
	if !field.Refused || news() != 1 {
		t.Error("the refusal is not shown at the field, once")
	}
	field.TypedRune('7')
	if field.Refused || news() != 0 || s.Draft.Code != "7" {
		t.Errorf("after typing, the refusal is still shown; the draft is %q", s.Draft.Code)
	}
}

// A device can report any text as its names. None of it reorders, hides or
// imitates the text around it.
func TestDeviceNamesAreStrangersText(t *testing.T) {
	t.Parallel()
	w := english(t)
	d := fido.Device{Transport: fido.USB, Product: "Key\u202e \u200b\nNightlatch\x1b", Manufacturer: "Evil\u2066 Inc"}
	if got := DeviceName(w, d); got != "Key Nightlatch" {
		t.Errorf("name %q", got)
	}
	if got := DeviceMaker(w, d); strings.ContainsAny(got, "\u2066") || !strings.Contains(got, "Evil Inc") {
		t.Errorf("maker %q", got)
	}
	if got := DeviceName(w, fido.Device{Transport: fido.USB, Product: strings.Repeat("x", 500)}); len([]rune(got)) != deviceNameMax {
		t.Errorf("a long name has %d characters", len([]rune(got)))
	}
	if got := DeviceName(w, fido.Device{Transport: fido.USB, Product: "\u200b\u202e"}); got != w.T("wizard.key.nameless") {
		t.Errorf("an invisible name is shown as %q", got)
	}
}
