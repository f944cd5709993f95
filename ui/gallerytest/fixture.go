package gallerytest

import (
	"time"

	"nightlatch/server/api"
)

// The data of the pictures: an invented person, at different stages of the account.

// Ago is a time before Now.
func Ago(d time.Duration) time.Time { return Now().Add(-d) }

// At is an optional time.
func At(t time.Time) *time.Time { return &t }

// Day is 24 hours.
const Day = 24 * time.Hour

// Account has text messages and an app.
func Account() api.Account {
	return api.Account{
		Username: "margarethe", Email: "margarethe.oyelaran-fitzwilliam@allotments.example.org", EmailConfirmed: true,
		Phone: "+12025550143", PhoneVerified: true, Discoverable: true, TwoFactor: true,
		Methods: api.Methods{Text: true, App: true}, LastMethod: api.App,
		BackupCodes: api.BackupCodes{Active: 2, Next: 4, Low: true}, Policy: "classic",
		Created: Ago(40 * Day), AppAdded: At(Ago(19 * Day)), TextAdded: At(Ago(19 * Day)),
	}
}

// PlainAccount has no second step yet.
func PlainAccount() api.Account {
	return api.Account{Username: "margarethe", Policy: "classic", Created: Ago(time.Minute)}
}

// StoppedAccount has a phone that opted out of texts (R18).
func StoppedAccount() api.Account {
	a := Account()
	a.Texts = &api.TextOptOut{Stopped: true, At: Ago(time.Hour), ShortCode: "40404"}
	return a
}

// SafeAccount has two security keys and five backup codes too.
func SafeAccount() api.Account {
	a := Account()
	a.Methods.Keys, a.LastMethod = 2, api.SecurityKey
	a.BackupCodes = api.BackupCodes{Active: 5, Next: 6}
	return a
}

// About describes the server.
func About() api.About {
	return api.About{
		Version: "1.0", Policy: "classic", RPID: "localhost", Accounts: true, Mail: true, Text: true, Now: Now(),
		ShortCode: "40404", Limits: api.Limits{SecurityKeys: 20, BackupCodes: 5, TemporaryPasswords: 10, TemporaryPasswordMinutes: 60},
	}
}

// Keys are security keys of the account.
func Keys() []api.Key {
	return []api.Key{
		{ID: "a", Label: "YubiKey 5C NFC, desk drawer", CredentialID: "YWJj", Model: "YubiKey 5C NFC", Transports: []string{"usb", "nfc"}, Added: Ago(19 * Day), LastUsed: At(Ago(6 * time.Minute))},
		{ID: "b", Label: "Nitrokey 3A Mini", Transports: []string{"usb"}, Added: Ago(19 * Day), LastUsed: At(Ago(12 * Day))},
		{ID: "c", Label: "Blue ring, at my parents’ house", Model: "SoloKeys Solo 2", Transports: []string{"usb", "nfc"}, Added: Ago(18 * Day)},
		{ID: "d", Label: "Feitian ePass K9 that came with the second-hand docking station", Transports: []string{"usb", "nfc"}, Added: Ago(95 * Day), LastUsed: At(Ago(69 * Day)), PossiblyCopied: true},
	}
}

// Sessions are the account's sessions.
func Sessions() []api.Session {
	return []api.Session{
		{ID: "1", Client: "Nightlatch", RemoteAddr: "console", Created: Ago(Day), LastSeen: Ago(time.Minute), Expires: Now().Add(29 * Day), Current: true},
		{ID: "2", Client: "Firefox, Linux", RemoteAddr: "127.0.0.1", Created: Ago(3 * Day), LastSeen: Ago(40 * time.Minute), Expires: Now().Add(27 * Day)},
		{ID: "3", Client: "curl 8.5.0", RemoteAddr: "192.0.2.44", Created: Ago(12 * Day), LastSeen: Ago(2 * Day), Expires: Now().Add(18 * Day), NewPlace: true},
	}
}

// Activity has the account's newest events.
func Activity() []api.Activity {
	e := func(cursor string, before time.Duration, kind api.EventType, refused bool, place string, details ...string) api.Activity {
		a := api.Activity{Cursor: cursor, At: Ago(before), Type: kind, Refused: refused, Client: "Firefox, Linux", RemoteAddr: place, Details: map[string]string{}}
		for i := 0; i+1 < len(details); i += 2 {
			a.Details[details[i]] = details[i+1]
		}
		return a
	}
	return []api.Activity{
		e("9", 0, api.EventSignedIn, false, "127.0.0.1", "method", "app"),
		e("8", time.Minute, api.EventCodeRefused, true, "127.0.0.1", "factor", "app", "reason", "code_used"),
		e("7", 90*time.Minute, api.EventTemporaryPasswordRefused, true, "192.0.2.44", "protocol", "http-basic", "reason", "temporary_password_required"),
		e("6", 12*time.Hour+30*time.Minute, api.EventBackupCodeUsed, false, "console", "number", "3"),
		e("5", 14*time.Hour, api.EventTemporaryPasswordMade, false, "console", "label", "Thunderbird on the ThinkPad in the workshop"),
		e("4", 15*time.Hour, api.EventKeyRenamed, false, "console", "was", "Solo 2", "label", "Solo 2, blue ring, at my parents’ house"),
		e("3", 15*time.Hour+40*time.Minute, api.EventEmailConfirmed, false, "console", "address", "m•••@allotments.example.org"),
		e("2", 19*Day, api.EventTwoFactorOn, false, "console"),
		e("1", 40*Day, api.EventAccountCreated, false, "console"),
	}
}

