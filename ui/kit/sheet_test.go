package kit_test

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/kit/look"
)

// noon is the time of every clock in these tests.
var noon = time.Date(2026, 11, 22, 9, 41, 18, 0, time.UTC)

func stillClock() kit.Clock { return kit.Clock{Now: func() time.Time { return noon }} }

// components shows every widget in every state.
func components(th look.Theme) fyne.CanvasObject {
	t := func(s string) string { return kittest.Say(th, s) }
	state := func(b *control.Button, hover, press, focus, off bool) fyne.CanvasObject {
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
	buttons := func(k control.Kind, label, icon string) fyne.CanvasObject {
		return look.H(look.S12,
			state(control.NewButton(t(label), icon, k, nil), false, false, false, false),
			state(control.NewButton(t(label), icon, k, nil), true, false, false, false),
			state(control.NewButton(t(label), icon, k, nil), true, true, false, false),
			state(control.NewButton(t(label), icon, k, nil), false, false, true, false),
			state(control.NewButton(t(label), icon, k, nil), false, false, false, true), look.Gap())
	}
	rail := func(selected, hover, focus bool, count string) fyne.CanvasObject {
		it := control.NewRailItem("key", t("Security keys"), count, selected, nil)
		it.Hovered = hover
		if focus {
			it.FocusGained()
		}
		it.Refresh()
		return look.Scaled(232, 0, it)
	}
	code := func(f *control.CodeField, refused, focus bool) fyne.CanvasObject {
		if refused {
			f.Refuse()
		}
		if focus {
			f.FocusGained()
		}
		return look.H(0, f, look.Gap())
	}
	block := func(name string, objs ...fyne.CanvasObject) fyne.CanvasObject {
		return look.V(look.S8, append([]fyne.CanvasObject{kit.Section(t(name))}, objs...)...)
	}
	toggle := func(f control.ToggleForm, on bool) fyne.CanvasObject { return control.NewToggle(f, on, nil) }
	refused := control.NewTextField(t("PIN"), "", control.InputConfig{Text: "4711", Secret: true})
	refused.Refuse(t("That isn’t this key’s PIN. After the last try the key locks itself."))
	off := control.NewToggle(control.SwitchForm, true, nil)
	off.Disable()
	left := look.V(look.S16,
		block("Buttons: rest, hover, pressed, keyboard, disabled",
			look.V(look.S12, buttons(control.Primary, "Verify", ""), buttons(control.Secondary, "Copy", "copy"), buttons(control.Quiet, "Cancel", ""), buttons(control.Destroy, "Delete", ""))),
		block("Badges", look.Flow(look.S8, kit.Badge(kit.On, t("On")), kit.Badge(kit.Off, t("Off")), kit.Badge(kit.Next, t("Next")), kit.Badge(kit.Used, t("Used")), kit.Badge(kit.Void, t("Void")), kit.Badge(kit.Caution, t("Two left")), kit.Badge(kit.Bad, t("Locked")), kit.Tag("usb", "USB"), kit.Tag("nfc", "NFC"))),
		block("Code fields: typing, refused, backup code", look.V(look.S12, code(control.NewCodeField(6, 3, "41"), false, true), code(control.NewCodeField(6, 3, "418025"), true, false), code(control.NewBackupField("7kmq-2xwd-9h"), false, true))),
		block("Steps", kit.Steps(1, t("Overview"), t("Scan"), t("Code"), t("Backup code"))),
		block("Toggles, choices, countdown", look.Flow(look.S16, toggle(control.CheckForm, false), toggle(control.CheckForm, true), toggle(control.SwitchForm, false), toggle(control.SwitchForm, true), off, control.NewSegments(0, nil, t("Classic"), t("Hardened"))),
			control.NewToggle(control.CheckForm, true, look.NewText(t("People who have this number can find me by it"), look.Body, look.Ink).Wrapped()),
			look.Flow(look.S16, kit.NewCountdown(kit.CountdownConfig{Clock: stillClock(), Ends: noon.Add(102 * time.Second), Total: 2 * time.Minute, Before: t("Send again in")})),
			kit.NewProgress(kit.ProgressConfig{Clock: stillClock(), Words: t("Sending to the printer"), Most: time.Minute, OnCancel: func() {}})),
		block("Row", kit.List(72, kit.Row(kit.Tile("key", true), t("YubiKey 5C NFC, desk drawer"), t("Last used today"), kit.Badge(kit.On, t("On")), kit.Chevron()),
			kit.Row(kit.Tile("backup-codes", false), t("Made on 3 November, printed"), t("The next one to use"), kit.Badge(kit.Next, t("Next"))))),
	)
	right := look.V(look.S16,
		block("Rail item: rest, hover, selected, keyboard", look.Z(look.NewBox(look.Rail, look.Hairline, look.RadiusCard), look.Pad(look.S8, look.V(look.S4, rail(false, false, false, ""), rail(false, true, false, "1"), rail(true, false, false, ""), rail(false, false, true, ""))))),
		block("Banners", kit.NewBanner(look.Info, t("What it is"), t("Why it matters."), ""), kit.NewBanner(look.Attention, t("Two backup codes left"), t("Made on 3 November."), t("Generate more before the last one goes.")),
			kit.NewBanner(look.Refused, t("That code was used already"), t("An app code works once (it was used at 09:40)."), t("Wait for the next one, 12 seconds."), control.NewLink(t("Try again"), nil), control.NewLink(t("Why did this happen?"), nil))),
		block("Field", control.NewTextField(t("User name"), t("Small letters, digits and dots."), control.InputConfig{Text: "margarethe"}), refused, kit.Tries(5, 8),
			control.NewField(t("Printer"), "", control.NewSelector(control.SelectorConfig{Icon: "printer", Options: []string{"Brother HL-L2350DW"}}))),
		block("Code", kit.Well(look.Groups(look.CodeL, look.Ink, 4, "7kmq", "2xwd", "9hfz", "3r8n"))),
	)
	return kit.NewWindow(nil, look.Scroll(look.Inset(look.S40, look.S16, look.S40, look.S16, look.HTop(look.S40, look.Scaled(540, 0, left), look.Grow(right)))))
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
