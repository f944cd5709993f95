package ui

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
)

type labInputs struct {
	close, reset, other, plug func()
	phone                     func(number string)
	set                       func(api.LabPhone)
	text                      func(body string)
	advance                   func(time.Duration)
	mail                      func(api.LabMail)
	key                       func(api.LabKey, keyAction)
	use                       func(api.LabAccount)
	copy                      func(code string)
}

// drawLab draws the panel around the phone and the clock, which live on.
func (c *Console) drawLab(v labView, phone *kit.Phone, clock, date *kit.Text, in labInputs) fyne.CanvasObject {
	w := c.words
	head := kit.H(kit.S8, kit.NewIcon("lab", 20, kit.Accent), kit.Grow(kit.V(0, kit.NewText(w.T("ui.rail.lab"), kit.Strong, kit.Ink), kit.NewText(w.T("lab.what"), kit.Caption, kit.Ink2))),
		kit.NewButton(w.T("lab.reset-do"), "reset", kit.Secondary, in.reset), kit.NewButton("", "close", kit.Quiet, in.close).Named(w.T("lab.close")))
	parts := []fyne.CanvasObject{head}
	if v.trouble != nil {
		parts = append(parts, kit.NewBanner(kit.Refused, v.trouble.What, v.trouble.Why, v.trouble.Next))
	}
	if len(v.phones) > 1 {
		parts = append(parts, c.labNumbers(v, in))
	}
	parts = append(parts,
		kit.HTop(kit.S16, phone, kit.Grow(kit.V(kit.S12, append(c.labCarrier(v, in), c.labClock(clock, date, in)...)...))),
		kit.V(kit.S8, kit.Section(w.T("lab.mailbox")), c.labMail(v, in)),
		c.labBench(v, in),
	)
	if len(v.accounts) > 0 {
		parts = append(parts, kit.V(kit.S8, kit.Section(w.T("lab.accounts")), c.labAccounts(v, in)))
	}
	column := kit.Narrow(kit.LabWidth+120, kit.Inset(kit.S16, kit.S12, kit.S16, kit.S16, kit.V(kit.S16, parts...)))
	return container.New(labLayout{}, kit.NewBox(kit.Rail, "", 0), kit.Scroll(column))
}

// labLayout is as wide as the lab docked at the side, and wider where it covers
// the page.
type labLayout struct{}

func (labLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return kit.Scaled(kit.LabWidth, 0, kit.Space(1, 1)).MinSize()
}

func (labLayout) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	for _, o := range objs {
		o.Resize(s)
	}
}

// shownPhone is the phone that is looked at.
func (v labView) shownPhone() api.LabPhone {
	for _, p := range v.phones {
		if p.Number == v.number {
			return p
		}
	}
	return api.LabPhone{}
}

func (c *Console) labNumbers(v labView, in labInputs) fyne.CanvasObject {
	var names []string
	at := 0
	for i, p := range v.phones {
		names = append(names, explain.PhoneNumber(p.Number))
		if p.Number == v.number {
			at = i
		}
	}
	pick := kit.NewSelector(kit.SelectorConfig{Icon: "phone", Options: names, Selected: at, OnPick: func(i int) { in.phone(v.phones[i].Number) }})
	pick.SetName(c.words.T("lab.phone"))
	return pick
}

// delays are how late texts can be made to arrive.
func delays() []time.Duration {
	return []time.Duration{0, 3 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute}
}

// labCarrier are the carrier's switches. Without a phone there is nothing to switch.
func (c *Console) labCarrier(v labView, in labInputs) []fyne.CanvasObject {
	w := c.words
	p := v.shownPhone()
	parts := []fyne.CanvasObject{kit.Section(w.T("lab.carrier"))}
	if p.Number == "" {
		return append(parts, kit.NewText(w.T("lab.no-phone"), kit.Caption, kit.Ink2).Wrapped(), kit.Space(1, kit.S4))
	}
	carrier := api.LabCarrier{}
	if p.Carrier != nil {
		carrier = *p.Carrier
	}
	sw := func(key string, on bool, set func(bool)) fyne.CanvasObject {
		t := kit.NewToggle(kit.SwitchForm, on, nil).Named(w.T(key))
		t.OnChanged = set
		return kit.H(kit.S8, kit.Grow(kit.NewText(w.T(key), kit.Body, kit.Ink)), t)
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
			in.set(api.LabPhone{Carrier: &api.LabCarrier{Loss: &lose}})
		}),
		sw("lab.flight", truth(p.FlightMode), func(on bool) { in.set(api.LabPhone{FlightMode: &on}) }),
		sw("lab.opt-in", truth(carrier.OptInRequired), func(on bool) { in.set(api.LabPhone{Carrier: &api.LabCarrier{OptInRequired: &on}}) }))
	if truth(carrier.OptInRequired) {
		body := "GO"
		if truth(carrier.OptedIn) {
			body = "STOP"
		}
		parts = append(parts, kit.NewButton(w.T("lab.text", body), "", kit.Secondary, func() { in.text(body) }))
	}
	return append(parts, c.labDelay(carrier, in), kit.Space(1, kit.S4))
}

