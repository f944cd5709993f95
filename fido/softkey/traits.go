package softkey

import (
	"context"
	"errors"
	"fmt"
	"time"

	"nightlatch/fido/nfc/apdu"
)

// Traits are differences between this key and the package's default, as real
// keys have them: limits that getInfo reports (CTAP section 6.4), and answers
// that the standard leaves open or that firmware gets wrong. Zero values mean
// the default.
type Traits struct {
	MaxMessage int     // bytes of a command
	MaxList    int     // IDs in a list
	MaxID      int     // bytes of an ID in a list
	IDSize     int     // bytes of the IDs that the key makes
	MinPIN     int     // code points
	Algorithms []int64 // the only algorithms for new credentials
	Transports []string
	Unreported bool // the limits hold, but getInfo does not report them

	AlwaysVerify bool // option alwaysUv
	VerifyToMake bool // no option makeCredUvNotRqd: a key with a PIN needs it for every credential
	NoStore      bool // no option rk
	NoPIN        bool // no option clientPin: it can have no PIN
	PINManages   bool // option noMcGaPermissionsWithClientPin: the PIN does not permit ceremonies

	TouchFor  time.Duration // how long it waits for a touch
	NoTouch   byte          // the status when nobody touches it: 0x2f (default), 0x27 or 0x3a
	WrongPIN  byte          // the status after a wrong PIN: 0x31 (default) or 0x33
	BadLength byte          // the status for a list or message that is too long: 0x15 and 0x39 (default)

	ForeignHandle apdu.Status // U2F: the answer to a key handle of another key: 6a80 (default), 6700, 6d00 …

	Answers map[byte]byte // the status of each command that fails, by command
	Silent  []byte        // commands that get no answer
}

func (t Traits) check() error {
	switch {
	case t.IDSize != 0 && (t.IDSize < idSize || t.IDSize > mostID):
		return fmt.Errorf("softkey: IDs of %d bytes, instead of %d to %d", t.IDSize, idSize, mostID)
	case t.MinPIN > maxPINBytes:
		return errors.New("softkey: no PIN is that long")
	}
	for _, alg := range t.Algorithms {
		if alg != algES256 && alg != algEdDSA {
			return fmt.Errorf("softkey: no algorithm %d", alg)
		}
	}
	return nil
}

// withDefaults replaces zero values by the defaults.
func (t Traits) withDefaults(transport string) Traits {
	set := func(n *int, value int) {
		if *n == 0 {
			*n = value
		}
	}
	set(&t.MaxMessage, maxRequest)
	set(&t.MaxList, maxList)
	set(&t.IDSize, idSize)
	set(&t.MaxID, max(maxID, t.IDSize))
	set(&t.MinPIN, minPINRunes)
	if t.Algorithms == nil {
		t.Algorithms = []int64{algES256, algEdDSA}
	}
	if t.Transports == nil {
		t.Transports = []string{transport}
	}
	if t.TouchFor == 0 {
		t.TouchFor = touchTimeout
	}
	if t.NoTouch == 0 {
		t.NoTouch = byte(noAction)
	}
	if t.WrongPIN == 0 {
		t.WrongPIN = byte(pinInvalid)
	}
	if t.ForeignHandle == 0 {
		t.ForeignHandle = apdu.WrongData
	}
	return t
}

// tooLong returns the status for a part of a request that is too long.
func (t Traits) tooLong(standard code) code {
	if t.BadLength != 0 {
		return code(t.BadLength)
	}
	return standard
}

// misbehave gives the faulty answer for a command, or none until the host
// gives up.
func (t Traits) misbehave(ctx context.Context, command byte) (code, bool) {
	for _, c := range t.Silent {
		if c == command {
			<-ctx.Done()
			return cancelled, true
		}
	}
	st, fails := t.Answers[command]
	return code(st), fails
}

// fits checks a list of credential IDs against the limits.
func (t Traits) fits(list []descriptor) code {
	if len(list) > t.MaxList {
		return t.tooLong(limitExceeded)
	}
	for _, d := range list {
		if len(d.ID) > t.MaxID {
			return t.tooLong(limitExceeded)
		}
	}
	return ok
}

// options changes the options of getInfo.
func (t Traits) options(all map[string]bool) {
	if t.AlwaysVerify {
		all["alwaysUv"] = true
	}
	if t.AlwaysVerify || t.VerifyToMake {
		delete(all, "makeCredUvNotRqd")
	}
	if t.NoStore {
		all["rk"] = false
		delete(all, "credMgmt")
		delete(all, "credentialMgmtPreview")
	}
	if t.NoPIN {
		delete(all, "clientPin")
		delete(all, "pinUvAuthToken")
	}
	if t.PINManages {
		all["noMcGaPermissionsWithClientPin"] = true
	}
}
