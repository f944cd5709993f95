// Package wizard draws the steps of a ceremony, whichever it is.
//
// A step is drawn from a State and gives inputs to a Host; it knows nothing of
// the server, of other screens or of what comes next. One file holds one type of
// step. What a step draws is framed by whoever shows it: a page with the way so
// far and an action bar, a door (a card in the middle of the window), or a
// dialog.
package wizard

import (
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
)

// A State is all that a step is drawn from.
type State struct {
	View        api.View
	Account     api.Account          // who is signed in; zero at the doors
	Draft       *Draft               // what was typed so far
	Fault       *explain.Explanation // why the last input was not sent, or did not arrive
	Busy        bool                 // an input is on its way
	Gone        bool                 // the ceremony expired, or was answered elsewhere
	ShowMethods bool                 // shows the list of other methods in place of the step (R40)
	Key         KeyInteraction       // the communication with the security key
	Saved       Saved                // what was done with the backup code
	Lab         bool                 // a virtual key can be plugged in
	HasAccounts bool                 // this server has accounts already
	KeyAccess   KeyAccess            // how this computer can reach security keys
}

// A Draft is what the user has typed into a step. It lives as long as the step: a
// step that is drawn again, after a refusal or another change, shows it again.
type Draft struct {
	Username, Password, Email, Phone, Code, Label, PIN string

	PINs   PINs // a security key's new PIN
	Hidden bool // R10: the box was unticked
	Hints  bool // the hints behind a link were asked for
	Typed  bool // since the last refusal
	Filled bool // the fields were filled from the step once

	kept kept
}

// A kept holds the widgets of a step that stay the same while it is drawn again, so
// that the keyboard focus and the caret stay where they are.
type kept struct {
	code    *kit.CodeField
	refusal *kit.Banner
}

// Saved is what was done with a backup code that is shown once.
type Saved struct {
	Copied, Saved, Printed, Checked bool
}

// Any reports whether a copy exists somewhere.
func (s Saved) Any() bool { return s.Copied || s.Saved || s.Printed || s.Checked }

// A Host is what a step hands its inputs to.
type Host struct {
	Words  *assets.Catalog
	Clock  kit.Clock      // the server's, as far as we know it
	Zone   *time.Location // nil: this computer's
	Send   func(api.Input)
	Back   func()                    // nil where there is nothing to go back to
	Cancel func()                    // nil where it can't be cancelled
	Leave  func()                    // the ceremony has ended
	SignUp func()                    // nil where no account can be created
	Fail   func(explain.Explanation) // shows why an input was not sent
	Redraw func()
	Begin  func() // begins anew what is gone
	Ways   func(show bool)
	Open   func(place string) // leaves for another screen

	Copy     func(text string) // a secret; CopyLine takes what is none
	CopyLine func(text string)
	Save     func(api.SaveBackupCode)
	Print    func(api.SaveBackupCode)
	Check    func(api.SaveBackupCode)
	Key      func(KeyInput)
}

// A StepView is what one step shows, without a frame around it.
type StepView struct {
	Heading, Lead string
	Tile          string            // an icon before the heading, if it has one
	Picture       fyne.CanvasObject // above a centred heading, if it has one
	Body          []fyne.CanvasObject
	Foot          []fyne.CanvasObject // ways out, below a rule
	First         fyne.Focusable      // has the keyboard at first
	Next          *kit.Button         // the primary one; nil while we wait for something
	Back, Cancel  bool                // whether these make sense here
	Careful       bool                // nothing happens by Enter alone: Cancel has the keyboard at first
}

// Draw draws the step that the view is at. It panics on a step without a
// renderer; a test holds api.Steps to there being none.
func Draw(s State, h Host) StepView {
	switch {
	case s.Gone:
		return gone(s, h)
	case s.ShowMethods:
		return chooseWay(s, h)
	}
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
