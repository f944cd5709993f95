package checked

import (
	"encoding/json"
	"strings"

	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// A Rewriter adds checksums to the values of a database. It detects sealed
// values that belong to another master key.
type Rewriter struct {
	keys           *seal.Sealer
	opened, failed int // sealed values
}

// NewRewriter returns a rewriter for one database.
func NewRewriter(keys *seal.Sealer) *Rewriter { return &Rewriter{keys: keys} }

// First returns the rows that come before all others.
func (r *Rewriter) First() []store.Item {
	return []store.Item{{Key: keyRow, Value: ownRow(r.keys)}}
}

// Row returns the stored form of a row of the old database.
func (r *Rewriter) Row(key, value []byte) ([]byte, error) {
	r.try(string(key), value)
	return attach(r.keys, string(key), value), nil
}

// Done returns store.ErrOtherKey if there were sealed values and the key
// opened none of them.
func (r *Rewriter) Done() error {
	if r.failed > 0 && r.opened == 0 {
		return store.ErrOtherKey
	}
	return nil
}

// try opens the value if it is a sealed value, or a record with one. A
// database has sealed values as soon as an account has an authenticator app, a
// mail server is set, or a message is stored.
func (r *Rewriter) try(key string, value []byte) {
	sealed := value
	if strings.HasSuffix(key, "/authn/app") {
		var record struct {
			Sealed []byte `json:"sealed"`
		}
		if json.Unmarshal(value, &record) == nil {
			sealed = record.Sealed
		}
	}
	if !seal.Sealed(sealed) || strings.HasPrefix(key, "aud/") { // audit records begin with a hash
		return
	}
	if _, err := r.keys.Open(key, sealed); err != nil {
		r.failed++
		return
	}
	r.opened++
}
