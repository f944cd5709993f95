package kit_test

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	. "nightlatch/ui/kit"
	"nightlatch/ui/kit/kittest"
)

// noon is the time of every clock in these tests.
var noon = time.Date(2026, 11, 22, 9, 41, 18, 0, time.UTC)

func stillClock() Clock { return Clock{Now: func() time.Time { return noon }} }

// components shows every widget in every state.
func components(th Theme) fyne.CanvasObject {
	t := func(s string) string { return kittest.Say(th, s) }
	state := func(b *Button, hover, press, focus, off bool) fyne.CanvasObject {
		b.Hovered, b.Pressed = hover, press
		if off {
			b.Disable()
		}
		if focus {
			b.FocusGained()
		}
		b.Refresh()
		return b
	}
	buttons := func(k Kind, label, icon string) fyne.CanvasObject {
		return H(S12,
			state(NewButton(t(label), icon, k, nil), false, false, false, false),
			state(NewButton(t(label), icon, k, nil), true, false, false, false),
			state(NewButton(t(label), icon, k, nil), true, true, false, false),
			state(NewButton(t(label), icon, k, nil), false, false, true, false),
			state(NewButton(t(label), icon, k, nil), false, false, false, true), Gap())
	}
	rail := func(selected, hover, focus bool, count string) fyne.CanvasObject {
		it := NewRailItem("key", t("Security keys"), count, selected, nil)
		it.Hovered = hover
		if focus {
			it.FocusGained()
		}
		it.Refresh()
		return Scaled(232, 0, it)
	}
	code := func(f *CodeField, refused, focus bool) fyne.CanvasObject {
		if refused {
			f.Refuse()
		}
		if focus {
			f.FocusGained()
		}
		return H(0, f, Gap())
	}
	block := func(name string, objs ...fyne.CanvasObject) fyne.CanvasObject {
		return V(S8, append([]fyne.CanvasObject{Section(t(name))}, objs...)...)
	}
	toggle := func(f ToggleForm, on bool) fyne.CanvasObject { return NewToggle(f, on, nil) }
	refused := NewTextField(t("PIN"), "", InputConfig{Text: "4711", Secret: true})
	refused.Refuse(t("That isn’t this key’s PIN. After the last try the key locks itself."))
	off := NewToggle(SwitchForm, true, nil)
	off.Disable()
	left := V(S16,
		block("Buttons: rest, hover, pressed, keyboard, disabled",
			V(S12, buttons(Primary, "Verify", ""), buttons(Secondary, "Copy", "copy"), buttons(Quiet, "Cancel", ""), buttons(Destroy, "Delete", ""))),
		block("Badges", Flow(S8, Badge(On, t("On")), Badge(Off, t("Off")), Badge(Next, t("Next")), Badge(Used, t("Used")), Badge(Void, t("Void")), Badge(Caution, t("Two left")), Badge(Bad, t("Locked")), Tag("usb", "USB"), Tag("nfc", "NFC"))),
		block("Code fields: typing, refused, backup code", V(S12, code(NewCodeField(6, 3, "41"), false, true), code(NewCodeField(6, 3, "418025"), true, false), code(NewBackupField("7kmq-2xwd-9h"), false, true))),
		block("Steps", Steps(1, t("Overview"), t("Scan"), t("Code"), t("Backup code"))),
		block("Toggles, choices, countdown", Flow(S16, toggle(CheckForm, false), toggle(CheckForm, true), toggle(SwitchForm, false), toggle(SwitchForm, true), off, NewSegments(0, nil, t("Classic"), t("Hardened"))),
			NewToggle(CheckForm, true, NewText(t("People who have this number can find me by it"), Body, Ink).Wrapped()),
			Flow(S16, NewCountdown(CountdownConfig{Clock: stillClock(), Ends: noon.Add(102 * time.Second), Total: 2 * time.Minute, Before: t("Send again in")})),
			NewProgress(ProgressConfig{Clock: stillClock(), Words: t("Sending to the printer"), Most: time.Minute, OnCancel: func() {}})),
		block("Row", List(72, Row(Tile("key", true), t("YubiKey 5C NFC, desk drawer"), t("Last used today"), Badge(On, t("On")), Chevron()),
			Row(Tile("backup-codes", false), t("Made on 3 November, printed"), t("The next one to use"), Badge(Next, t("Next"))))),
	)
	right := V(S16,
		block("Rail item: rest, hover, selected, keyboard", Z(NewBox(Rail, Hairline, RadiusCard), Pad(S8, V(S4, rail(false, false, false, ""), rail(false, true, false, "1"), rail(true, false, false, ""), rail(false, false, true, ""))))),
		block("Banners", NewBanner(Info, t("What it is"), t("Why it matters."), ""), NewBanner(Attention, t("Two backup codes left"), t("Made on 3 November."), t("Generate more before the last one goes.")),
			NewBanner(Refused, t("That code was used already"), t("An app code works once (it was used at 09:40)."), t("Wait for the next one, 12 seconds."), NewLink(t("Try again"), nil), NewLink(t("Why did this happen?"), nil))),
		block("Field", NewTextField(t("User name"), t("Small letters, digits and dots."), InputConfig{Text: "margarethe"}), refused, Tries(5, 8),
			NewField(t("Printer"), "", NewSelector(SelectorConfig{Icon: "printer", Options: []string{"Brother HL-L2350DW"}}))),
		block("Code", Well(Groups(CodeL, Ink, 4, "7kmq", "2xwd", "9hfz", "3r8n"))),
	)
	return NewWindow(nil, Scroll(Inset(S40, S16, S40, S16, HTop(S40, Scaled(540, 0, left), Grow(right)))))
}

// The sheet is drawn in every appearance; people look at the pictures.
func TestComponentSheet(t *testing.T) {
	for _, l := range kittest.Appearances(t) {
		t.Run(l.Name, func(t *testing.T) {
			kittest.Wear(t, l.Theme)
			w, h := float32(1180), float32(1000)
			if l.Scale > 1 {
				w, h = 1180*l.Scale, 1000*l.Scale
			}
			kittest.Picture(t, kittest.Open(t, components(l.Theme), w, h, 1), "components-"+l.Name)
		})
	}
}
