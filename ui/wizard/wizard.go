// Package wizard draws the steps of all ceremonies.
//
// Draw makes a StepView from a State; the actions of the user go to a Host. A step does
// not depend on the server, on other screens or on the next step. Related steps share a
// file: credentials (names and passwords), contact (mail address, phone number), code,
// scan, key (and keywait, keypin, keyfail), backup, overview, confirm, done.
//
// The caller chooses the frame: Page (with the list of steps and an action bar),
// CentredCard (without the rail), Dialog, or Form (none).
package wizard

import (
	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// A State holds all data that a step shows.
type State struct {
	View        api.View
	Account     api.Account          // the signed-in account; zero during sign-in and sign-up
	Draft       *Draft               // what the user has typed
	Fault       *explain.Explanation // why the last input was not sent or did not arrive
	Busy        bool                 // an input was sent and not answered yet
	Gone        bool                 // the ceremony has expired, or another one replaced it
	ShowMethods bool                 // shows the list of other methods in place of the step (R40)
	Chosen      bool                 // the refusal belongs to the choice from that list, not to the step
	Key         KeyInteraction       // the communication with the security key
	Saved       Saved                // what the user did with the backup code
	TurnedOff   api.Method           // what the ceremony turns off; "" if it is not known
	CanGoBack   bool
	CanCancel   bool
	SignUp      string    // who may sign up, as in api.About; "" if unknown
	Lab         bool      // the lab is on: a virtual key can be plugged in
	HasAccounts bool      // this server has accounts already
	Remembered  string    // the user name that this computer remembers; "" for none
	ShortCode   string    // R18: the number to text GO and STOP to
	KeyAccess   KeyAccess // how this computer can reach security keys
}

// A Draft is what the user has typed into a step. It lives as long as the step: a
// step that is drawn again, after a refusal or another change, shows it again.
type Draft struct {
	Username, Password, Email, Phone, Code, Label, PIN string

	PINs   PINs // the new PIN of a security key
	Hidden bool // the box of R10 is not ticked
	Hints  bool // the hints are shown
	Typed  bool // something was typed since the last refusal
	Filled bool // the fields were filled from the step

	kept kept
}

// Onwards is the draft of another step of the ceremony. It keeps what the user typed and
// can go back to, and no secret.
func (d *Draft) Onwards() *Draft {
	return &Draft{Username: d.Username, Email: d.Email, Phone: d.Phone, Hidden: d.Hidden}
}

// A kept holds the widgets of a step that are used again when the step is drawn again,
// so that the keyboard focus and the caret stay where they are.
type kept struct {
	code    *control.CodeField
	refusal *kit.Banner
}

// Saved is what the user did with a backup code, which is shown only once.
type Saved struct {
	Copied, Saved, Printed, Checked bool
}

// Kept reports whether the user has a copy. The clipboard is no copy (R77).
func (s Saved) Kept() bool { return s.Saved || s.Printed || s.Checked }

// A StepView is what one step shows, without a frame around it.
type StepView struct {
	Heading, Lead string
	Tile          string            // icon before the heading; may be empty
	Picture       fyne.CanvasObject // above a centred heading; may be nil
	Body          []fyne.CanvasObject
	Foot          []fyne.CanvasObject  // links below a rule
	fields        map[string]stepField // by their names in the API
	First         fyne.Focusable       // has the keyboard focus at first
	Next          *control.Button      // the primary button; nil while waiting
	Back, Cancel  bool                 // whether the step has these buttons
	Careful       bool                 // Enter does nothing, and Cancel has the focus at first
}

// newStep starts the view of the current step with its heading and lead.
func newStep(s State, h Host) StepView {
	heading, lead := explain.Step(h.Words, explain.Situation{View: s.View, Account: s.Account, HasAccounts: s.HasAccounts, ShortCode: s.ShortCode, Zone: h.Zone})
	return StepView{Heading: heading, Lead: lead}
}

// Draw draws the current step of the view. It panics on a type of step that it does not
// know; a test draws all api.Steps.
func Draw(s State, h Host) StepView {
	switch {
	case s.Gone:
		return gone(s, h)
	case s.ShowMethods:
		return chooseMethod(s, h)
	}
	d := drawStep(s, h)
	if s.View.Notice != nil && s.View.Refusal == nil && s.Fault == nil {
		n := explain.Notice(h.Words, explain.Situation{View: s.View, ShortCode: s.ShortCode})
		d.Body = append([]fyne.CanvasObject{kit.NewBanner(look.Attention, n.What, n.Why, n.Next).AsNews()}, d.Body...)
	}
	return d
}

func drawStep(s State, h Host) StepView {
	switch step := s.View.Step.(type) {
	case api.ChooseCredentials:
		return chooseCredentials(s, h, step)
	case api.EnterCredentials:
		return enterCredentials(s, h)
	case api.EnterPassword:
		return enterPassword(s, h, step)
	case api.ChoosePassword:
		return choosePassword(s, h, step)
	case api.Overview:
		return overview(s, h, step)
	case api.EnterEmail:
		return enterEmail(s, h, step)
	case api.EnterPhone:
		return enterPhone(s, h, step)
	case api.EnterCode:
		return enterCode(s, h, step)
	case api.ScanQR:
		return scanQR(s, h, step)
	case api.UseSecurityKey:
		return useSecurityKey(s, h, step)
	case api.NameKey:
		return nameKey(s, h, step)
	case api.EnterBackupCode:
		return enterBackupCode(s, h, step)
	case api.AwaitApproval:
		return awaitApproval(s, h, step)
	case api.SaveBackupCode:
		return saveBackupCode(s, h, step)
	case api.Confirm:
		return confirm(s, h, step)
	case api.SignedIn:
		return signedIn(s, h, step)
	case api.Finished:
		return finished(s, h)
	}
	panic("wizard: no renderer for this step")
}
