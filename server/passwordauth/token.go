package passwordauth

import (
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/epoch"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
	"nightlatch/server/temppassword"
	"nightlatch/server/thirdparty"
)

// ErrToken reports an OAuth token that is not valid or has ended.
var ErrToken = errors.New("passwordauth: invalid token")

const (
	TokenPrefix = "nlo_"        // first part of every token
	tokenName   = "oauth/token" // context of the seal
	tokenLife   = time.Hour     // the longest life of a token (oauth.Life)
)

// claims are the content of an OAuth token. The token is these claims, sealed; the
// server stores nothing for it. It is valid as long as the credential it was issued
// for. Only /api/v1/me accepts it, so it cannot create anything, in particular no
// further token (GHSA-683j-3ff6-hh2x).
type claims struct {
	Account    string    `json:"a"`
	Credential string    `json:"c"` // thirdparty.Identity.Credential
	Until      time.Time `json:"u"`
}

// tokens issues and reads OAuth tokens (oauth.Issuer).
type tokens struct{ sealer *seal.Sealer }

// ordinary is the first part of the credential of an account password. IDs of
// temporary passwords have no dash.
const ordinary = "pw-"

// passwordFingerprint identifies the current password of an account without
// revealing it. It changes when the password changes, when two-factor is
// turned on, and when the data is restored. A token that one of these has
// ended stays ended.
func (k tokens) passwordFingerprint(tx store.Tx, a *account.Account) (string, error) {
	now, err := epoch.Current(tx)
	if err != nil {
		return "", err
	}
	sum := k.sealer.MAC("oauth password", a.ID, a.Password, strconv.FormatUint(now, 10), strconv.Itoa(a.TwoFactorTurns))
	return ordinary + hex.EncodeToString(sum[:16]), nil
}

// Issue implements oauth.Issuer.
func (k tokens) Issue(id thirdparty.Identity, until time.Time) (string, error) {
	b, err := json.Marshal(claims{Account: id.Account, Credential: id.Credential, Until: until.UTC()})
	if err != nil {
		return "", err
	}
	return TokenPrefix + base64.RawURLEncoding.EncodeToString(k.sealer.Seal(tokenName, b)), nil
}

// Open returns the account of a token, and the temporary password it was issued for.
// The error is ErrToken if that credential is no longer valid: expired, revoked, the
// password changed, or two-factor turned on (R80). The record is empty for a token
// of the account password.
func (p *Authenticator) Open(tx store.Tx, token string) (*account.Account, temppassword.Record, error) {
	t, err := p.read(token)
	if err != nil || !store.Valid(tx.Now(), t.Until.Add(-tokenLife), t.Until) { // R86
		return nil, temppassword.Record{}, ErrToken
	}
	a, err := account.Load(tx, t.Account)
	if errors.Is(err, account.ErrNotFound) {
		err = ErrToken
	}
	if err != nil {
		return nil, temppassword.Record{}, err
	}
	if strings.HasPrefix(t.Credential, ordinary) {
		print, err := p.passwordFingerprint(tx, a)
		if err != nil {
			return a, temppassword.Record{}, err
		}
		enrolled, err := account.Enrolled(tx, a)
		if err == nil && (enrolled.TwoFactor() || subtle.ConstantTimeCompare([]byte(t.Credential), []byte(print)) != 1) {
			err = ErrToken
		}
		return a, temppassword.Record{}, err
	}
	r, err := temppassword.Get(tx, a.ID, t.Credential)
	if errors.Is(err, temppassword.ErrNotFound) || err == nil && r.State(tx.Now()) != temppassword.StateLive {
		err = ErrToken
	}
	return a, r, err
}

func (k tokens) read(token string) (claims, error) {
	var t claims
	text, ok := strings.CutPrefix(token, TokenPrefix)
	if !ok {
		return t, ErrToken
	}
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return t, ErrToken
	}
	b, err := k.sealer.Open(tokenName, sealed)
	if err != nil {
		return t, ErrToken
	}
	if err := json.Unmarshal(b, &t); err != nil {
		return t, ErrToken
	}
	return t, nil
}
