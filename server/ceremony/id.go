package ceremony

import (
	"crypto/rand"
	"encoding/base32"
	"strings"
)

// idLength is 26 symbols of base32: 130 bits, which nobody guesses.
const idLength = 26

const idAlphabet = "abcdefghijklmnopqrstuvwxyz234567"

// newID returns an unguessable ID.
func newID() string {
	var b [17]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return base32.NewEncoding(idAlphabet).WithPadding(base32.NoPadding).EncodeToString(b[:])[:idLength]
}

// isID reports whether s could be an ID of ours, and not a path into the store.
func isID(s string) bool {
	return len(s) == idLength && strings.Trim(s, idAlphabet) == ""
}
