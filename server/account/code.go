package account

import (
	"crypto/rand"
	"errors"
	"strings"
	"unicode"

	"nightlatch/server/rawtext"
)

// ErrCode reports text that is not a printed code.
var ErrCode = errors.New("account: not a code of 16 characters")

// crockford is the alphabet of Crockford's base32, lower case: no i, l, o, u.
const crockford = "0123456789abcdefghjkmnpqrstvwxyz"

// codeInputMax bounds the input: 16 characters and many separators.
const codeInputMax = 256 // bytes

// NewCode returns 80 random bits as 16 characters of Crockford base32, in the form that is
// hashed. FormatCode returns the form that is shown. Backup codes (R76) and temporary
// passwords (R81) are such codes.
func NewCode() string {
	var b [BackupCodeSymbols]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	for i := range b {
		b[i] = crockford[b[i]&31]
	}
	return string(b[:])
}

// NormalizeCode reads a code as people type it: any case, spaces and dashes of
// any kind anywhere, o for 0, i and l for 1. Error: ErrCode.
func NormalizeCode(s string) (string, error) {
	if len(s) > codeInputMax {
		return "", ErrCode
	}
	code := make([]byte, 0, BackupCodeSymbols)
	for _, r := range rawtext.Parsed(s) {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		switch r {
		case 'o':
			r = '0'
		case 'i', 'l':
			r = '1'
		}
		switch {
		case r <= unicode.MaxASCII && strings.IndexByte(crockford, byte(r)) >= 0:
			if len(code) == BackupCodeSymbols {
				return "", ErrCode
			}
			code = append(code, byte(r))
		case r != ' ' && !rawtext.Dash(r):
			return "", ErrCode
		}
	}
	if len(code) != BackupCodeSymbols {
		return "", ErrCode
	}
	return string(code), nil
}

// FormatCode formats a code in groups of four: 7kmq-2xwd-9hfz-3r8n (R76).
func FormatCode(code string) string {
	var b strings.Builder
	for i := range len(code) {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(code[i])
	}
	return b.String()
}
