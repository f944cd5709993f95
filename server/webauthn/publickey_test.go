package webauthn_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"nightlatch/server/webauthn"
)

// COSE_Keys of each type (RFC 9053, section 7; RFC 8230, section 4).
func ec2(alg, curve int64, x, y []byte) []byte {
	return cborMap(cborInt(1), cborInt(2), cborInt(3), cborInt(alg), cborInt(-1), cborInt(curve), cborInt(-2), cborBytes(x), cborInt(-3), cborBytes(y))
}

func okp(alg, curve int64, x []byte) []byte {
	return cborMap(cborInt(1), cborInt(1), cborInt(3), cborInt(alg), cborInt(-1), cborInt(curve), cborInt(-2), cborBytes(x))
}

func rsaKey(alg int64, n, e []byte) []byte {
	return cborMap(cborInt(1), cborInt(3), cborInt(3), cborInt(alg), cborInt(-1), cborBytes(n), cborInt(-2), cborBytes(e))
}

// smallOrder are all encodings of the Ed25519 points of order 1, 2, 4 and 8,
// including non-canonical ones.
var smallOrder = []string{
	"0100000000000000000000000000000000000000000000000000000000000000",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0000000000000000000000000000000000000000000000000000000000000080",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
	"0100000000000000000000000000000000000000000000000000000000000080",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// badKeys are public keys that can never verify a signature, or that verify
// one made without a private key.
func badKeys(t testing.TB) map[string][]byte {
	t.Helper()
	good := es256(t).Public().(*ecdsa.PublicKey)
	point, err := good.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	x, y := point[1:33], point[33:]
	off := bytes.Clone(y)
	off[31] ^= 1
	field := unhex(t, "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff") // the order of P-256's field
	zero, one := make([]byte, 32), append(make([]byte, 31), 1)

	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	n, e := private.N.Bytes(), []byte{1, 0, 1}
	even := bytes.Clone(n)
	even[255] &^= 1
	prime, err := rand.Prime(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	half, err := rand.Prime(rand.Reader, 1025)
	if err != nil {
		t.Fatal(err)
	}
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	fifteen := new(big.Int).Mul(big.NewInt(15), private.N)

	bad := map[string][]byte{
		"P-256, not on the curve":          ec2(-7, 1, x, off),
		"P-256, zeros":                     ec2(-7, 1, zero, zero),
		"P-256, x is the field's order":    ec2(-7, 1, field, y),
		"P-256, x of 31 bytes":             ec2(-7, 1, x[1:], y),
		"P-256, no y":                      cborMap(cborInt(1), cborInt(2), cborInt(3), cborInt(-7), cborInt(-1), cborInt(1), cborInt(-2), cborBytes(x)),
		"P-256 as ES384":                   ec2(-35, 1, x, y),
		"P-256 as secp256k1":               ec2(-47, 8, x, y),
		"P-256 with the type of Ed25519":   cborMap(cborInt(1), cborInt(1), cborInt(3), cborInt(-7), cborInt(-1), cborInt(1), cborInt(-2), cborBytes(x), cborInt(-3), cborBytes(y)),
		"Ed25519, not on the curve":        okp(-8, 6, append([]byte{2}, make([]byte, 31)...)),
		"Ed25519 of 31 bytes":              okp(-8, 6, x[1:]),
		"Ed25519 with the curve of Ed448":  okp(-8, 7, one),
		"Ed25519 with X25519's curve":      okp(-8, 4, one),
		"Ed25519, of mixed order":          okp(-8, 6, mixedOrder(t)),
		"RSA, even":                        rsaKey(-257, even, e),
		"RSA, zero":                        rsaKey(-257, make([]byte, 256), e),
		"RSA, empty":                       rsaKey(-257, nil, e),
		"RSA, 1024 bits":                   rsaKey(-257, short.N.Bytes(), e),
		"RSA, 1024 bits in 256 bytes":      rsaKey(-257, append(make([]byte, 128), short.N.Bytes()...), e),
		"RSA, small factors":               rsaKey(-257, fifteen.Bytes(), e),
		"RSA, a prime":                     rsaKey(-257, prime.Bytes(), e),
		"RSA, a square":                    rsaKey(-257, new(big.Int).Mul(half, half).Bytes(), e),
		"RSA, exponent 0":                  rsaKey(-257, n, []byte{0}),
		"RSA, exponent 1":                  rsaKey(-257, n, []byte{1}),
		"RSA, even exponent":               rsaKey(-257, n, []byte{1, 0, 0}),
		"RSA, no exponent":                 rsaKey(-257, n, nil),
		"RSA, exponent of 33 bits":         rsaKey(-257, n, []byte{1, 0, 0, 0, 1}),
		"RSA, exponent with leading zeros": rsaKey(-257, n, []byte{0, 1, 0, 1}),
		"RSA with SHA-1":                   rsaKey(-65535, n, e),
		"RSA-PSS":                          rsaKey(-37, n, e),
		"a symmetric key":                  cborMap(cborInt(1), cborInt(4), cborInt(3), cborInt(5), cborInt(-1), cborBytes(one)),
		"no parameters":                    cborMap(),
		"a text":                           cborText("key"),
	}
	for _, encoded := range smallOrder {
		bad["Ed25519 "+encoded] = okp(-8, 6, unhex(t, encoded))
	}
	return bad
}

// mixedOrder returns the sum of a valid point and the point of order 2: (-x,
// -y).
func mixedOrder(t testing.TB) []byte {
	t.Helper()
	public, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	sign := public[31] & 0x80
	little := bytes.Clone(public)
	little[31] &^= 0x80
	y := new(big.Int).SetBytes(reversed(little))
	out := reversed(y.Sub(p, y).FillBytes(make([]byte, 32)))
	out[31] |= sign ^ 0x80 // -x has the other sign: p is odd
	return out
}

func reversed(b []byte) []byte {
	out := make([]byte, len(b))
	for i := range b {
		out[len(b)-1-i] = b[i]
	}
	return out
}

// A public key that can never verify a signature is refused at enrolment. As
// the only method of an account, it would lock the owner out.
func TestBadPublicKeyIsNotEnrolled(t *testing.T) {
	t.Parallel()
	for name, public := range badKeys(t) {
		rp, d := classic(t), newDevice(t, es256(t))
		d.public = public
		raw, session, err := rp.BeginCreate(ann, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := rp.FinishCreate(session, ann, d.create(raw)); refusal(err) == "" {
			t.Errorf("%s was enrolled: %v", name, err)
		}
	}
}

// A key that an older version stored is checked at each use. A key of small
// order verifies signatures that no private key made: R of small order and S
// zero.
func TestStoredBadPublicKeyVerifiesNothing(t *testing.T) {
	t.Parallel()
	rp := classic(t)
	for name, public := range badKeys(t) {
		d := newDevice(t, es256(t))
		c := enroll(t, rp, d)
		c.PublicKey = public
		messages := 1
		if strings.HasPrefix(name, "Ed25519") {
			messages = 8 // an attacker tries messages until one verifies
		}
		for n := range messages {
			d.counter = uint32(2 + n)
			raw, session := begin(t, rp, c)
			response := d.get(raw)
			for _, r := range smallOrder {
				forged := setSignature(t, response, append(unhex(t, r), make([]byte, 32)...))
				if _, err := rp.FinishGet(session, []webauthn.Credential{c}, forged); refusal(err) != webauthn.BadPublicKey {
					t.Fatalf("%s: a signature that nobody made: %v", name, err)
				}
			}
		}
	}
}

// setSignature replaces the signature of an assertion.
func setSignature(t testing.TB, r json.RawMessage, signature []byte) json.RawMessage {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(r, &m); err != nil {
		t.Fatal(err)
	}
	m["response"].(map[string]any)["signature"] = b64(signature)
	out, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// No constant signature verifies: zeros, ones, the order of the curve, a copy
// of the hash.
func TestConstantSignatureIsRefused(t *testing.T) {
	t.Parallel()
	rp, d := classic(t), newDevice(t, es256(t))
	c := enroll(t, rp, d)
	d.counter = 2
	raw, session := begin(t, rp, c)
	response := d.get(raw)
	hash := sha256.Sum256(response)
	for name, signature := range map[string][]byte{
		"empty": nil, "zeros": make([]byte, 64), "ones": bytes.Repeat([]byte{0xff}, 64), "hash": hash[:],
		"r and s zero":    {0x30, 6, 2, 1, 0, 2, 1, 0},
		"r and s one":     {0x30, 6, 2, 1, 1, 2, 1, 1},
		"r and s minus 1": {0x30, 6, 2, 1, 0xff, 2, 1, 0xff},
		"the order":       unhex(t, "3046022100ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551022100ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"),
	} {
		if _, err := rp.FinishGet(session, []webauthn.Credential{c}, setSignature(t, response, signature)); refusal(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Valid keys of each algorithm are enrolled: the limits exclude none of them.
func TestSoundPublicKeysAreEnrolled(t *testing.T) {
	t.Parallel()
	for range 32 {
		_, private, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		enroll(t, classic(t), newDevice(t, private))
		enroll(t, classic(t), newDevice(t, es256(t)))
	}
	for _, bits := range []int{2048, 3072, 4096} {
		t.Run(fmt.Sprint(bits), func(t *testing.T) {
			t.Parallel()
			private, err := rsa.GenerateKey(rand.Reader, bits)
			if err != nil {
				t.Fatal(err)
			}
			enroll(t, classic(t), newDevice(t, private))
		})
	}
}
