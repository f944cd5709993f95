package ceremonytest

import (
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/otp"
	"nightlatch/server/store"
)

// Address is the email address that enrolments confirm.
func (p *Person) Address() string { return p.Username + "@example.org" }

// Prelude begins an enrolment and answers its first steps: overview, password, address.
func (p *Person) Prelude(kind api.Kind) *Walk {
	p.World.T.Helper()
	walk := p.Begin(kind).Answer(api.Continue{})
	if _, asked := walk.View.Step.(api.EnterPassword); asked {
		walk.Answer(api.Password{Password: p.Password})
	}
	if _, asked := walk.View.Step.(api.EnterEmail); asked {
		walk.Answer(api.Email{Address: p.Address()})
		p.World.Deliver()
		walk.Answer(api.Code{Code: p.World.Mails.Last(p.Address()).Code()})
	}
	return walk
}

// EnrollText turns text messages on and returns the backup code if one was issued.
func (p *Person) EnrollText(number string) (backup string) {
	p.World.T.Helper()
	walk := p.Prelude(api.EnrollText)
	if _, asked := walk.View.Step.(api.EnterPhone); asked {
		walk.Answer(api.Phone{Number: number})
	}
	p.World.Deliver()
	walk.Answer(api.Code{Code: p.World.Texts.Last(number).Code()})
	return walk.Save()
}

// EnrollApp enrols an authenticator app and returns its secret, and the backup code if one
// was issued. It then advances the clock by one time step, so that the app shows an unused
// code.
func (p *Person) EnrollApp() (secret, backup string) {
	p.World.T.Helper()
	walk := p.Prelude(api.EnrollApp).In("scan-qr")
	secret = walk.View.Step.(api.ScanQR).Secret
	walk.Answer(api.Continue{})
	walk.Answer(api.Code{Code: p.World.AppCode(secret)})
	backup = walk.Save()
	p.World.Clock.Advance(otp.Period)
	return secret, backup
}

// EnrollKey adds a security key.
func (p *Person) EnrollKey(label string) *Key {
	p.World.T.Helper()
	walk := p.Prelude(api.EnrollKey).In("touch-key")
	key := NewKey(p.World.T)
	walk.Answer(key.Create(walk.View.Step.(api.UseSecurityKey).Create)).In("name-key")
	walk.Answer(api.Label{Label: label}).In("finished")
	return key
}

// Save returns the backup code, if one is shown, and finishes the ceremony.
func (w *Walk) Save() (backup string) {
	w.Person.World.T.Helper()
	if step, shown := w.View.Step.(api.SaveBackupCode); shown {
		backup = step.Code
		w.Answer(api.Continue{})
	}
	w.In("finished")
	return backup
}

// AppCode returns the code that an authenticator app shows now.
func (w *World) AppCode(secret string) string {
	w.T.Helper()
	code, err := otp.Code(secret, w.Clock.Now())
	if err != nil {
		w.T.Fatal(err)
	}
	return code
}

// OtherCode returns a well-formed code that differs from the right one.
func OtherCode(code string) string {
	last := code[len(code)-1]
	return code[:len(code)-1] + string('0'+(last-'0'+1)%10)
}

// SecurityKeys returns an account's keys.
func (w *World) SecurityKeys(username string) (keys []account.SecurityKey) {
	w.T.Helper()
	a := w.Account(username)
	w.View(func(tx store.Tx) (err error) {
		keys, err = account.Keys(tx, a.ID)
		return err
	})
	return keys
}
