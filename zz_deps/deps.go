// Package deps keeps the modules while the packages that need them are written.
package deps

import (
	_ "codeberg.org/go-pdf/fpdf"
	_ "fyne.io/fyne/v2/app"
	_ "fyne.io/fyne/v2/test"
	_ "fyne.io/fyne/v2/driver/desktop"
	_ "fyne.io/fyne/v2/widget"
	_ "github.com/anishathalye/porcupine"
	_ "github.com/creack/pty"
	_ "github.com/fxamacker/cbor/v2"
	_ "github.com/go-webauthn/webauthn/protocol"
	_ "github.com/go-webauthn/webauthn/webauthn"
	_ "github.com/gofrs/flock"
	_ "github.com/keys-pub/go-libfido2"
	_ "github.com/nyaruka/phonenumbers"
	_ "github.com/pquerna/otp/totp"
	_ "github.com/skip2/go-qrcode"
	_ "github.com/zalando/go-keyring"
	_ "go.etcd.io/bbolt"
	_ "golang.org/x/crypto/argon2"
	_ "golang.org/x/crypto/chacha20poly1305"
	_ "golang.org/x/sys/unix"
	_ "golang.org/x/text/unicode/norm"
	_ "golang.org/x/text/secure/precis"
)
