package ceremony

import (
	"errors"
	"time"

	"nightlatch/assets/explain"
	"nightlatch/fido"
	"nightlatch/server/api"
	"nightlatch/ui/gallerytest"
	"nightlatch/ui/wizard"
)

// keyStepShots are the states of the step that asks for a touch on a key.
func keyStepShots() []gallerytest.Shot {
	create := api.UseSecurityKey{Create: []byte("{}")}
	at := func(name string, t wizard.KeyInteraction, more ...func(*wizard.State)) gallerytest.Shot {
		return pageShot(name, view(api.EnrollKey, 1, create), append([]func(*wizard.State){func(s *wizard.State) { s.Key = t }}, more...)...)
	}
	waiting := func(state fido.ReaderState) wizard.KeyInteraction {
		return wizard.KeyInteraction{Phase: wizard.Inserting, Reader: fido.Reader{State: state, Name: "ACS ACR122U"}}
	}
	failed := func(err error) wizard.KeyInteraction {
		return wizard.KeyInteraction{Phase: wizard.Failing, Device: gallerytest.YubiKey(), Err: err}
	}
	dialog := gallerytest.SystemDialog()
	inDialog := func(err error) wizard.KeyInteraction {
		return wizard.KeyInteraction{Phase: wizard.Failing, Device: dialog, Err: fido.OnDevice(dialog, err)}
	}
	soon := gallerytest.Now().Add(21 * time.Second)
	return []gallerytest.Shot{
		pageShot("08-key-overview", view(api.EnrollKey, 0, api.Overview{Method: api.SecurityKey})),
		at("08-key-insert", waiting(fido.NoReader)),
		at("08-key-insert-service", waiting(fido.NoReaderService)),
		at("08-key-insert-reader", waiting(fido.ReaderEmpty), func(s *wizard.State) { s.Lab = true }),
		at("08-key-insert-other-card", waiting(fido.ReaderNotFIDO)),
		at("08-key-insert-denied", waiting(fido.ReaderDenied)),
		at("08-key-insert-busy-card", waiting(fido.ReaderBusy)),
		at("08-key-insert-no-nfc", waiting(fido.ReaderUnsupported), func(s *wizard.State) { s.KeyAccess.NFC = false }),
		at("08-key-insert-locked", wizard.KeyInteraction{Phase: wizard.Inserting, Locked: []fido.Device{gallerytest.YubiKey()}}),
		at("08-key-choose", wizard.KeyInteraction{Phase: wizard.Choosing, Until: soon, Devices: []fido.Device{gallerytest.YubiKey(), gallerytest.CardOnReader(), gallerytest.VirtualKey()}}),
		at("08-key-choose-here", wizard.KeyInteraction{Phase: wizard.Choosing, Devices: []fido.Device{gallerytest.YubiKey(), gallerytest.VirtualKey()}}),
		at("08-key-working", wizard.KeyInteraction{Phase: wizard.Working, Device: gallerytest.YubiKey()}),
		at("08-key-touch", wizard.KeyInteraction{Phase: wizard.Touching, Device: gallerytest.YubiKey(), Until: soon}),
		at("08-key-touch-again", wizard.KeyInteraction{Phase: wizard.Touching, Device: gallerytest.YubiKey(), Chosen: true, Until: soon}),
		at("08-key-tap", wizard.KeyInteraction{Phase: wizard.Tapping, Device: gallerytest.CardOnReader(), Until: soon}),
		at("08-key-windows", wizard.KeyInteraction{Phase: wizard.InDialog, Device: gallerytest.SystemDialog()}),
		at("08-key-windows-lab", wizard.KeyInteraction{Phase: wizard.Inserting, Dialog: &dialog}, func(s *wizard.State) { s.Lab = true }),
		at("08-key-windows-closed", inDialog(fido.ErrCancelled)),
		at("08-key-windows-enrolled", inDialog(fido.ErrAlreadyEnrolled)),
		at("08-key-windows-old", inDialog(fido.ErrNoDialog)),
		at("08-key-windows-odd", inDialog(&fido.DialogError{Code: 0x80004005})),
		at("08-key-answering", wizard.KeyInteraction{Phase: wizard.Answering, Device: gallerytest.CardOnReader()}),
		at("08-key-pin", wizard.KeyInteraction{Phase: wizard.AskingPIN, Device: gallerytest.YubiKey(), TriesLeft: 8}),
		at("08-key-pin-gone", wizard.KeyInteraction{Phase: wizard.AskingPIN, Device: gallerytest.YubiKey(), TriesLeft: 8, Gone: true}),
		at("08-key-pin-wrong", wizard.KeyInteraction{Phase: wizard.AskingPIN, Device: gallerytest.YubiKey(), TriesLeft: 5, WrongPIN: true}, typed(func(d *wizard.Draft) { d.Hints = true })),
		at("08-key-new-pin", wizard.KeyInteraction{Phase: wizard.SettingPIN, Device: gallerytest.YubiKey(), MinPIN: 6}),
		at("08-key-new-pin-refused", wizard.KeyInteraction{Phase: wizard.SettingPIN, Device: gallerytest.YubiKey(), MinPIN: 6}, typed(func(d *wizard.Draft) { d.PINs = wizard.PINs{New: "471100", Repeat: "471101"} }), func(s *wizard.State) {
			s.Fault = &explain.Explanation{Code: "pin.unlike", What: "The two PINs don’t match"}
		}),
		at("08-key-other-pin", wizard.KeyInteraction{Phase: wizard.SettingPIN, Device: gallerytest.YubiKey(), OldPIN: true, TriesLeft: 3}, func(s *wizard.State) {
			s.Fault = &explain.Explanation{Code: "key_wrong_pin", What: "That isn’t this key’s PIN"}
		}),
		at("08-key-no-pin", failed(fido.ErrPINNotSet)),
		at("08-key-full", failed(fido.ErrNoSpace)),
		at("08-key-pin-locked", failed(fido.ErrPINBlocked)),
		at("08-key-timeout", failed(fido.ErrTimeout)),
		at("08-key-removed", failed(fido.ErrRemoved)),
		at("08-key-no-permission", failed(fido.ErrNoPermission)),
		at("08-key-enrolled", wizard.KeyInteraction{Phase: wizard.Failing, Err: fido.ErrAlreadyEnrolled, Enrolled: "YubiKey 5C NFC, desk drawer"}),
		at("08-key-unsupported", failed(fido.ErrUnsupported)),
		at("08-key-odd", failed(errors.New("rx error"))),
		pageShot("08-key-name", view(api.EnrollKey, 2, api.NameKey{Suggested: "YubiKey 5C NFC"})),
		pageShot("08-key-done", view(api.EnrollKey, 3, api.Finished{}), func(s *wizard.State) { s.Account.BackupCodes = api.BackupCodes{} }),
	}
}
