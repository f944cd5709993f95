//go:build cgo && !nofido && !linux

package libfido2

import (
	"crypto/rand"
	"errors"

	golib "github.com/keys-pub/go-libfido2"

	"nightlatch/fido"
)

// A session is a key of go-libfido2, which opens and closes it for each call. The module
// contains libfido2 for Windows and the linker flags for macOS.
type session struct{ dev *golib.Device }

func dial(path string) (*session, error) {
	dev, err := golib.NewDevice(path)
	if err != nil {
		return nil, err
	}
	return &session{dev: dev}, nil
}

func (s *session) close()          {}
func (s *session) cancel()         { _ = s.dev.Cancel() } // U2F keys do not support it
func (s *session) canCancel() bool { return true }
func (s *session) disconnect()     {}
func (s *session) broken() bool    { return false }

func (s *session) info() (fido.GetInfoResponse, error) {
	got, err := s.dev.Info()
	if errors.Is(err, golib.ErrNotFIDO2) {
		return fido.GetInfoResponse{}, nil
	}
	if err != nil {
		return fido.GetInfoResponse{}, code(err)
	}
	info := fido.GetInfoResponse{
		FIDO2:      true,
		Versions:   got.Versions,
		Extensions: got.Extensions,
		AAGUID:     got.AAGUID,
		Options:    make(map[string]bool),
	}
	for _, o := range got.Options {
		info.Options[o.Name] = o.Value == golib.True
	}
	return info, nil
}

func (s *session) pinTries() (int, error) {
	n, err := s.dev.RetryCount()
	return n, code(err)
}

func (s *session) setPIN(old, new string) error { return code(s.dev.SetPIN(new, old)) }
func (s *session) reset() error                 { return code(s.dev.Reset()) }

// touched waits for a touch by making a credential and discarding it.
func (s *session) touched(func() bool) error {
	hash := make([]byte, 32)
	_, _ = rand.Read(hash) // never fails, as documented
	_, err := s.dev.MakeCredential(hash, golib.RelyingParty{ID: "localhost"}, golib.User{ID: []byte{1}, Name: "-"}, golib.ES256, "", nil)
	if errors.Is(err, golib.ErrPinRequired) {
		return nil // the key answers this after a touch
	}
	return code(err)
}

// makeCredential ignores the exclude list: go-libfido2 does not support it.
func (s *session) makeCredential(r fido.CredentialRequest) (fido.Attestation, error) {
	rp := golib.RelyingParty{ID: r.RPID, Name: r.RPName}
	user := golib.User{ID: r.UserID, Name: r.UserName, DisplayName: r.UserDisplayName}
	opts := &golib.MakeCredentialOpts{RK: option(r.Discoverable), UV: option(r.Verify)}
	got, err := s.dev.MakeCredential(r.ClientDataHash, rp, user, golib.CredentialType(r.Algorithm), r.PIN, opts)
	if err != nil {
		return fido.Attestation{}, code(err)
	}
	data, err := unwrap(got.AuthData)
	return fido.Attestation{Format: got.Format, AuthData: data, Signature: got.Sig, Certificate: got.Cert}, err
}

func (s *session) assert(r fido.AssertionRequest) (fido.Assertion, error) {
	opts := &golib.AssertionOpts{UV: option(r.Verify)}
	if r.Silent {
		opts.UP = golib.False
	}
	got, err := s.dev.Assertion(r.RPID, r.ClientDataHash, r.CredentialIDs, r.PIN, opts)
	if err != nil {
		return fido.Assertion{}, code(err)
	}
	data, err := unwrap(got.AuthDataCBOR)
	return fido.Assertion{CredentialID: got.CredentialID, AuthData: data, Signature: got.Sig, UserID: got.User.ID}, err
}

func (s *session) credentials(pin string) (fido.CredentialList, error) {
	info, err := s.dev.CredentialsInfo(pin)
	if err != nil {
		return fido.CredentialList{}, code(err)
	}
	got := fido.CredentialList{Used: int(info.RKExisting), Remaining: int(info.RKRemaining)}
	if got.Used == 0 {
		return got, nil // without credentials, some keys refuse to list relying parties
	}
	parties, err := s.dev.RelyingParties(pin)
	if err != nil {
		return fido.CredentialList{}, code(err)
	}
	for _, rp := range parties {
		list, err := s.dev.Credentials(rp.ID, pin)
		if err != nil {
			return fido.CredentialList{}, code(err)
		}
		for _, c := range list {
			got.Credentials = append(got.Credentials, fido.DiscoverableCredential{
				ID: c.ID, RPID: rp.ID, RPName: rp.Name,
				UserID: c.User.ID, UserName: c.User.Name, UserDisplayName: c.User.DisplayName,
			})
		}
	}
	return got, nil
}

func (s *session) deleteResident(id []byte, pin string) error {
	return code(s.dev.DeleteCredential(id, pin))
}

func option(on bool) golib.OptionValue {
	if on {
		return golib.True
	}
	return golib.Default
}

// sentinels maps go-libfido2's errors to libfido2's codes.
var sentinels = map[error]status{
	golib.ErrUserPresenceRequired: presenceRequired,
	golib.ErrInvalidCommand:       0x01,
	golib.ErrInvalidCredential:    0x22,
	golib.ErrOperationDenied:      0x27,
	golib.ErrUnsupportedOption:    0x2b,
	golib.ErrInvalidOption:        0x2c,
	golib.ErrKeepaliveCancel:      0x2d,
	golib.ErrNoCredentials:        0x2e,
	golib.ErrNotAllowed:           0x30,
	golib.ErrPinInvalid:           0x31,
	golib.ErrPinAuthBlocked:       0x34,
	golib.ErrPinNotSet:            0x35,
	golib.ErrPinRequired:          0x36,
	golib.ErrPinPolicyViolation:   0x37,
	golib.ErrActionTimeout:        0x3a,
}

// code turns an error of go-libfido2 into a status.
func code(err error) error {
	var other golib.Error
	if errors.As(err, &other) {
		return status(other.Code)
	}
	for sentinel, code := range sentinels {
		if errors.Is(err, sentinel) {
			return code
		}
	}
	return err
}
