package wizard

import (
	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/assets/explain"
	"nightlatch/fido"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// insertKey waits for a key. If one is plugged in that cannot be opened, it says why.
func (d *StepView) insertKey(s State, h Host) {
	w := h.Words
	if s.Lab {
		link := control.NewLink(w.T("wizard.key.open-lab"), h.does(Open("lab")))
		d.Foot, d.First = append(d.Foot, link), link
	}
	if len(s.Key.Locked) > 0 {
		r, line := NoPermission(w, s.Key.Locked[0], s.KeyAccess, h.copyLine)
		d.Heading, d.Lead, d.Tile, d.Body = r.What, r.Why+" "+r.Next, "usb", line
		return
	}
	if s.Key.Dialog != nil {
		d.Heading, d.Lead = w.T("wizard.key.windows-lab"), w.T("wizard.key.windows-lab-lead")
		d.Picture = kit.NewTouchPicture(kit.TouchConfig{Clock: h.Clock, Apart: true})
		d.Next = primary(s, h, w.T("wizard.key.windows-open"), h.does(KeyInput{Device: s.Key.Dialog}))
		return
	}
	d.Heading, d.Lead = KeyPrompt(w, Inserting, fido.Device{})
	if s.Key.Reader.Present() {
		d.Heading, d.Lead = w.T("wizard.key.insert-or-tap"), w.T("wizard.key.insert-or-tap-lead")
	}
	d.Picture = kit.NewTouchPicture(kit.TouchConfig{Clock: h.Clock, Apart: true})
	d.Body = d.readerNotes(s, h)
}

// readerNotes describes the state of the NFC reader, and what helps.
func (d *StepView) readerNotes(s State, h Host) []fyne.CanvasObject {
	w := h.Words
	note := func(words string) fyne.CanvasObject {
		return look.NewText(words, look.Caption, look.Ink2).Wrapped().Centered()
	}
	name := s.Key.Reader.Name
	if name == "" {
		name = w.T("wizard.key.reader")
	}
	args := assets.Args{"reader": name}
	switch state := s.Key.Reader.State; {
	case state == fido.NoReaderService:
		parts := []fyne.CanvasObject{note(w.T("wizard.key.no-service"))}
		if s.KeyAccess.ReadersCommand != "" {
			parts = append(parts, kit.NewCommand(w.T("wizard.copy"), s.KeyAccess.ReadersCommand, h.copyLine))
		}
		return []fyne.CanvasObject{look.Narrow(560, look.V(look.S8, parts...))}
	case state == fido.ReaderServiceSilent:
		return []fyne.CanvasObject{note(w.T("wizard.key.service-silent"))}
	case state == fido.ReaderDenied:
		return []fyne.CanvasObject{note(w.T("wizard.key.readers-denied"))}
	case state == fido.NoReader:
		return []fyne.CanvasObject{note(w.T("wizard.key.no-reader"))}
	case state == fido.ReaderEmpty:
		return []fyne.CanvasObject{note(w.T("wizard.key.reader-empty", args))}
	case state == fido.ReaderReady:
		return []fyne.CanvasObject{note(w.T("wizard.key.reader-ready", args))}
	case state == fido.ReaderNotFIDO, state == fido.ReaderBusy:
		return []fyne.CanvasObject{look.Narrow(560, ReaderTrouble(w, s.Key.Reader))}
	case !s.KeyAccess.NFC:
		return []fyne.CanvasObject{note(w.T("wizard.key.no-nfc"))}
	}
	return nil
}

// ReaderTrouble explains what is wrong with the card on the reader; nil if nothing is.
func ReaderTrouble(w *assets.Catalog, reader fido.Reader) fyne.CanvasObject {
	if reader.State != fido.ReaderNotFIDO && reader.State != fido.ReaderBusy {
		return nil
	}
	r := ExplainKey(w, reader.State.Err(), nil)
	return kit.NewBanner(look.Attention, r.What, r.Why, r.Next).AsNews()
}

// NoPermission explains that this user may not open a key, with the command that
// installs the missing udev rule. Afterwards the key appears without further action.
func NoPermission(w *assets.Catalog, d fido.Device, access KeyAccess, copyLine func(string)) (r explain.Explanation, line []fyne.CanvasObject) {
	r = ExplainKey(w, fido.ErrNoPermission, nil)
	r.What = w.T("wizard.key.locked", assets.Args{"key": DeviceName(w, d)})
	if access.UdevCommand != "" {
		line = []fyne.CanvasObject{kit.NewCommand(w.T("wizard.copy"), access.UdevCommand, copyLine)}
	}
	return r, line
}

// chooseKey lists the connected keys. The user selects one by touching it while all
// blink, or on the screen.
func (d *StepView) chooseKey(s State, h Host) {
	w := h.Words
	d.Heading, d.Lead = w.T("wizard.key.choose"), w.T("wizard.key.choose-lead")
	if s.Key.Until.IsZero() {
		d.Lead = w.T("wizard.key.choose-here-lead")
	}
	var rows []fyne.CanvasObject
	for _, dev := range s.Key.Devices {
		trail := []fyne.CanvasObject{kit.Chevron()}
		if dev.Virtual {
			trail = append([]fyne.CanvasObject{LabTag(w)}, trail...)
		}
		row := control.NewTapRow(kit.Row(kit.Tile(DeviceIcon(dev), true), DeviceName(w, dev), DeviceMaker(w, dev), trail...),
			h.does(KeyInput{Device: &dev}))
		if d.First == nil {
			d.First = row
		}
		rows = append(rows, row)
	}
	d.Body = []fyne.CanvasObject{kit.List(72, rows...)}
	if !s.Key.Until.IsZero() {
		d.Body = append(d.Body, look.H(0, KeyCountdown(w, h.Clock, s.Key.Until), look.Gap()))
	}
}