// Codes are the account's backup codes.
func Codes() []api.BackupCodeEntry {
	return []api.BackupCodeEntry{
		{Number: 1, State: "used", Created: Ago(40 * Day), Used: At(Ago(38*Day + 15*time.Hour))},
		{Number: 2, State: "void", Created: Ago(30 * Day), Voided: At(Ago(19 * Day)), VoidedBy: api.EventBackupCodesReplaced},
		{Number: 3, State: "used", Created: Ago(19 * Day), Used: At(Ago(12*time.Hour + 34*time.Minute))},
		{Number: 4, State: "active", Created: Ago(19 * Day), Kept: api.KeptPrinted, KeptAt: At(Ago(19 * Day))},
		{Number: 5, State: "active", Created: Ago(19 * Day), Kept: api.KeptPrinted, KeptAt: At(Ago(19 * Day))},
	}
}

// TemporaryPasswords are live and expired ones.
func TemporaryPasswords() []api.TemporaryPassword {
	left := func(d time.Duration) (created, expires time.Time) {
		return Now().Add(d - time.Hour), Now().Add(d)
	}
	one := func(id, label, service string, d time.Duration, uses int, used *api.Use) api.TemporaryPassword {
		c, e := left(d)
		return api.TemporaryPassword{ID: id, Label: label, Service: service, Created: c, Expires: e, Uses: uses, LastUsed: used, State: "live"}
	}
	gone := one("d", "Thunderbird on the old ThinkPad", "", -2*time.Hour, 14, nil)
	gone.State = "expired"
	return []api.TemporaryPassword{
		one("a", "Thunderbird on the ThinkPad in the workshop", "http-basic", 58*time.Minute+12*time.Second, 0, nil),
		one("b", "Office VPN", "", 23*time.Minute, 14, &api.Use{At: Ago(2 * time.Minute), Protocol: "oauth", Address: "192.0.2.44"}),
		one("c", "curl in the nightly backup script on the storage box", "http-basic", 4*time.Minute, 1, &api.Use{At: Ago(31 * time.Minute), Protocol: "http-basic", Address: "127.0.0.1"}),
		gone,
	}
}

// LabKeys are virtual keys of every kind, in all states.
func LabKeys() []api.LabKey {
	yes, no, none, five := true, false, 0, 5
	return []api.LabKey{
		{ID: "a", Name: "Virtual key", Transport: "usb", Kind: api.KeyFIDO2, HasPIN: true, PINTries: &five, PluggedIn: true, WaitingForTouch: true, Room: 25},
		{
			ID: "b", Name: "Key with a sensor", Transport: "usb", Kind: api.KeyFingerprint, HasPIN: true, PINTries: &five, PluggedIn: true, Finger: &yes, Stored: 3, Room: 22,
			KeyBehaviour: api.KeyBehaviour{WrongFinger: &yes, PullOnTouch: &yes, AutoTouch: &no, CounterStill: &no},
		},
		{ID: "c", Name: "From the drawer", Transport: "nfc", Kind: api.KeyU2F},
		{ID: "d", Name: "Virtual key, copy", Transport: "usb", Kind: api.KeyFIDO2, CopyOf: "a", PluggedIn: true, Room: 25, KeyBehaviour: api.KeyBehaviour{CounterStill: &yes}},
		{ID: "e", Name: "The key that came with the second-hand docking station", Transport: "usb", Kind: api.KeyFingerprint, HasPIN: true, PINTries: &none, PluggedIn: true, Finger: &no, Stored: 25},
	}
}

// LabPhones are the lab's phones.
func LabPhones() []api.LabPhone {
	no, yes, delay, loss := false, true, "3s", 0.0
	return []api.LabPhone{{Number: "+12025550143", FlightMode: &no, Carrier: &api.LabCarrier{Delay: &delay, Loss: &loss, OptInRequired: &yes, OptedIn: &yes}}}
}

// LabTexts are the texts on the phone.
func LabTexts() []api.LabText {
	return []api.LabText{{From: "40404", Body: "418205 is your Nightlatch code to confirm this phone. Don't share it.\n@localhost #418205", At: At(Now())}}
}

// LabMail are the mails in the lab's mailbox.
func LabMail() []api.LabMail {
	return []api.LabMail{{To: "m@example.org", Subject: "A backup code was used", Text: "…", At: Ago(12 * time.Hour)}, {To: "m@example.org", Subject: "Text message codes are on", Text: "…", At: Now()}}
}

// LabAccounts are the demo accounts.
func LabAccounts() []api.LabAccount {
	return []api.LabAccount{
		{Username: "ada", Password: "night-latch-demo", Story: "nothing-on"},
		{Username: "chloe", Password: "night-latch-demo", Story: "app-and-codes", AppCode: "418205", BackupCodes: []string{"7kmq-2xwd-9hfz-3r8n", "4tgc-8vqp-5jxw-6m2d"}},
	}
}

// LabKey is a virtual key that waits for a touch.
func LabKey() api.LabKey {
	return api.LabKey{ID: "k", Name: "Virtual key", Transport: "usb", HasPIN: true, PluggedIn: true, WaitingForTouch: true}
}
