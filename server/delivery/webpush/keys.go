package webpush

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	push "github.com/SherClockHolmes/webpush-go"

	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// storeKey is where the key pair of this server is stored, sealed.
const storeKey = "webpush/vapid"

// Keys are the server's key pair, by which push services know it (RFC 8292). It is made when it
// is first asked for.
type Keys struct {
	Store  store.Store
	Sealer *seal.Sealer

	known atomic.Pointer[[2]string] // private and public, once read
}

// Public returns the public key in the form that the Push API takes as applicationServerKey.
func (k *Keys) Public(ctx context.Context) (string, error) {
	_, public, err := k.pair(ctx)
	return public, err
}

// pair returns the key pair, in base64url without padding.
func (k *Keys) pair(ctx context.Context) (private, public string, err error) {
	if known := k.known.Load(); known != nil {
		return known[0], known[1], nil
	}
	if private, public, err = k.loadOrMake(ctx); err == nil {
		k.known.Store(&[2]string{private, public})
	}
	return private, public, err
}

func (k *Keys) loadOrMake(ctx context.Context) (private, public string, err error) {
	err = k.Store.View(ctx, func(tx store.Tx) error {
		private, public, err = k.load(tx)
		return err
	})
	if !errors.Is(err, store.ErrNotFound) {
		return private, public, err
	}
	newPrivate, newPublic, err := push.GenerateVAPIDKeys()
	if err != nil {
		return "", "", fmt.Errorf("webpush: keys: %w", err)
	}
	err = k.Store.Update(ctx, func(tx store.Tx) error {
		if private, public, err = k.load(tx); !errors.Is(err, store.ErrNotFound) {
			return err // another sender was first
		}
		private, public = newPrivate, newPublic
		return tx.Put(storeKey, k.Sealer.Seal(storeKey, []byte(private+" "+public)))
	})
	return private, public, err
}

func (k *Keys) load(tx store.Tx) (private, public string, err error) {
	sealed, err := tx.Get(storeKey)
	if err != nil {
		return "", "", err
	}
	plain, err := k.Sealer.Open(storeKey, sealed)
	if err != nil {
		return "", "", fmt.Errorf("webpush: keys: %w", err)
	}
	private, public, ok := strings.Cut(string(plain), " ")
	if !ok {
		return "", "", errors.New("webpush: keys: malformed record")
	}
	return private, public, nil
}
