// Package device remembers the devices and programs that have signed in to an account
// (R43). Their failures are counted separately, so a stranger's wrong tries do not make the
// owner wait.
//
// A device shows a token that it got at its first sign-in. The token gives no access: the
// password and the second step are still required. It has 256 random bits and a keyed checksum,
// so that only tokens of this server are remembered. One token serves all accounts of a device.
//
// A third-party program cannot keep a token. It is recognised by its address and name, which
// are not secret: a stranger who copies both shares its count.
package device

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"strings"
	"time"

	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

const (
	tokenPrefix = "nld_"
	randomLen   = 32
	sumLen      = 16
)

// newToken returns a token: random bytes and a checksum that only this server can make.
func newToken(keys *seal.Sealer) string {
	b := make([]byte, randomLen, randomLen+sumLen)
	rand.Read(b) // never fails (crypto/rand)
	return tokenPrefix + base64.RawURLEncoding.EncodeToString(append(b, checksum(keys, b)...))
}

func checksum(keys *seal.Sealer, random []byte) []byte {
	sum := keys.MAC("device token", string(random))
	return sum[:sumLen]
}

// Genuine reports whether this server made a token, for any account.
func Genuine(keys *seal.Sealer, token string) bool {
	text, ok := strings.CutPrefix(token, tokenPrefix)
	if !ok || len(text) != base64.RawURLEncoding.EncodedLen(randomLen+sumLen) {
		return false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	return err == nil && subtle.ConstantTimeCompare(b[randomLen:], checksum(keys, b[:randomLen])) == 1
}

// Find returns the ID of the account's device that shows a token; "" if the account does
// not know it. The account is "" for an unknown user name. A View is enough.
func Find(tx store.Tx, keys *seal.Sealer, account, token string) (id string, err error) {
	if !Genuine(keys, token) {
		return "", nil
	}
	return Devices.find(tx, keys, account, token)
}

// Remember records that a session of the account began on the device that showed a token,
// and returns the token for its next sign-in: the same, or a new one if this server did not
// make it.
func Remember(tx store.Tx, keys *seal.Sealer, account, shown, session string) (token string, err error) {
	if token = shown; !Genuine(keys, token) {
		token = newToken(keys)
	}
	return token, Devices.remember(tx, keys, account, token, session, 0)
}

// A Program is a third-party client.
type Program struct{ Address, Client string }

// name separates the parts by a character that neither can contain.
func (p Program) name() string { return p.Address + "\n" + p.Client }

// programFresh is the minimum time between two stored uses of a program.
const programFresh = 24 * time.Hour

// FindProgram is Find for a program.
func FindProgram(tx store.Tx, keys *seal.Sealer, account string, p Program) (id string, err error) {
	return Programs.find(tx, keys, account, p.name())
}

// RememberProgram records that a program signed in to an account.
func RememberProgram(tx store.Tx, keys *seal.Sealer, account string, p Program) error {
	return Programs.remember(tx, keys, account, p.name(), "", programFresh)
}
