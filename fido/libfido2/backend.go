//go:build cgo && !nofido

package libfido2

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	golib "github.com/keys-pub/go-libfido2"

	"nightlatch/fido"
)

// Supported tells whether this build can reach security keys.
const Supported = true

// Backend opens keys with libfido2.
type Backend struct{}

// Open takes hold of the key at path: a hidraw device, a pseudo-terminal that
// speaks CTAPHID, or any other path libfido2 knows. It returns fido.ErrRemoved if
// nothing is there, fido.ErrNoPermission, or fido.ErrNotKey.
func (Backend) Open(ctx context.Context, path string) (fido.Key, error) {
	if err := fido.Ended(ctx); err != nil {
		return nil, err
	}
	if path == "" {
		return nil, fmt.Errorf("libfido2: opening: %w", fido.ErrRemoved)
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // the descriptor sweep compares with what the kernel calls it
	}
	w, err := witness(path)
	if err != nil {
		return nil, fmt.Errorf("libfido2: opening %s: %w", path, err)
	}
	fido.IgnoreHangup()
	return &key{path: path, watch: w}, nil
}

// Devices lists the USB keys that libfido2 finds. Pseudo-terminals and readers
// are not among them.
func Devices(ctx context.Context) ([]fido.Device, error) {
	if err := fido.Ended(ctx); err != nil {
		return nil, err
	}
	found, err := golib.DeviceLocations()
	if err != nil {
		return nil, fmt.Errorf("libfido2: enumerating: %w", err)
	}
	var ds []fido.Device
	for _, l := range found {
		ds = append(ds, fido.Device{
			Path:         l.Path,
			Transport:    transport(l.Path),
			Product:      l.Product,
			Manufacturer: l.Manufacturer,
		})
	}
	return ds, nil
}

// transport tells by its path how libfido2 reaches a key: the kernel's NFC
// devices lie under /sys, PC/SC readers have a scheme, the rest is HID.
func transport(path string) string {
	if strings.HasPrefix(path, "pcsc:") || strings.HasPrefix(path, "/sys/") && strings.Contains(path, "nfc") {
		return fido.NFC
	}
	return fido.USB
}

// A key is one path. go-libfido2 opens and closes it for every call.
type key struct {
	path  string
	watch watch
}

// Close lets go of the path.
func (k *key) Close() error { return k.watch.close() }

// Info asks what the key can do. A key that knows only U2F is not an error.
func (k *key) Info(ctx context.Context) (fido.Info, error) {
	var got *golib.DeviceInfo
	err := k.call(ctx, atOnce, func(d *golib.Device) (err error) {
		got, err = d.Info()
		return err
	})
	if errors.Is(err, golib.ErrNotFIDO2) {
		return fido.Info{}, nil
	}
	if err != nil {
		return fido.Info{}, err
	}
	info := fido.Info{
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

// PINTries asks how many wrong PINs the key will still take.
func (k *key) PINTries(ctx context.Context) (int, error) {
	var n int
	err := k.call(ctx, atOnce, func(d *golib.Device) (err error) {
		n, err = d.RetryCount()
		return err
	})
	return n, err
}

// MakeCredential makes a credential once the key was touched.
func (k *key) MakeCredential(ctx context.Context, r fido.CredentialRequest) (fido.Attestation, error) {
	if err := check(r.ClientDataHash, r.RPID); err != nil {
		return fido.Attestation{}, err
	}
	if len(r.UserID) == 0 || r.UserName == "" {
		return fido.Attestation{}, &fido.MalformedError{Field: "user", Reason: "has no ID or no name"}
	}
	opts := &golib.MakeCredentialOpts{RK: option(r.ResidentKey), UV: option(r.Verify)}
	rp := golib.RelyingParty{ID: r.RPID, Name: r.RPName}
	user := golib.User{ID: r.UserID, Name: r.UserName, DisplayName: r.UserDisplayName}

	var got *golib.Attestation
	err := k.call(ctx, cancelFor, func(d *golib.Device) (err error) {
		got, err = d.MakeCredential(r.ClientDataHash, rp, user, golib.CredentialType(r.Algorithm), r.PIN, opts)
		return err
	})
	if err != nil {
		return fido.Attestation{}, err
	}
	raw, err := unwrap(got.AuthData)
	return fido.Attestation{
		Format:      got.Format,
		AuthData:    raw,
		Signature:   got.Sig,
		Certificate: got.Cert,
	}, err
}

// Assert signs with a credential, or tells without a touch whether one is there.
func (k *key) Assert(ctx context.Context, r fido.AssertionRequest) (fido.Assertion, error) {
	if err := check(r.ClientDataHash, r.RPID); err != nil {
		return fido.Assertion{}, err
	}
	for _, id := range r.CredentialIDs {
		if len(id) == 0 {
			return fido.Assertion{}, &fido.MalformedError{Field: "allowCredentials", Reason: "an ID is empty"}
		}
	}
	opts, patience := &golib.AssertionOpts{UV: option(r.Verify)}, cancelFor
	if r.Silent {
		opts.UP, patience = golib.False, atOnce
	}
	var got *golib.Assertion
	err := k.call(ctx, patience, func(d *golib.Device) (err error) {
		got, err = d.Assertion(r.RPID, r.ClientDataHash, r.CredentialIDs, r.PIN, opts)
		return err
	})
	if r.Silent && errors.Is(err, golib.ErrUserPresenceRequired) {
		return fido.Assertion{}, nil // how a U2F key says that it has the credential
	}
	if err != nil {
		return fido.Assertion{}, err
	}
	raw, err := unwrap(got.AuthDataCBOR)
	return fido.Assertion{
		CredentialID: got.CredentialID,
		AuthData:     raw,
		Signature:    got.Sig,
		UserID:       got.User.ID,
	}, err
}

// check refuses what would make go-libfido2 panic.
func check(hash []byte, rpID string) error {
	if len(hash) == 0 {
		return &fido.MalformedError{Field: "clientDataHash", Reason: "empty"}
	}
	if rpID == "" {
		return &fido.MalformedError{Field: "rpId", Reason: "empty"}
	}
	return nil
}

func option(on bool) golib.OptionValue {
	if on {
		return golib.True
	}
	return golib.Default
}
