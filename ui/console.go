// Package ui is the console: the window and its pages.
//
// It connects the shell, the pages, the ceremonies and the lab, and contains
// the smaller pages.
package ui

import (
	"errors"

	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/ui/ceremony"
	"nightlatch/ui/lab"
	"nightlatch/ui/securitykey"
	"nightlatch/ui/shell"
)

// Config says what a console is connected to.
type Config struct {
	shell.Config
	Devices securitykey.Devices // required: security keys
	Printer Printer             // required
}

// New returns a console; Open makes its window.
func New(cfg Config) (*shell.Console, error) {
	switch {
	case cfg.Devices == nil:
		return nil, errors.New("ui: Config.Devices is missing")
	case cfg.Printer == nil:
		return nil, errors.New("ui: Config.Printer is missing")
	}
	c, err := shell.New(cfg.Config)
	if err != nil {
		return nil, err
	}
	c.Register(parts(c, cfg))
	return c, nil
}

// parts are the pages, the ceremonies and the lab of a console.
func parts(c *shell.Console, cfg Config) shell.Parts {
	keys := securitykey.NewAccess(c, cfg.Devices)
	s := sheets{c: c, printer: cfg.Printer}
	mail := &mailbox{c: c}
	p := shell.Parts{
		Groups: [][]shell.Page{
			{
				{ID: shell.Overview, Icon: "overview", Shortcut: fyne.Key1, New: func(string) shell.Screen { return newOverview(c) }},
			},
			{
				{ID: shell.TwoFactor, Icon: "two-factor", Shortcut: fyne.Key2, New: func(string) shell.Screen { return newTwoFactor(c) }},
				{ID: shell.SecurityKeys, Icon: "key", Shortcut: fyne.Key3, New: func(arg string) shell.Screen { return securitykey.New(c, keys, arg) }},
				{ID: shell.BackupCodes, Icon: "backup-codes", Shortcut: fyne.Key4, New: func(arg string) shell.Screen { return newBackupCodes(c, s, arg) }},
				{ID: shell.TemporaryPasswords, Icon: "temporary-password", Shortcut: fyne.Key5, New: func(string) shell.Screen { return newTemporaryPasswords(c) }},
			},
			{
				{ID: shell.Sessions, Icon: "sessions", Shortcut: fyne.Key6, New: func(string) shell.Screen { return newSessions(c) }},
				{ID: shell.Activity, Icon: "activity", Shortcut: fyne.Key7, New: func(search string) shell.Screen { return newActivity(c, search) }},
			},
		},
		Feet: []shell.Page{
			{ID: shell.Settings, Icon: "settings", Shortcut: fyne.KeyComma, New: func(row string) shell.Screen { return newSettings(c, row) }},
		},
		Hidden: []shell.Page{
			{ID: shell.Access, Icon: "shield", New: func(string) shell.Screen { return newHub(c, shell.Access) }},
			{ID: shell.Security, Icon: "lock", New: func(string) shell.Screen { return newHub(c, shell.Security) }},
			{ID: shell.Delivery, New: func(string) shell.Screen { return newDelivery(c) }},
			{ID: shell.Backups, New: func(string) shell.Screen { return newBackups(c) }},
			{ID: shell.Accounts, New: func(string) shell.Screen { return newAccounts(c) }},
			{ID: shell.Mail, Open: func(string) { mail.open() }},
		},
		Ceremonies: ceremony.Screens{Console: c, Keys: keys, Sheets: s},
		OnTopic:    mail.onTopic,
		Settings:   func() []shell.Find { return findSettings(c) },
		Actions:    func() []shell.Find { return findActions(c) },
		Event:      func(e api.Activity) shell.Find { return findEvent(c, e) },
	}
	if c.Config.Lab {
		p.Panel = lab.New(c)
		p.Feet = append([]shell.Page{{ID: shell.Lab, Icon: "lab", Shortcut: fyne.KeyL, Open: c.OpenPanel}}, p.Feet...)
	}
	return p
}