func (c *Console) labDelay(carrier api.LabCarrier, in labInputs) fyne.CanvasObject {
	w := c.words
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
	pick := kit.NewSelector(kit.SelectorConfig{Options: names, Selected: at, OnPick: func(i int) {
		delay := list[i].String()
		in.set(api.LabPhone{Carrier: &api.LabCarrier{Delay: &delay}})
	}})
	pick.SetName(w.T("lab.delay"))
	return kit.V(6, kit.NewText(w.T("lab.delay"), kit.Caption, kit.Ink2).Wrapped(), pick)
}

func truth(b *bool) bool { return b != nil && *b }

func (c *Console) labClock(clock, date *kit.Text, in labInputs) []fyne.CanvasObject {
	w := c.words
	return []fyne.CanvasObject{
		kit.Section(w.T("lab.clock")), kit.V(0, clock, date),
		kit.V(kit.S8,
			kit.NewButton(w.T("lab.minute"), "", kit.Secondary, func() { in.advance(time.Minute) }),
			kit.NewButton(w.T("lab.hour"), "", kit.Secondary, func() { in.advance(time.Hour) }),
			kit.NewButton(w.T("lab.other"), "", kit.Secondary, in.other)),
	}
}

// shownMail is how many of the newest mails are listed.
const shownMail = 5

func (c *Console) labMail(v labView, in labInputs) fyne.CanvasObject {
	w, now := c.words, c.now()
	var rows []fyne.CanvasObject
	for _, m := range slices.Backward(v.mail) {
		if len(rows) == shownMail {
			break
		}
		role, dot := kit.Body, kit.Clear
		if !v.read[mailID(m)] {
			role, dot = kit.Strong, kit.Accent
		}
		row := kit.NewTapRow(kit.Inset(kit.S12, kit.S8, kit.S12, kit.S8, kit.H(kit.S8, kit.Sized(8, 8, kit.NewDisc(dot, "")),
			kit.Grow(kit.NewText(m.Subject, role, kit.Ink)), kit.NewText(w.Moment(now, m.At), kit.Caption, kit.Ink2))), func() { in.mail(m) })
		row.Name = m.Subject
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return kit.Card(kit.Pad(kit.S12, kit.NewText(w.T("lab.no-mail"), kit.Caption, kit.Ink2).Wrapped()))
	}
	return kit.List(28, rows...)
}

// mailID tells mails apart.
func mailID(m api.LabMail) string {
	return m.To + "\n" + m.Subject + "\n" + m.At.Format(time.RFC3339Nano)
}

func (c *Console) labAccounts(v labView, in labInputs) fyne.CanvasObject {
	w := c.words
	var rows []fyne.CanvasObject
	for _, a := range v.accounts {
		story := a.Password
		if key := "lab.story." + a.Story; a.Story != "" && w.Has(key) {
			story = w.T("lab.account", a.Password, w.T(key))
		}
		what := kit.Chevron()
		if v.signedIn {
			what = kit.NewIcon("copy", 16, kit.Ink3)
		}
		row := kit.NewTapRow(kit.Inset(kit.S12, kit.S8, kit.S12, kit.S8, kit.H(kit.S8, kit.Grow(kit.V(0,
			kit.NewText(a.Username, kit.Strong, kit.Ink), kit.NewText(story, kit.Caption, kit.Ink2).Wrapped())), what)), func() { in.use(a) })
		row.Name = w.T("lab.use-name", a.Username)
		rows = append(rows, kit.V(0, row, c.labSecrets(a, in)))
	}
	return kit.List(kit.S12, rows...)
}

// labSecrets is what the second step of a demo account takes: the code that its
// app shows now, and its backup codes by number.
func (c *Console) labSecrets(a api.LabAccount, in labInputs) fyne.CanvasObject {
	w := c.words
	var lines []fyne.CanvasObject
	line := func(label, shown, code string) {
		lines = append(lines, kit.H(kit.S8, kit.Grow(kit.NewText(label, kit.Caption, kit.Ink2)), kit.NewText(shown, kit.Code, kit.Ink),
			kit.NewLink(w.T("wizard.copy"), func() { in.copy(code) }).Named(w.T("lab.account.copy-name", label, a.Username))))
	}
	if len(a.AppCode) == 6 {
		line(w.T("lab.account.app"), a.AppCode[:3]+" "+a.AppCode[3:], a.AppCode)
	}
	for i, code := range a.BackupCodes {
		line(w.T("lab.account.backup", i+1), code, code)
	}
	if len(lines) == 0 {
		return kit.Space(0, 0)
	}
	return kit.Inset(kit.S12, 0, kit.S12, kit.S8, kit.V(kit.S4, lines...))
}

// codeInText finds the code of a text, and the origin-bound line (R15).
var codeInText = regexp.MustCompile(`\b(\d{3})(\d{3})\b|\b[0-9a-z]{4}(?:-[0-9a-z]{4}){3}\b`)

// phoneNote is a text as the phone's lock screen shows it.
func phoneNote(t api.LabText, when string) kit.PhoneNote {
	n := kit.PhoneNote{Icon: "message", From: t.From, When: when, Says: strings.TrimSpace(t.Body)}
	if at := strings.LastIndex(n.Says, "\n@"); at >= 0 {
		n.Says, n.Fine = strings.TrimSpace(n.Says[:at]), n.Says[at+1:]
	}
	if code := codeInText.FindString(n.Says); len(code) == 6 {
		n.Large = code[:3] + " " + code[3:]
	}
	return n
}
