package account

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// ErrPHC reports a stored hash that can't be used. The hash is not in it.
var ErrPHC = errors.New("account: stored hash is malformed or asks for too much")

const (
	sumBytes  = 32 // RFC 9106 §3.1: tag of 256 bits
	saltBytes = 16 // RFC 9106 §3.1: 128 bits
	saltMin   = 8  // RFC 9106 §3.1
	saltMax   = 64
	sumMin    = 16
	sumMax    = 64
	memoryMax = 256 << 10 // KiB; a stored hash can't make the server swallow its memory
	timeMax   = 16
	// A hash may cost at most this many times KiB·passes: about 2 s on one core.
	costMax = 4 << 20
)

// Params are Argon2id's cost parameters (RFC 9106 §3.1).
type Params struct {
	Memory  uint32 // KiB
	Time    uint32 // passes
	Threads uint8  // lanes
}

// DefaultParams is 19 MiB, two passes, one lane: one of the equal choices of
// OWASP's Password Storage Cheat Sheet, and the one that takes the least memory
// for its strength. More lanes gain nothing when every core has a hash of its own.
func DefaultParams() Params { return Params{Memory: 19456, Time: 2, Threads: 1} }

// check caps what is asked for.
func (p Params) check() error {
	switch {
	case p.Time < 1 || p.Time > timeMax,
		p.Threads < 1 || p.Threads > 16,
		p.Memory < 8*uint32(p.Threads) || p.Memory > memoryMax,
		uint64(p.Memory)*uint64(p.Time) > costMax:
		return ErrPHC
	}
	return nil
}

// formatPHC writes the PHC string format
// (https://github.com/P-H-C/phc-string-format), as every Argon2 tool does.
func formatPHC(p Params, salt, sum []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		p.Memory, p.Time, p.Threads, phcBase64.EncodeToString(salt), phcBase64.EncodeToString(sum))
}

var phcBase64 = base64.RawStdEncoding.Strict()

// parsePHC reads what formatPHC wrote, and refuses everything else.
func parsePHC(s string) (p Params, salt, sum []byte, err error) {
	fail := func() (Params, []byte, []byte, error) { return Params{}, nil, nil, ErrPHC }
	if len(s) > 256 {
		return fail()
	}
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return fail()
	}
	costs := strings.Split(parts[3], ",")
	if len(costs) != 3 {
		return fail()
	}
	memory, ok1 := parseCost(costs[0], "m=", math.MaxUint32)
	passes, ok2 := parseCost(costs[1], "t=", math.MaxUint32)
	lanes, ok3 := parseCost(costs[2], "p=", math.MaxUint8)
	p = Params{Memory: uint32(memory), Time: uint32(passes), Threads: uint8(lanes)}
	if !ok1 || !ok2 || !ok3 || p.check() != nil {
		return fail()
	}
	salt, err = phcBase64.DecodeString(parts[4])
	if err != nil || len(salt) < saltMin || len(salt) > saltMax || strings.ContainsAny(parts[4], "\r\n") {
		return fail()
	}
	sum, err = phcBase64.DecodeString(parts[5])
	if err != nil || len(sum) < sumMin || len(sum) > sumMax || strings.ContainsAny(parts[5], "\r\n") {
		return fail()
	}
	return p, salt, sum, nil
}

// parseCost reads name and a decimal number without sign or leading zero.
func parseCost(s, name string, most uint64) (uint64, bool) {
	digits, ok := strings.CutPrefix(s, name)
	n, err := strconv.ParseUint(digits, 10, 64)
	return n, ok && err == nil && n <= most && strconv.FormatUint(n, 10) == digits
}

// paramsBytes is the length of the parameters before a salt's random bytes.
const paramsBytes = 4 + 4 + 1

// newSalt returns 128 random bits behind the parameters they are for. The
// parameters are part of what is hashed, and they stay with the salt, so that
// sums made today still compare when DefaultParams has grown.
func newSalt(p Params) []byte {
	salt := make([]byte, paramsBytes, paramsBytes+saltBytes)
	binary.BigEndian.PutUint32(salt, p.Memory)
	binary.BigEndian.PutUint32(salt[4:], p.Time)
	salt[8] = p.Threads
	random := make([]byte, saltBytes)
	rand.Read(random) // never fails (crypto/rand)
	return append(salt, random...)
}

// saltParams reads the parameters that a salt carries, capped as everywhere.
func saltParams(salt []byte) (Params, error) {
	if len(salt) != paramsBytes+saltBytes {
		return Params{}, ErrPHC
	}
	p := Params{
		Memory:  binary.BigEndian.Uint32(salt),
		Time:    binary.BigEndian.Uint32(salt[4:]),
		Threads: salt[8],
	}
	return p, p.check()
}
