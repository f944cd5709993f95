package softkey

import (
	"context"
	"crypto/sha256"
	"slices"
	"testing"

	"nightlatch/fido/ctap2/wire"
)

// A host is the platform's side of the PIN protocols (CTAP section 6.5.4), for cases that
// libfido2's tools cannot produce: wrong keys, wrong order, wrong time.
type host struct {
	t      testing.TB
	k      *Key
	number int
	shared wire.Secret
	public wire.EC2Key
}

// newHost performs the key agreement with the key.
func newHost(t testing.TB, k *Key, number int) *host {
	t.Helper()
	h := &host{t: t, k: k, number: number}
	h.agree()
	return h
}

func (h *host) agree() {
	h.t.Helper()
	a := h.pinAnswer(m{1: h.number, 2: wire.PINAgreement}, ok)
	own, err := wire.NewAgreement(h.number)
	if err != nil {
		h.t.Fatal(err)
	}
	h.public = own.Public()
	if h.shared, err = own.Agree(*a.Agreement); err != nil {
		h.t.Fatal(err)
	}
}

// pinAnswer runs authenticatorClientPIN and checks its status.
func (h *host) pinAnswer(params m, want code) pinAnswer {
	h.t.Helper()
	st, raw := run(h.t, h.k, wire.ClientPIN, params)
	if st != want {
		h.t.Fatalf("PIN subcommand %#02x: status %#02x, want %#02x", params[2], st, want)
	}
	var a pinAnswer
	if len(raw) > 0 {
		if st := decode(raw, &a); st != ok {
			h.t.Fatalf("answer %x", raw)
		}
	}
	return a
}

func (h *host) encrypt(plain []byte) []byte {
	h.t.Helper()
	sealed, err := h.shared.Encrypt(plain)
	if err != nil {
		h.t.Fatal(err)
	}
	return sealed
}

func (h *host) authenticate(message []byte) []byte {
	return h.shared.Authenticate(message)
}

func (h *host) pinHash(pin string) []byte {
	sum := sha256.Sum256([]byte(pin))
	return h.encrypt(sum[:wire.PINHashSize])
}

func padded(pin string) []byte { return append([]byte(pin), make([]byte, max(0, 64-len(pin)))...) }

func (h *host) setPIN(pin string, want code) {
	h.t.Helper()
	sealed := h.encrypt(padded(pin))
	h.pinAnswer(m{1: h.number, 2: wire.PINSet, 3: h.public, 4: h.authenticate(sealed), 5: sealed}, want)
}

func (h *host) changePIN(old, pin string, want code) {
	h.t.Helper()
	sealed, hash := h.encrypt(padded(pin)), h.pinHash(old)
	h.pinAnswer(m{1: h.number, 2: wire.PINChange, 3: h.public, 4: h.authenticate(slices.Concat(sealed, hash)), 5: sealed, 6: hash}, want)
}

// byPIN requests a token; rpID "" omits the relying party.
func (h *host) byPIN(pin string, permissions byte, rpID string, want code) []byte {
	h.t.Helper()
	return h.token(m{1: h.number, 2: wire.PINTokenPerm, 3: h.public, 6: h.pinHash(pin)}, permissions, rpID, want)
}

func (h *host) byFinger(permissions byte, rpID string, want code) []byte {
	h.t.Helper()
	return h.token(m{1: h.number, 2: wire.PINTokenUV, 3: h.public}, permissions, rpID, want)
}

func (h *host) token(params m, permissions byte, rpID string, want code) []byte {
	h.t.Helper()
	params[9] = permissions
	if rpID != "" {
		params[10] = rpID
	}
	a := h.pinAnswer(params, want)
	if want != ok {
		return nil
	}
	value, err := h.shared.Decrypt(a.Token)
	if err != nil || len(value) != 32 {
		h.t.Fatalf("token %x, %v", value, err)
	}
	return value
}

// with adds a pinUvAuthParam over the client data hash to the parameters of
// authenticatorMakeCredential or of authenticatorGetAssertion.
func (h *host) with(params m, token []byte) m {
	param, protocol := 8, 9
	if _, asserts := params[1].(string); asserts {
		param, protocol = 6, 7
	}
	return with(params, m{param: wire.Authenticate(h.number, token, hash), protocol: h.number})
}

// manage runs authenticatorCredentialManagement with a token.
func (h *host) manage(token []byte, subcommand int, params any) (code, manageAnswer) {
	h.t.Helper()
	request := m{1: subcommand, 3: h.number}
	message := []byte{byte(subcommand)}
	if params != nil {
		raw, err := wire.Encode(params)
		if err != nil {
			h.t.Fatal(err)
		}
		request[2] = params
		message = append(message, raw...)
	}
	request[4] = wire.Authenticate(h.number, token, message)
	return next(h.t, h.k, request)
}

// next runs authenticatorCredentialManagement without a token.
func next(t testing.TB, k *Key, request m) (code, manageAnswer) {
	t.Helper()
	st, raw := run(t, k, wire.CredMgmt, request)
	var a manageAnswer
	if len(raw) > 0 && decode(raw, &a) != ok {
		t.Fatalf("answer %x", raw)
	}
	return st, a
}

func bothProtocols(t *testing.T, story func(t *testing.T, number int)) {
	t.Helper()
	for _, number := range []int{1, 2} {
		t.Run([]string{"", "protocol 1", "protocol 2"}[number], func(t *testing.T) {
			t.Parallel()
			story(t, number)
		})
	}
}

// flags returns the flags of the authenticator data in an answer.
func flags(t *testing.T, answer []byte) byte {
	t.Helper()
	var a struct {
		AuthData []byte `cbor:"2,keyasint"`
	}
	if st := decode(answer, &a); st != ok {
		t.Fatalf("answer %x", answer)
	}
	return a.AuthData[32] & (flagUserPresent | flagUserVerified)
}

// A finger is a Touch that counts the touches.
type finger struct{ n int }

func (f *finger) Wait(context.Context) error { f.n++; return nil }
func (f *finger) Poll() bool                 { f.n++; return true }
