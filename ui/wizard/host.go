package wizard

import (
	"time"

	"nightlatch/assets"
	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
)

// A Host gives a step its texts, its clock and its time zone, and receives its inputs.
type Host struct {
	Inputs
	Words *assets.Catalog
	Clock kit.Clock      // the server's time
	Zone  *time.Location // nil: this computer's
}

// Inputs receives the actions of a person in a step. The ceremony implements it.
type Inputs interface {
	Send(api.Input) // answers the step
	Do(Action)      // everything else
}

// An Action is something a person does in a step besides answering it.
type Action interface{ isAction() }

// A Command is an action without data.
type Command int

// The commands.
const (
	Back        Command = iota // show the step before
	Cancel                     // end the ceremony without effect
	Leave                      // the ceremony has ended
	SignUp                     // create an account instead
	NotYou                     // sign in as somebody else
	ForgetName                 // forget the user name that this computer remembers
	BeginAgain                 // the ceremony has expired
	ShowMethods                // choose another method (R40)
	Redraw                     // the draft has changed
	LookAgain                  // somebody else may have moved the ceremony (R50)
)

// Fail shows why an input was not sent.
type Fail struct{ Why explain.Explanation }

// LabApp adds the account of a QR code to the app of the lab's phone.
type LabApp string

// Open leaves for another page: its ID, OpenKeyContents or OpenKeyReset.
type Open string

// Copy puts a text on the clipboard.
type Copy struct {
	Text   string
	Secret bool
}

// Keep keeps a backup code that is shown once.
type Keep struct {
	How  Keeping
	Code api.SaveBackupCode
}

// A Keeping is a way to keep a backup code.
type Keeping int

// The ways, in the order of their buttons.
const (
	OnClipboard Keeping = iota
	InFile
	OnPaper
	Checked // type a code from a copy
)

func (Command) isAction()  {}
func (Fail) isAction()     {}
func (Open) isAction()     {}
func (LabApp) isAction()   {}
func (Copy) isAction()     {}
func (Keep) isAction()     {}
func (KeyInput) isAction() {}

// does returns a function that does an action.
func (h Host) does(a Action) func() { return func() { h.Do(a) } }

// copySecret copies a secret, or a part of one.
func (h Host) copySecret(text string) { h.Do(Copy{Text: text, Secret: true}) }

// copyLine copies a text that is no secret.
func (h Host) copyLine(text string) { h.Do(Copy{Text: text}) }
