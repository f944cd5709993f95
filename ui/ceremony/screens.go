// Package ceremony runs ceremonies: it shows their steps, sends the person's
// answers to the server, and uses security keys where a step asks for one.
//
// A ceremony runs on a page of its own, on the sign-in form, or in a dialog. The code
// is the same for all kinds of ceremonies and all steps, except steps that use a
// security key.
package ceremony

import (
	"nightlatch/server/api"
	"nightlatch/ui/securitykey"
	"nightlatch/ui/shell"
	"nightlatch/ui/wizard"
)

// Screens makes the screens of ceremonies. It implements shell.Ceremonies.
type Screens struct {
	Console *shell.Console
	Keys    *securitykey.Access
	Sheets  Sheets
}

// Sheets save, print or check a backup code that is shown once (R77). Then
// they call done with a function that records it. Check calls right with the number of
// each active code that was typed.
type Sheets interface {
	Save(code api.SaveBackupCode, done func(func(*wizard.Saved)))
	Print(from shell.Screen, code api.SaveBackupCode, done func(func(*wizard.Saved)))
	Check(s *shell.Scope, right func(number int))
}

// SignIn is part of shell.Ceremonies: the sign-in form, or the welcome screen if the
// server has no account yet.
func (x Screens) SignIn() shell.Screen {
	if x.Console.About().Accounts {
		return newSignIn(x)
	}
	return newWelcome(x)
}

// Page is part of shell.Ceremonies.
func (x Screens) Page(b api.Begin, from shell.PageID) shell.Screen { return newPage(x, b, from) }

// Resume is part of shell.Ceremonies. With an empty from it returns to the page where
// such a ceremony begins.
func (x Screens) Resume(open api.View, from shell.PageID) shell.Screen {
	if from == "" {
		from = homeOf(open.Kind)
	}
	p := newPage(x, api.Begin{Kind: open.Kind, Method: methodOf(open)}, from)
	p.open = &open
	return p
}

// methodOf is the method that a ceremony turns off, "" for other ceremonies.
func methodOf(v api.View) api.Method {
	if s, ok := v.Step.(api.Confirm); ok {
		return s.Method
	}
	return ""
}

// homeOf is the page where a kind of ceremony begins.
func homeOf(k api.Kind) shell.PageID {
	switch k {
	case api.ChangeEmail, api.ChangePassword, api.ChangePhone:
		return shell.Settings
	case api.EnrollKey:
		return shell.SecurityKeys
	}
	return shell.TwoFactor
}
