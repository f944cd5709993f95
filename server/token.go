package server

import (
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
	"nightlatch/server/temppassword"
	"nightlatch/server/thirdparty"
)

// errToken reports an OAuth token that is not, or no longer, good for anything.
var errToken = errors.New("server: invalid token")

const (
	tokenPrefix = "nlo_"
	tokenName   = "oauth/token" // what it is sealed as
)

// A ticket is what an OAuth token says, sealed: nothing is stored for it, and it
// is good for as long as what it was given for. No route but /api/v1/me takes it,
// so it can't make anything, least of all another token (GHSA-683j-3ff6-hh2x).
type ticket struct {
	Account    string    `json:"a"`
	Credential string    `json:"c"` // thirdparty.Identity.Credential
	Until      time.Time `json:"u"`
}

// A mint makes and reads tickets (oauth.Issuer).
type mint struct{ keys *seal.Sealer }

// ordinary begins the credential that stands for an ordinary password; the ID of
// a temporary one has no dash.
const ordinary = "pw-"

// mark recognises an account's password and says nothing about it. A changed
// password has another.
func (m mint) mark(a *account.Account) string {
	sum := m.keys.MAC("oauth password", a.ID, a.Password)
	return ordinary + hex.EncodeToString(sum[:16])
}

// Issue implements oauth.Issuer.
func (m mint) Issue(id thirdparty.Identity, until time.Time) (string, error) {
	b, err := json.Marshal(ticket{Account: id.Account, Credential: id.Credential, Until: until.UTC()})
	if err != nil {
		return "", err
	}
	return tokenPrefix + base64.RawURLEncoding.EncodeToString(m.keys.Seal(tokenName, b)), nil
}

// open returns the account of a token, and the temporary password it was given
// for, if that still works: not expired, not revoked, the password not changed
// and two-factor not turned on since (R80). Otherwise errToken.
func (m mint) open(tx store.Tx, token string) (*account.Account, temppassword.Record, error) {
	t, err := m.read(token)
	if err != nil || !tx.Now().Before(t.Until) {
		return nil, temppassword.Record{}, errToken
	}
	a, err := account.Load(tx, t.Account)
	if errors.Is(err, account.ErrNotFound) {
		err = errToken
	}
	if err != nil {
		return nil, temppassword.Record{}, err
	}
	if strings.HasPrefix(t.Credential, ordinary) {
		enrolled, err := account.Enrolled(tx, a)
		if err == nil && (enrolled.TwoFactor() || subtle.ConstantTimeCompare([]byte(t.Credential), []byte(m.mark(a))) != 1) {
			err = errToken
		}
		return a, temppassword.Record{}, err
	}
	r, err := temppassword.Get(tx, a.ID, t.Credential)
	if errors.Is(err, temppassword.ErrNotFound) || err == nil && r.State(tx.Now()) != temppassword.StateLive {
		err = errToken
	}
	return a, r, err
}

func (m mint) read(token string) (ticket, error) {
	var t ticket
	text, ok := strings.CutPrefix(token, tokenPrefix)
	if !ok {
		return t, errToken
	}
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return t, errToken
	}
	b, err := m.keys.Open(tokenName, sealed)
	if err != nil {
		return t, errToken
	}
	if err := json.Unmarshal(b, &t); err != nil {
		return t, errToken
	}
	return t, nil
}
