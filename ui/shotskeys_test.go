package ui

import (
	"errors"
	"time"

	"nightlatch/assets/explain"
	"nightlatch/fido"
	"nightlatch/server/api"
	"nightlatch/ui/wizard"
)

// The keys of the gallery.

func yubi() fido.Device {
	return fido.Device{Path: "/dev/hidraw3", Transport: fido.USB, Product: "YubiKey 5C NFC", Manufacturer: "Yubico"}
}

func onTheReader() fido.Device {
	return fido.Device{Path: "/dev/pts/7", Transport: fido.NFC, Product: "Security key on ACS ACR122U PICC Interface 00 00"}
}

func labKey() fido.Device {
	return fido.Device{Path: "/dev/pts/9", Transport: fido.USB, Product: "Virtual key", Manufacturer: "Nightlatch lab", Virtual: true}
}

// keyStepShots are the states of the step that asks for a touch on a key.
func keyStepShots() []shot {
	create := api.UseSecurityKey{Create: []byte("{}")}
	at := func(name string, t wizard.KeyInteraction, more ...func(*wizard.State)) shot {
		return stillWizard(name, view(api.EnrollKey, 1, create), append([]func(*wizard.State){func(s *wizard.State) { s.Key = t }}, more...)...)
	}
	waiting := func(state fido.ReaderState) wizard.KeyInteraction {
		return wizard.KeyInteraction{Phase: wizard.Inserting, Reader: fido.Reader{State: state, Name: "ACS ACR122U"}}
	}
	failed := func(err error) wizard.KeyInteraction {
		return wizard.KeyInteraction{Phase: wizard.Failing, Device: yubi(), Err: err}
	}
	soon := stillNow().Add(21 * time.Second)
	return []shot{
		stillWizard("08-key-overview", view(api.EnrollKey, 0, api.Overview{Method: api.SecurityKey})),
		at("08-key-insert", waiting(fido.NoReader)),
		at("08-key-insert-service", waiting(fido.NoReaderService)),
		at("08-key-insert-reader", waiting(fido.ReaderEmpty), func(s *wizard.State) { s.Lab = true }),
		at("08-key-insert-other-card", waiting(fido.ReaderNotFIDO)),
		at("08-key-insert-denied", waiting(fido.ReaderDenied)),
		at("08-key-insert-busy-card", waiting(fido.ReaderBusy)),
		at("08-key-insert-no-nfc", waiting(fido.ReaderUnsupported), func(s *wizard.State) { s.KeyAccess.NFC = false }),
		at("08-key-insert-locked", wizard.KeyInteraction{Phase: wizard.Inserting, Locked: []fido.Device{yubi()}}),
		at("08-key-choose", wizard.KeyInteraction{Phase: wizard.Choosing, Until: soon, Devices: []fido.Device{yubi(), onTheReader(), labKey()}}),
		at("08-key-choose-here", wizard.KeyInteraction{Phase: wizard.Choosing, Devices: []fido.Device{yubi(), labKey()}}),
		at("08-key-working", wizard.KeyInteraction{Phase: wizard.Working, Device: yubi()}),
		at("08-key-touch", wizard.KeyInteraction{Phase: wizard.Touching, Device: yubi(), Until: soon}),
		at("08-key-touch-again", wizard.KeyInteraction{Phase: wizard.Touching, Device: yubi(), Chosen: true, Until: soon}),
		at("08-key-tap", wizard.KeyInteraction{Phase: wizard.Tapping, Device: onTheReader(), Until: soon}),
		at("08-key-answering", wizard.KeyInteraction{Phase: wizard.Answering, Device: onTheReader()}),
		at("08-key-pin", wizard.KeyInteraction{Phase: wizard.AskingPIN, Device: yubi(), TriesLeft: 8}),
		at("08-key-pin-wrong", wizard.KeyInteraction{Phase: wizard.AskingPIN, Device: yubi(), TriesLeft: 5, WrongPIN: true}, typed(func(d *wizard.Draft) { d.Hints = true })),
		at("08-key-new-pin", wizard.KeyInteraction{Phase: wizard.SettingPIN, Device: yubi(), MinPIN: 6}),
		at("08-key-new-pin-refused", wizard.KeyInteraction{Phase: wizard.SettingPIN, Device: yubi(), MinPIN: 6}, typed(func(d *wizard.Draft) { d.PINs = wizard.PINs{New: "471100", Repeat: "471101"} }), func(s *wizard.State) {
			s.Fault = &explain.Explanation{Code: "pin.unlike", What: "That isn’t the PIN above"}
		}),
		at("08-key-other-pin", wizard.KeyInteraction{Phase: wizard.SettingPIN, Device: yubi(), OldPIN: true, TriesLeft: 3}, func(s *wizard.State) {
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
		stillWizard("08-key-name", view(api.EnrollKey, 2, api.NameKey{Suggested: "YubiKey 5C NFC"})),
		stillWizard("08-key-done", view(api.EnrollKey, 3, api.Finished{}), func(s *wizard.State) { s.Account.BackupCodes = api.BackupCodes{} }),
	}
}

// keyPageShots are the page of security keys, and what leads on from it.
func keyPageShots() []shot {
	page := func(name string, v keysView, change ...func(*Console)) shot {
		if v.name == nil {
			v.name = &renaming{}
		}
		return shot{name: name, place: placeKeys, draw: func(c *Console) drawn {
			for _, f := range change {
				f(c)
			}
			return c.drawSecurityKeys(v, keyInputs{})
		}}
	}
	reset := func(name string, v resetView) shot {
		v.device, v.portrait = yubi(), portrait()
		return shot{name: name, place: placeKeys, draw: func(c *Console) drawn { return c.drawKeyReset(v, resetInputs{}) }}
	}
	soon := stillNow().Add(7 * time.Second)
	none := stillHere()
	none.presence.devices, none.known = nil, nil
	locked := none
	d := yubi()
	d.Locked = true
	locked.presence = presence{devices: []fido.Device{d}}
	kept := stillHere()
	kept.kept = stillKept()
	several := stillHere(labKey(), onTheReader())
	blinking := several
	blinking.blinking, blinking.until = true, soon
	waits := func(p wizard.Phase) recognition {
		return recognition{scope: &Scope{}, phase: p, device: yubi(), until: soon}
	}
	alone := func(l looked) hereView {
		v := stillHere()
		v.known = map[string]looked{yubi().Path: l}
		return v
	}
	bare := portrait()
	bare.PIN, bare.CanManage = fido.PINNotSet, true
	shut := portrait()
	shut.PINTries = 0
	other := stillKeys()[:2]
	other[1].Elsewhere, other[1].RPID, other[1].Lab = true, "login.example.org", true
	return []shot{
		page("12-keys", keysView{keys: stillKeys(), here: none}),
		page("12-keys-rename", keysView{keys: stillKeys(), here: none, name: &renaming{id: "c", draft: "Solo 2, blue ring, at my parents’ house"}}),
		page("12-keys-none", keysView{here: none}),
		page("12-keys-none-here", keysView{here: stillHere()}),
		page("12-keys-refused", keysView{keys: stillKeys()[:2], here: none}, func(c *Console) {
			t := explain.Code(c.words, api.Unavailable)
			c.trouble = &t
		}),
		page("12-keys-elsewhere", keysView{keys: other, here: none}),
		page("12-keys-here", keysView{keys: stillKeys()[:2], here: stillHere()}),
		page("12-keys-here-several", keysView{keys: stillKeys()[:1], here: several}),
		page("12-keys-here-blinking", keysView{keys: stillKeys()[:1], here: blinking}),
		page("12-keys-here-kept", keysView{keys: stillKeys()[:1], here: kept}),
		page("12-keys-here-no-pin", keysView{keys: stillKeys()[:1], here: alone(looked{portrait: bare, done: true})}),
		page("12-keys-here-pin-locked", keysView{keys: stillKeys()[:1], here: alone(looked{portrait: shut, done: true})}),
		page("12-keys-here-asking", keysView{keys: stillKeys()[:1], here: alone(looked{})}),
		page("12-keys-here-busy", keysView{keys: stillKeys()[:1], here: alone(looked{err: fido.ErrBusy, done: true})}),
		page("12-keys-here-u2f", keysView{keys: stillKeys()[:1], here: alone(looked{portrait: fido.Info{}, done: true})}),
		page("12-keys-locked", keysView{keys: stillKeys()[:1], here: locked}),
		page("12-keys-unsupported", keysView{keys: stillKeys()[:2]}, func(c *Console) { c.cfg.Features = Features{} }),
		page("12-keys-which", keysView{keys: stillKeys(), here: stillHere(), ask: waits(wizard.Touching)}),
		page("12-keys-which-insert", keysView{keys: stillKeys()[:2], here: none, ask: waits(wizard.Inserting)}),
		page("12-keys-which-found", keysView{keys: stillKeys()[:2], here: stillHere(), ask: recognition{found: "YWJj"}}),
		page("12-keys-which-stranger", keysView{keys: stillKeys()[:2], here: stillHere(), ask: recognition{err: fido.ErrNotEnrolled}}),
		reset("12-reset", resetView{label: "YubiKey 5C NFC, desk drawer"}),
		reset("12-reset-out", resetView{stage: resetOut, agreed: true}),
		reset("12-reset-in", resetView{stage: resetIn, agreed: true}),
		reset("12-reset-in-other", resetView{stage: resetIn, agreed: true, other: true}),
		reset("12-reset-touch", resetView{stage: resetTouch, agreed: true, touching: true, until: soon}),
		reset("12-reset-done", resetView{stage: resetDone, label: "YubiKey 5C NFC, desk drawer"}),
		reset("12-reset-late", resetView{stage: resetFailed, err: fido.ErrNotAllowed}),
	}
}

// portrait is what the key of the gallery tells of itself.
func portrait() fido.Info {
	return fido.Info{Device: yubi(), FIDO2: true, Model: "YubiKey 5C NFC", PIN: fido.PINSet, PINTries: 8, MinPIN: 4, CanManage: true}
}

// stillHere is the account's first key, plugged in, and others beside it.
func stillHere(others ...fido.Device) hereView {
	v := hereView{
		presence: presence{devices: append([]fido.Device{yubi()}, others...)}, at: yubi().Path,
		known:  map[string]looked{yubi().Path: {portrait: portrait(), holds: "YWJj", done: true}},
		labels: map[string]string{"YWJj": "YubiKey 5C NFC, desk drawer"},
	}
	for _, d := range others {
		v.known[d.Path] = looked{portrait: fido.Info{FIDO2: true, PIN: fido.PINNotSet, MinPIN: 4}, done: true}
	}
	return v
}

func stillKept() *fido.CredentialList {
	return &fido.CredentialList{Used: 3, Remaining: 22, Credentials: []fido.DiscoverableCredential{
		{ID: []byte("abc"), RPID: "localhost", UserName: "margarethe"},
		{ID: []byte("d"), RPID: "accounts.allotment-association.example.org", UserName: "margarethe.oyelaran-fitzwilliam@allotments.example.org"},
		{ID: []byte("e"), RPID: "example.net", UserDisplayName: "Margarethe"},
	}}
}
