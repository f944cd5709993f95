package shell

import (
	"fyne.io/fyne/v2"

	"nightlatch/server/api"
)

// A PageID names a page. It is also the end of the page's translation key,
// ui.rail.<id>.
type PageID string

// The pages that other pages lead to.
const (
	Overview           PageID = "overview"
	TwoFactor          PageID = "two-factor"
	SecurityKeys       PageID = "security-keys"
	BackupCodes        PageID = "backup-codes"
	TemporaryPasswords PageID = "temporary-passwords"
	Sessions           PageID = "sessions"
	Activity           PageID = "activity"
	Lab                PageID = "lab"
	Settings           PageID = "settings"
	Access             PageID = "access"   // security and account access (R5)
	Security           PageID = "security" // what protects the account (R5)
	Delivery           PageID = "delivery" // how mail and texts are sent
	Accounts           PageID = "accounts" // who may sign up, for the owner
	Backups            PageID = "backups"  // daily backups, for the owner
	Mail               PageID = "mail"     // the mail kept on this computer
)

// PlugIn is the argument of a route to the lab that asks which key to plug in.
const PlugIn = "plug-in"

// A Route names a page. Arg selects the page's first action. Each page defines
// its values; with "" the page is only shown.
type Route struct {
	Page PageID
	Arg  string
}

// A Page is a place a person can go to. It has New or Open.
type Page struct {
	ID       PageID
	Icon     string
	Shortcut fyne.KeyName            // with Ctrl; "" for none
	New      func(arg string) Screen // the screen to bring to the front
	Open     func(arg string)        // opens something over the screen in front
}

// Parts are the pages, ceremonies and panel that package ui registers in the shell.
type Parts struct {
	Groups     [][]Page // the rail's entries, top to bottom
	Feet       []Page   // the entries at the rail's foot
	Hidden     []Page   // pages without an entry in the rail
	Ceremonies Ceremonies
	Panel      Panel              // nil for none
	OnTopic    func(topic string) // called for each change on the server; nil for none

	// What the search finds besides the pages. They are called for each search, because
	// what can be found depends on the account.
	Settings func() []Find
	Actions  func() []Find
	Event    func(e api.Activity) Find
}

// Ceremonies makes the screens on which ceremonies run.
type Ceremonies interface {
	SignIn() Screen                           // the first screen when nobody is signed in
	Page(b api.Begin, from PageID) Screen     // begins a ceremony; from is where it returns to
	Resume(open api.View, from PageID) Screen // continues one
	// AskPassword reauthenticates in a dialog and then calls then. It calls
	// ended if the user cancelled or the server refused.
	AskPassword(s *Scope, then, ended func())
}

// Register adds the parts. It is called once, before Open.
func (c *Console) Register(p Parts) { c.parts = p }

// pages are all registered pages.
func (c *Console) pages() (all []Page) {
	for _, g := range c.parts.Groups {
		all = append(all, g...)
	}
	return append(append(all, c.parts.Feet...), c.parts.Hidden...)
}

// BeginCeremony shows the page of a new ceremony, which returns to from.
func (c *Console) BeginCeremony(b api.Begin, from PageID) {
	c.leaveFor(c.parts.Ceremonies.Page(b, from))
}

// ResumeCeremony shows the page of a ceremony that was left open.
func (c *Console) ResumeCeremony(open api.View, from PageID) {
	c.ShowScreen(c.parts.Ceremonies.Resume(open, from))
}
