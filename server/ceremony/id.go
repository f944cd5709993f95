package ceremony

import (
	"crypto/rand"
	"encoding/base32"
	"strings"
)

// idLength is 26 characters of base32, 130 bits.
const idLength = 26

const idAlphabet = "abcdefghijklmnopqrstuvwxyz234567"

// newID returns an unguessable ID.
func newID() string {
	var b [17]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return base32.NewEncoding(idAlphabet).WithPadding(base32.NoPadding).EncodeToString(b[:])[:idLength]
}

// isID reports whether s has the form of an ID. An ID becomes part of a store key.
func isID(s string) bool {
	return len(s) == idLength && strings.Trim(s, idAlphabet) == ""
}
