// Package signin declares the ceremonies that create a session or prove the identity of
// its user: sign-up, sign-in and reauthenticate.
//
// Signing in takes the password and a second step (R1). Until the password is right,
// all refusals are the same: an unknown name, a wrong password and a locked account get
// the same answer, take the same time and cause the same writes (R42). Failures of all
// factors are counted together, and only a complete sign-in resets the count (R43): an
// attacker who has the password gets no additional guesses at the code.
package signin

import (
	"errors"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/ceremony/proof"
	"nightlatch/server/notice"
	"nightlatch/server/phoneapp"
	"nightlatch/server/session"
	"nightlatch/server/signup"
	"nightlatch/server/store"
	"nightlatch/server/webauthn"
)

// SessionKind is the kind of sessions that a sign-in creates: those of first-party
// clients, which may do everything that the account's owner may.
const SessionKind = "first-party"

// life is how long a sign-in waits for its next answer. It is longer than the longest
// wait of R43.
const life = 2 * time.Hour

// A Config configures the definitions.
type Config struct {
	Proof     *proof.Checker
	RP        *webauthn.RP
	Door      *signup.Door
	Announcer *notice.Announcer
	Phones    *phoneapp.Store
}

// Definitions returns sign-up, sign-in and reauthenticate.
func Definitions(cfg Config) ([]ceremony.Registered, error) {
	if cfg.Proof == nil || cfg.RP == nil || cfg.Door == nil || cfg.Announcer == nil || cfg.Phones == nil {
		return nil, errors.New("signin: config: a field is missing")
	}
	r := &rules{Checker: cfg.Proof, rp: cfg.RP, door: cfg.Door, announcer: cfg.Announcer, phones: cfg.Phones}
	return []ceremony.Registered{r.signUp(), r.signIn(), r.reauthenticate()}, nil
}

// rules holds what the edges of this package share.
type rules struct {
	*proof.Checker
	rp        *webauthn.RP
	door      *signup.Door
	announcer *notice.Announcer
	phones    *phoneapp.Store
}

// The states.
const (
	chooseCredentials api.State = "choose-credentials"
	enterCredentials  api.State = "enter-credentials"
	enterPassword     api.State = "enter-password"
	textCode          api.State = "text-code"
	appCode           api.State = "app-code"
	securityKey       api.State = "security-key"
	backupCode        api.State = "backup-code"
	awaitApproval     api.State = "await-approval"
	requestApproved   api.State = "approved"
	signedIn          api.State = "signed-in"
	finished          api.State = "finished"
)

// A draft is the data of a running sign-up or sign-in.
type draft struct {
	// Password is the hash that the right password was compared with. If the account has
	// another hash by now, the password is asked for again.
	Password string `json:"password,omitempty"`

	Invitation string `json:"invitation,omitempty"` // sign-up: an invitation or the set-up code

	Given     proof.Given `json:"given,omitzero"`      // when the password was entered (R3)
	Text      proof.Sent  `json:"text,omitzero"`       // the code that was sent
	Texted    bool        `json:"texted,omitempty"`    // this sign-in sent the code
	Options   api.RawJSON `json:"options,omitempty"`   // for the security key
	Challenge []byte      `json:"challenge,omitempty"` // for the security key, used once
	Told      string      `json:"told,omitempty"`      // the refusal that refuseOwner recorded last
	Keys      []string    `json:"keys,omitempty"`      // IDs of the keys in the WebAuthn options

	Phone   bool     `json:"phone,omitempty"`   // the client is a phone (R93)
	Request string   `json:"request,omitempty"` // ID of the login request
	Expired string   `json:"expired,omitempty"` // ID of the request whose expiry the client was told
	Instead bool     `json:"instead,omitempty"` // a text takes the place of an approval (R53)
	Claimed *claimed `json:"claimed,omitempty"` // for the last step after an approval, which is shown again for a while

	// For the last step. Shown once and never stored.
	token, device string
	made          session.Session
}

// claimed is the result of an approved sign-in.
type claimed struct {
	Token, Device string
	Proved        time.Time // of the session
}

// end is the step that a sign-up and a sign-in finish with.
func (r *rules) end() ceremony.State[draft] {
	return ceremony.State[draft]{
		Name: signedIn,
		Step: api.SignedIn{},
		End:  true,
		Kept: shownAgain,
		Show: func(tx store.Tx, c *ceremony.Ceremony, d *draft) (api.Step, error) {
			if was := d.Claimed; was != nil {
				d.token, d.device, d.made = was.Token, was.Device, session.Session{Proved: was.Proved}
			}
			a, err := account.Load(tx, c.Account)
			if err != nil {
				return nil, err
			}
			view, err := account.View(tx, a, r.Policy)
			if err != nil {
				return nil, err
			}
			if until, fresh := r.Sessions.RecentlyAuthenticated(d.made, tx.Now()); fresh {
				view.PasswordProved = &until
			}
			return api.SignedIn{SessionToken: d.token, DeviceToken: d.device, Account: view}, nil
		},
	}
}
