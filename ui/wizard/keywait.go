package wizard

import (
	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/fido"
	"nightlatch/ui/kit"
)

// insertKey waits for a key, and says what is in the way of one that is there.
func (d *Drawing) insertKey(s State, h Host) {
	w := h.Words
	d.Heading, d.Lead = KeyPrompt(w, Inserting, fido.Device{})
	if s.Talk.Reader.Present() {
		d.Heading, d.Lead = w.T("wizard.key.insert-or-tap"), w.T("wizard.key.insert-or-tap-lead")
	}
	d.Picture = kit.NewTouchPicture(kit.TouchConfig{Clock: h.Clock})
	if hint := KeyHints(w, s.Talk.Locked, s.Talk.Reader, s.Reach, h.CopyLine); len(hint) > 0 {
		d.Body = append(d.Body, kit.Narrow(560, kit.V(kit.S12, hint...)))
	}
	if s.Lab {
		d.Foot = append(d.Foot, kit.NewLink(w.T("wizard.key.open-lab"), func() { h.Open("lab") }))
	}
}

// KeyHints say what is in the way of a key that is there already, or of one over
// NFC, and what helps.
func KeyHints(w *assets.Words, locked []fido.Device, reader fido.Reader, reach Reach, copyLine func(string)) []fyne.CanvasObject {
	if len(locked) > 0 {
		return noPermission(w, locked[0], reach, copyLine)
	}
	name := reader.Name
	if name == "" {
		name = w.T("wizard.key.reader")
	}
	args := assets.Args{"reader": name}
	switch reader.State {
	case fido.NoReaderService:
		return []fyne.CanvasObject{kit.Note("nfc", w.T("wizard.key.no-service")), kit.NewCommand(w.T("wizard.copy"), PCSCCommand, copyLine)}
	case fido.NoReader:
		return []fyne.CanvasObject{kit.Note("nfc", w.T("wizard.key.no-reader"))}
	case fido.ReaderEmpty:
		return []fyne.CanvasObject{kit.Note("nfc", w.T("wizard.key.reader-empty", args))}
	case fido.ReaderReady:
		return []fyne.CanvasObject{kit.Note("nfc", w.T("wizard.key.reader-ready", args))}
	case fido.ReaderNotFIDO, fido.ReaderBusy:
		r := ExplainKey(w, reader.State.Err())
		return []fyne.CanvasObject{kit.Banner(kit.Attention, r.What, r.Why, r.Next)}
	}
	if !reach.NFC {
		return []fyne.CanvasObject{kit.Note("nfc", w.T("wizard.key.no-nfc"))}
	}
	return nil
}

// noPermission names the rule that is missing, with the line that installs it.
// Once it is there the key appears by itself.
func noPermission(w *assets.Words, d fido.Device, reach Reach, copyLine func(string)) []fyne.CanvasObject {
	r := ExplainKey(w, fido.ErrNoPermission)
	if d.Path != "" {
		r.What = w.T("wizard.key.locked", assets.Args{"key": DeviceName(w, d)})
	}
	parts := []fyne.CanvasObject{kit.Banner(kit.Attention, r.What, r.Why, r.Next)}
	if reach.UdevCommand != "" {
		parts = append(parts, kit.NewCommand(w.T("wizard.copy"), reach.UdevCommand, copyLine))
	}
	return parts
}

// chooseKey lists the keys that are there, while they blink: one picks by
// touching, or on screen.
func (d *Drawing) chooseKey(s State, h Host) {
	w := h.Words
	d.Heading, d.Lead = w.T("wizard.key.choose"), w.T("wizard.key.choose-lead")
	if s.Talk.Until.IsZero() {
		d.Lead = w.T("wizard.key.choose-here-lead")
	}
	var rows []fyne.CanvasObject
	for _, dev := range s.Talk.Devices {
		trail := []fyne.CanvasObject{kit.Chevron()}
		if dev.Virtual {
			trail = append([]fyne.CanvasObject{LabTag(w)}, trail...)
		}
		row := kit.NewTapRow(kit.Row(kit.Tile(DeviceIcon(dev), true), DeviceName(w, dev), DeviceMaker(w, dev), trail...),
			func() { h.Key(KeyInput{Device: &dev}) })
		if d.First == nil {
			d.First = row
		}
		rows = append(rows, row)
	}
	d.Body = []fyne.CanvasObject{kit.List(72, rows...)}
	if !s.Talk.Until.IsZero() {
		d.Body = append(d.Body, kit.H(0, KeyCountdown(w, h.Clock, s.Talk.Until), kit.Gap()))
	}
}
