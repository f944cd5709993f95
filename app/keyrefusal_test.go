package main

import (
	"regexp"
	"testing"

	"nightlatch/fido"
)

// A message about a key on a reader contains nothing that applies only to plugged-in keys.
func TestMessagesForKeysOnReaders(t *testing.T) {
	t.Parallel()
	usb := map[error]bool{ // about USB, or about something missing
		fido.ErrNoKey: true, fido.ErrSeveral: true, fido.ErrNoPermission: true, fido.ErrReadersDenied: true, fido.ErrNoReader: true,
		fido.ErrRemoved: true, // on a reader it is ErrCardPulled
		errKeyElsewhere: true, // the lab's own word, for keys on its reader too
	}
	plugs := regexp.MustCompile(`(?i)take it out|plug|put it in\b`)
	for _, f := range keyFaults {
		if usb[f.err] {
			continue
		}
		err := fido.OnDevice(fido.Device{Transport: fido.NFC}, f.err)
		if said := explainKey("", err).Error(); plugs.MatchString(said) {
			t.Errorf("%v: %s", f.err, said)
		}
	}
}

// Each error gets its own message, not that of an error that it wraps.
func TestKeyMessagesAreInOrder(t *testing.T) {
	t.Parallel()
	for _, f := range keyFaults {
		if said := explainKey("", f.err).Error(); said != f.sentence {
			t.Errorf("%v: %s", f.err, said)
		}
	}
}
