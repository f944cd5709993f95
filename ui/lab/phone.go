package lab

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// shownPhone is the phone that is shown, zero if there is none.
func (v State) shownPhone() api.LabPhone {
	for _, p := range v.Phones {
		if p.Number == v.Number {
			return p
		}
	}
	return api.LabPhone{}
}

// drawNumbers draws the selector of the phone to show, or a text in its place if there is
// no phone.
func (p *Panel) drawNumbers() fyne.CanvasObject {
	v := p.state
	if len(v.Phones) == 0 {
		return look.AtLeast(look.ControlHeight, look.CentreVertically(look.NewText(p.c.Catalog.T("lab.no-phone"), look.Caption, look.Ink2).Wrapped()))
	}
	var names []string
	at := 0
	for i, phone := range v.Phones {
		name := explain.PhoneNumber(phone.Number)
		if n := p.unseen.texts[phone.Number]; n > 0 && phone.Number != v.Number {
			name = p.c.Catalog.N("lab.phone-new", n, name)
		}
		names = append(names, name)
		if phone.Number == v.Number {
			at = i
		}
	}
	pick := control.NewSelector(control.SelectorConfig{Icon: "phone", Options: names, Selected: at, OnPick: func(i int) { p.pick(v.Phones[i].Number) }})
	pick.SetName(p.c.Catalog.T("lab.phone"))
	return pick
}

// drawCarrier draws the carrier's switches, or nothing if there is no phone.
func (p *Panel) drawCarrier() []fyne.CanvasObject {
	w := p.c.Catalog
	phone := p.state.shownPhone()
	if phone.Number == "" {
		return nil
	}
	parts := []fyne.CanvasObject{kit.Section(w.T("lab.carrier"))}
	carrier := api.LabCarrier{}
	if phone.Carrier != nil {
		carrier = *phone.Carrier
	}
	sw := func(key string, on bool, set func(bool)) fyne.CanvasObject {
		t := control.NewToggle(control.SwitchForm, on, nil).Named(w.T(key))
		t.OnChanged = set
		return switchRow(look.NewText(w.T(key), look.Body, look.Ink), t)
	}
	loss := 0.0
	if carrier.Loss != nil {
		loss = *carrier.Loss
	}
	parts = append(parts,
		sw("lab.delivers", loss < 1, func(on bool) {
			lose := 1.0
			if on {
				lose = 0
			}
			p.setCarrier(api.LabCarrier{Loss: &lose})
		}),
		sw("lab.flight", isTrue(phone.FlightMode), func(on bool) { p.set(api.LabPhone{FlightMode: &on}) }),
		sw("lab.opt-in", isTrue(carrier.OptInRequired), func(on bool) { p.setCarrier(api.LabCarrier{OptInRequired: &on}) }))
	if isTrue(carrier.OptInRequired) {
		body := "GO"
		if isTrue(carrier.OptedIn) {
			body = "STOP"
		}
		parts = append(parts, control.NewButton(w.T("lab.text", body), "", control.Secondary, func() { p.text(body) }))
	}
	return append(parts, p.drawDelay(carrier), look.Space(1, look.S4))
}

// delays are the delivery delays to choose from.
func delays() []time.Duration {
	return []time.Duration{0, 3 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute}
}

func (p *Panel) drawDelay(carrier api.LabCarrier) fyne.CanvasObject {
	w := p.c.Catalog
	now := time.Duration(0)
	if carrier.Delay != nil {
		now, _ = time.ParseDuration(*carrier.Delay)
	}
	var names []string
	list := delays()
	at := slices.Index(list, now)
	if at < 0 {
		list, at = append(list, now), len(list)
	}
	for _, d := range list {
		if d == 0 {
			names = append(names, w.T("lab.at-once"))
		} else {
			names = append(names, w.Span(d))
		}
	}
	pick := control.NewSelector(control.SelectorConfig{Options: names, Selected: at, OnPick: func(i int) {
		delay := list[i].String()
		p.setCarrier(api.LabCarrier{Delay: &delay})
	}})
	pick.SetName(w.T("lab.delay"))
	return look.V(6, look.NewText(w.T("lab.delay"), look.Caption, look.Ink2).Wrapped(), pick)
}

// phoneNotes is how many texts fit on the phone.
const phoneNotes = 6

// notes are the newest texts for the phone, newest first.
func (p *Panel) notes(texts []api.LabText) []kit.PhoneNote {
	var out []kit.PhoneNote
	for _, t := range slices.Backward(texts) {
		if len(out) == phoneNotes {
			break
		}
		out = append(out, p.note(t))
	}
	return out
}

func (p *Panel) note(t api.LabText) kit.PhoneNote {
	when := ""
	if t.At != nil {
		when = p.c.Catalog.Moment(p.c.Now(), *t.At)
	}
	return phoneNote(t, when)
}

// CodeInText finds the code in a text message: six digits or a temporary password.
var CodeInText = regexp.MustCompile(`\b(\d{3})(\d{3})\b|\b[0-9a-z]{4}(?:-[0-9a-z]{4}){3}\b`)

// phoneNote is a text as the phone's lock screen shows it: the origin-bound line
// (R15) in small print, six digits in large.
func phoneNote(t api.LabText, when string) kit.PhoneNote {
	n := kit.PhoneNote{Icon: "message", From: t.From, When: when, Says: strings.TrimSpace(t.Body)}
	if at := strings.LastIndex(n.Says, "\n@"); at >= 0 {
		n.Says, n.Fine = strings.TrimSpace(n.Says[:at]), n.Says[at+1:]
	}
	if code := CodeInText.FindString(n.Says); len(code) == 6 {
		n.Large = code[:3] + " " + code[3:]
	}
	return n
}
