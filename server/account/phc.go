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

// ErrPHC reports a stored hash that can't be used. It does not contain the hash.
var ErrPHC = errors.New("account: stored hash is malformed or its parameters are too large")

const (
	sumBytes  = 32 // RFC 9106 §3.1: tag of 256 bits
	saltBytes = 16 // RFC 9106 §3.1: 128 bits
	saltMin   = 8  // RFC 9106 §3.1
	saltMax   = 64
	sumMin    = 16
	sumMax    = 64
	memoryMax = 256 << 10 // KiB; bounds the memory that a stored hash can make the server use
	timeMax   = 16
	// The maximum of KiB × passes of a hash: about 2 s on one core.
	costMax = 4 << 20
)

// Params are Argon2id's cost parameters (RFC 9106 §3.1).
type Params struct {
	Memory  uint32 // KiB
	Time    uint32 // passes
	Threads uint8  // lanes
}

// DefaultParams is 19 MiB, two passes, one lane. OWASP's Password Storage Cheat Sheet lists
// it among several choices of equal strength. More lanes gain nothing when every core
// computes a hash.
func DefaultParams() Params { return Params{Memory: 19456, Time: 2, Threads: 1} }

// check returns ErrPHC if a parameter is outside its limits.
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

// formatPHC returns a hash in the PHC string format
// (https://github.com/P-H-C/phc-string-format).
func formatPHC(p Params, salt, sum []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		p.Memory, p.Time, p.Threads, phcBase64.EncodeToString(salt), phcBase64.EncodeToString(sum))
}

var phcBase64 = base64.RawStdEncoding.Strict()

// parsePHC reads a string of formatPHC and refuses all others.
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

// parseCost reads a name and a decimal number without sign or leading zero.
func parseCost(s, name string, limit uint64) (uint64, bool) {
	digits, ok := strings.CutPrefix(s, name)
	n, err := strconv.ParseUint(digits, 10, 64)
	return n, ok && err == nil && n <= limit && strconv.FormatUint(n, 10) == digits
}

// paramsBytes is the length of the parameters before a salt's random bytes.
const paramsBytes = 4 + 4 + 1

// newSalt returns the parameters followed by 128 random bits. The parameters are stored in
// the salt, so that old hashes can still be compared after DefaultParams has changed.
func newSalt(p Params) []byte {
	salt := make([]byte, paramsBytes, paramsBytes+saltBytes)
	binary.BigEndian.PutUint32(salt, p.Memory)
	binary.BigEndian.PutUint32(salt[4:], p.Time)
	salt[8] = p.Threads
	random := make([]byte, saltBytes)
	rand.Read(random) // never fails (crypto/rand)
	return append(salt, random...)
}

// saltParams returns the parameters that are stored in a salt.
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
