//go:build cgo && !nofido

package libfido2

import (
	"context"
	"crypto/rand"
	"errors"

	golib "github.com/keys-pub/go-libfido2"

	"nightlatch/fido"
)

// Select waits for a touch. The credential that it makes is kept nowhere.
func (k *key) Select(ctx context.Context) error {
	hash := make([]byte, 32)
	_, _ = rand.Read(hash) // never fails, as documented
	err := k.call(ctx, cancelFor, func(d *golib.Device) error {
		_, err := d.MakeCredential(hash, golib.RelyingParty{ID: "localhost"}, golib.User{ID: []byte{1}, Name: "-"}, golib.ES256, "", nil)
		return err
	})
	if errors.Is(err, fido.ErrPINRequired) {
		return nil // which it says once it was touched
	}
	return err
}

// SetPIN changes the PIN, or sets the first one when old is empty.
func (k *key) SetPIN(ctx context.Context, old, new string) error {
	return k.call(ctx, atOnce, func(d *golib.Device) error { return d.SetPIN(new, old) })
}

// Contents lists what is kept on the key.
func (k *key) Contents(ctx context.Context, pin string) (fido.Contents, error) {
	var got fido.Contents
	err := k.call(ctx, atOnce, func(d *golib.Device) error {
		info, err := d.CredentialsInfo(pin)
		if err != nil {
			return err
		}
		got.Used, got.Room = int(info.RKExisting), int(info.RKRemaining)
		if got.Used == 0 {
			return nil
		}
		parties, err := d.RelyingParties(pin)
		if err != nil {
			return err
		}
		for _, rp := range parties {
			list, err := d.Credentials(rp.ID, pin)
			if err != nil {
				return err
			}
			for _, c := range list {
				got.Residents = append(got.Residents, fido.Resident{
					ID:              c.ID,
					RPID:            rp.ID,
					RPName:          rp.Name,
					UserID:          c.User.ID,
					UserName:        c.User.Name,
					UserDisplayName: c.User.DisplayName,
				})
			}
		}
		return nil
	})
	return got, err
}

// DeleteResident deletes a credential that is kept on the key.
func (k *key) DeleteResident(ctx context.Context, id []byte, pin string) error {
	return k.call(ctx, atOnce, func(d *golib.Device) error { return d.DeleteCredential(id, pin) })
}

// Reset makes the key as new once it was touched.
func (k *key) Reset(ctx context.Context) error {
	return k.call(ctx, cancelFor, func(d *golib.Device) error { return d.Reset() })
}
