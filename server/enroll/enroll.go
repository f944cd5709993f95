// Package enroll declares the ceremonies that change how an account is
// protected: enrolling a text message number, an authenticator app or a security
// key, turning a method off, and changing password, address or number.
//
// Each runs in a session and requires a recently proved password (R3, R6). Enrolments
// also require a confirmed address for notices (R4). The account does not change before
// the last proof. Then the method, its first backup code (R70), the audit events and the
// notices commit together.
//
// No edge changes the account itself. It examines an input, stores the proof in the draft, and
// ends with next, which returns the step for the first unmet requirement. When all are met,
// write makes the change. So every change checks the password when it takes effect (R6), and
// compares the part that it replaces with the account (R16).
package enroll

import (
	"errors"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/ceremony/proof"
	"nightlatch/server/phoneapp"
	"nightlatch/server/store"
	"nightlatch/server/webauthn"
)

// life is how long a ceremony waits for its next answer. It is longer than the life of a
// mailed code (R4).
const life = 2 * time.Hour

// A Config configures the definitions.
type Config struct {
	Proof  *proof.Checker
	RP     *webauthn.RP
	Issuer string // names the account's entry in an authenticator app (R20)
	Phones *phoneapp.Store
	Region string // ISO 3166: the region of numbers without a country code; "" for none
}

// Definitions returns the ceremonies of this package.
func Definitions(cfg Config) ([]ceremony.Registered, error) {
	if cfg.Proof == nil || cfg.RP == nil || cfg.Issuer == "" || cfg.Phones == nil {
		return nil, errors.New("enroll: config: proofs, relying party, issuer and phone apps are needed")
	}
	r := &rules{Checker: cfg.Proof, rp: cfg.RP, issuer: cfg.Issuer, phones: cfg.Phones, region: cfg.Region}
	return []ceremony.Registered{
		r.enrollText(), r.enrollApp(), r.enrollKey(),
		r.turnOff(),
		r.changePassword(), r.changeEmail(), r.changePhone(),
	}, nil
}

// rules holds what the edges of this package share.
type rules struct {
	*proof.Checker
	rp     *webauthn.RP
	issuer string
	phones *phoneapp.Store
	region string
}

// The states.
const (
	overview       api.State = "overview"
	enterPassword  api.State = "enter-password"
	choosePassword api.State = "choose-password"
	enterEmail     api.State = "enter-email"
	emailCode      api.State = "email-code"
	enterPhone     api.State = "enter-phone"
	textCode       api.State = "text-code"
	scanQR         api.State = "scan-qr"
	appCode        api.State = "app-code"
	touchKey       api.State = "touch-key"
	nameKey        api.State = "name-key"
	saveBackupCode api.State = "save-backup-code"
	confirm        api.State = "confirm"
	finished       api.State = "finished"
)

// A draft is the data of a running ceremony. The mailed code and the texted code are
// separate, so that neither can be used in place of the other.
type draft struct {
	Method api.Method `json:"method,omitempty"` // being enrolled or turned off

	Began account.Parts `json:"began,omitzero"` // the account when the ceremony began, or when its user last saw a change
	Given proof.Given   `json:"given,omitzero"` // the password (R3)

	Email       proof.Sent `json:"email,omitzero"`
	EmailProved bool       `json:"email_proved,omitempty"` // the code mailed to it was right, or none can be mailed (proof.Sent.Kept)
	Phone       proof.Sent `json:"phone,omitzero"`
	PhoneProved bool       `json:"phone_proved,omitempty"`
	Find        *bool      `json:"find,omitempty"`      // R10, if the user said so
	FindEdit    int        `json:"find_edit,omitempty"` // account.Edits.Discoverable at that time

	Password string `json:"password,omitempty"` // change-password: the hash that was proved
	Hash     string `json:"hash,omitempty"`     // of the new password

	Secret  string `json:"secret,omitempty"`   // of the app, base32
	Scanned bool   `json:"scanned,omitempty"`  // the step asks for the app's code
	AppStep int64  `json:"app_step,omitempty"` // the time step of its right code, 0 before

	Options    api.RawJSON          `json:"options,omitempty"`    // for the security key
	Challenge  []byte               `json:"challenge,omitempty"`  // for the security key, used once
	Credential *webauthn.Credential `json:"credential,omitempty"` // the new one
	Product    string               `json:"product,omitempty"`    // how the client calls the key
	Label      string               `json:"label,omitempty"`      // its name

	Consequences []api.Consequence `json:"consequences,omitempty"` // as shown
	Confirmed    bool              `json:"confirmed,omitempty"`    // they were confirmed

	Number int    `json:"number,omitempty"` // of the backup code
	Code   string `json:"code,omitempty"`   // the backup code, until it is saved
}

type (
	state = ceremony.State[draft]
	edge  = ceremony.Edge[draft]
)

// done is the end of every ceremony of this package.
func done() state {
	return state{
		Name: finished,
		Step: api.Finished{},
		End:  true,
		Show: func(store.Tx, *ceremony.Ceremony, *draft) (api.Step, error) { return api.Finished{}, nil },
	}
}

// path lists the states that were passed and those still to come that apply to this
// account. order has all states of the ceremony.
func (r *rules) path(order ...api.State) func(store.Tx, *ceremony.Ceremony, *draft) ([]api.State, error) {
	return func(tx store.Tx, c *ceremony.Ceremony, _ *draft) ([]api.State, error) {
		a, err := account.Load(tx, c.Account)
		if err != nil {
			return nil, err
		}
		var path []api.State
		ahead := false
		for _, s := range order {
			applies := c.Been(s)
			if !applies && ahead {
				if applies, err = r.applies(tx, c, a, s); err != nil {
					return nil, err
				}
			}
			if applies {
				path = append(path, s)
			}
			ahead = ahead || s == c.State
		}
		return path, nil
	}
}

// applies reports whether a state still to come will be passed, as the account is now.
func (r *rules) applies(tx store.Tx, c *ceremony.Ceremony, a *account.Account, s api.State) (bool, error) {
	switch s {
	case enterPassword:
		_, recent, err := r.FromSession(tx, c, a)
		return !recent, err
	case enterEmail:
		return !r.HasAddress(a) || c.Kind == api.ChangeEmail, nil
	case emailCode:
		return r.Capabilities().Mail && (!r.HasAddress(a) || c.Kind == api.ChangeEmail), nil
	case enterPhone:
		return c.Kind == api.ChangePhone || !knownPhone(a), nil
	case saveBackupCode:
		return needsBackupCode(tx, a)
	}
	return true, nil
}
