package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
)

// A keyAction is what one does to a virtual key.
type keyAction int

// The actions.
const (
	touchKey keyAction = iota
	unplugKey
	replugKey
	moreOfKey // what is seldom done has a dialog
)

// keyKinds are the kinds of virtual keys, in the order they are offered.
func keyKinds() []api.KeyKind {
	return []api.KeyKind{api.KeyFIDO2, api.KeyFingerprint, api.KeyU2F}
}

func (l *labPanel) key(k api.LabKey, do keyAction) {
	if do == moreOfKey {
		l.askMore(k)
		return
	}
	l.do(func(ctx context.Context, server *client.Client) error {
		switch do {
		case touchKey:
			return server.TouchKey(ctx, k.ID)
		case unplugKey:
			return server.UnplugKey(ctx, k.ID)
		}
		return server.ReplugKey(ctx, k.ID)
	}, nil)
}

// labBench is where virtual keys are plugged in, on systems that have them.
func (c *Console) labBench(v labView, in labInputs) fyne.CanvasObject {
	w := c.words
	if !c.cfg.Features.VirtualKeys {
		return kit.V(kit.S8, kit.Section(w.T("lab.keys")), kit.Card(kit.Pad(kit.S12, kit.NewText(w.T("lab.no-virtual"), kit.Caption, kit.Ink2).Wrapped())))
	}
	return kit.V(kit.S8, kit.H(kit.S8, kit.Section(w.T("lab.keys")), kit.Gap(), kit.NewLink(w.T("lab.plug"), in.plug)), c.labKeys(v, in))
}

func (c *Console) labKeys(v labView, in labInputs) fyne.CanvasObject {
	w := c.words
	var rows []fyne.CanvasObject
	for _, k := range v.keys {
		icon := "usb"
		if k.Transport == "nfc" {
			icon = "nfc"
		}
		head := kit.HTop(kit.S12, kit.Tile(icon, k.PluggedIn),
			kit.Grow(kit.V(0, kit.NewText(k.Name, kit.Strong, kit.Ink), kit.NewText(c.labKeyState(k), kit.Caption, kit.Ink2).Wrapped())),
			kit.NewButton("", "more", kit.Quiet, func() { in.key(k, moreOfKey) }).Named(w.T("lab.key.more-name", k.Name)))
		rows = append(rows, kit.Inset(kit.S12, kit.S12, kit.S12, kit.S12, kit.V(kit.S8, head, kit.H(kit.S8, append([]fyne.CanvasObject{kit.Gap()}, c.labKeyTools(k, in)...)...))))
	}
	if len(rows) == 0 {
		return kit.Card(kit.Pad(kit.S12, kit.NewText(w.T("lab.no-keys"), kit.Caption, kit.Ink2).Wrapped()))
	}
	return kit.List(64, rows...)
}

// labKeyTools are what one does to a key all the time.
func (c *Console) labKeyTools(k api.LabKey, in labInputs) []fyne.CanvasObject {
	w := c.words
	if !k.PluggedIn {
		return []fyne.CanvasObject{kit.NewButton(w.T("lab.key.plug"), "", kit.Secondary, func() { in.key(k, replugKey) }).Named(w.T("lab.key.plug-name", k.Name))}
	}
	kind := kit.Secondary
	if k.WaitingForTouch {
		kind = kit.Primary
	}
	return []fyne.CanvasObject{
		kit.NewButton(w.T("lab.key.unplug"), "", kit.Quiet, func() { in.key(k, unplugKey) }).Named(w.T("lab.key.unplug-name", k.Name)),
		kit.NewButton(w.T("lab.key.touch"), "", kind, func() { in.key(k, touchKey) }).Named(w.T("lab.key.touch-name", k.Name)),
	}
}

// labKeyState says where a key is, and what is out of the ordinary about it.
func (c *Console) labKeyState(k api.LabKey) string {
	w := c.words
	if k.WaitingForTouch {
		return w.T("lab.key.waiting")
	}
	said := []string{w.T("lab.key.out")}
	if k.PluggedIn {
		said[0] = w.T("lab.key.in")
	}
	for _, s := range []struct {
		is  bool
		key string
	}{
		{k.Kind == api.KeyFingerprint, "lab.key.is-fingerprint"},
		{k.Kind == api.KeyU2F, "lab.key.is-u2f"},
		{k.HasPIN && !pinLocked(k), "lab.key.has-pin"},
		{pinLocked(k), "lab.key.pin-locked"},
		{k.Kind != api.KeyU2F && k.Room == 0 && k.Stored > 0, "lab.key.full"},
		{k.CopyOf != "", "lab.key.is-copy"},
		{truth(k.CounterStill), "lab.key.is-still"},
		{truth(k.WrongFinger), "lab.key.is-wrong-finger"},
		{truth(k.PullOnTouch), "lab.key.is-pulled"},
	} {
		if s.is {
			said = append(said, w.T(s.key))
		}
	}
	return strings.Join(said, " · ")
}

func pinLocked(k api.LabKey) bool { return k.PINTries != nil && *k.PINTries == 0 }

// askMore shows how a key behaves, and what can be done to it.
func (l *labPanel) askMore(k api.LabKey) {
	c, w := l.c, l.c.words
	var dialog *kit.Dialog
	set := func(key string, on *bool, setting func(on bool) api.KeyBehaviour) fyne.CanvasObject {
		words := kit.NewText(w.T(key), kit.Body, kit.Ink).Wrapped()
		t := kit.NewToggle(kit.SwitchForm, truth(on), nil).Named(w.T(key))
		t.OnChanged = func(on bool) {
			l.do(func(ctx context.Context, server *client.Client) error {
				return server.SetKeyBehaviour(ctx, k.ID, setting(on))
			}, nil)
		}
		return kit.H(kit.S12, kit.Grow(words), t)
	}
	behaviour := []fyne.CanvasObject{
		set("lab.more.auto", k.AutoTouch, func(on bool) api.KeyBehaviour { return api.KeyBehaviour{AutoTouch: &on} }),
		set("lab.more.pull", k.PullOnTouch, func(on bool) api.KeyBehaviour { return api.KeyBehaviour{PullOnTouch: &on} }),
		set("lab.more.still", k.CounterStill, func(on bool) api.KeyBehaviour { return api.KeyBehaviour{CounterStill: &on} }),
	}
	if k.Kind == api.KeyFingerprint {
		behaviour = append(behaviour, set("lab.more.finger", k.WrongFinger, func(on bool) api.KeyBehaviour { return api.KeyBehaviour{WrongFinger: &on} }))
	}
	act := func(key string, can bool, work func(ctx context.Context, server *client.Client) error) fyne.CanvasObject {
		b := kit.NewButton(w.T(key), "", kit.Secondary, func() {
			dialog.Close()
			l.do(work, nil)
		})
		if !can {
			b.Disable()
		}
		return b
	}
	action := func(d api.KeyAction) func(context.Context, *client.Client) error {
		return func(ctx context.Context, server *client.Client) error { return server.DoKey(ctx, k.ID, d) }
	}
	actions := []fyne.CanvasObject{
		act("lab.more.copy", true, func(ctx context.Context, server *client.Client) error {
			_, err := server.CopyKey(ctx, k.ID, w.T("lab.more.copy-name", k.Name))
			return err
		}),
	}
	if k.Kind != api.KeyU2F {
		actions = append(actions, act("lab.more.fill", k.Room > 0, action(api.FillKey)), act("lab.more.lock", k.HasPIN && !pinLocked(k), action(api.LockPIN)))
	}
	if k.Finger != nil && !*k.Finger {
		actions = append(actions, act("lab.more.enroll", true, action(api.EnrollFinger)))
	}
	actions = append(actions, act("lab.more.forget", true, func(ctx context.Context, server *client.Client) error { return server.ForgetKey(ctx, k.ID) }))
	dialog = kit.ShowDialog(c.window.Canvas(), kit.DialogConfig{
		Title: k.Name, Words: l.portrait(k), Icon: "key", Cancel: w.T("kit.close"),
		Body: []fyne.CanvasObject{kit.V(kit.S12, behaviour...), kit.Rule(0), kit.Flow(kit.S8, actions...), kit.NewText(w.T("lab.more.copied"), kit.Caption, kit.Ink2).Wrapped()},
	})
}

// portrait says what a key is and what is on it.
func (l *labPanel) portrait(k api.LabKey) string {
	w := l.c.words
	said := []string{w.T("lab.kind." + string(k.Kind))}
	if k.Kind != api.KeyU2F {
		said = append(said, w.T("lab.more.stored", k.Stored, k.Stored+k.Room))
	}
	switch {
	case pinLocked(k):
		said = append(said, w.T("lab.more.pin-locked"))
	case k.PINTries != nil:
		said = append(said, w.N("lab.more.pin-tries", *k.PINTries))
	}
	if k.Finger != nil && !*k.Finger {
		said = append(said, w.T("lab.more.no-finger"))
	}
	return strings.Join(said, " ")
}

// askKey asks what kind of key to plug in.
func (l *labPanel) askKey() {
	c, w := l.c, l.c.words
	transport, kind := 0, 0
	name := kit.NewTextField(w.T("lab.plug.name"), "", kit.InputConfig{Text: w.T("lab.plug.name-text"), Limit: 64})
	pin := kit.NewTextField(w.T("lab.plug.pin"), w.T("lab.plug.pin-hint"), kit.InputConfig{Limit: 63})
	how := kit.NewSegments(0, func(i int) { transport = i }, w.T("transport.usb"), w.T("transport.nfc")).Named(w.T("lab.plug.transport"))
	var kinds []string
	for _, k := range keyKinds() {
		kinds = append(kinds, w.T("lab.plug.kind-"+string(k)))
	}
	what := kit.NewSelector(kit.SelectorConfig{Options: kinds, OnPick: func(i int) {
		kind = i
		if keyKinds()[i] == api.KeyU2F {
			pin.Hide()
		} else {
			pin.Show()
		}
	}})
	what.SetName(w.T("lab.plug.kind"))
	var dialog *kit.Dialog
	dialog = kit.ShowDialog(c.window.Canvas(), kit.DialogConfig{
		Title: w.T("lab.plug"), Words: w.T("lab.plug.why"), Icon: "key",
		Body: []fyne.CanvasObject{name, kit.NewField(w.T("lab.plug.kind"), "", what), kit.NewField(w.T("lab.plug.transport"), "", kit.H(0, how, kit.Gap())), pin},
		Do:   w.T("lab.plug.do"), Keep: true,
		OnDo: func() {
			k := api.LabKey{Name: strings.TrimSpace(name.Text()), Transport: []string{"usb", "nfc"}[transport], Kind: keyKinds()[kind], PIN: pin.Text()}
			if k.Kind == api.KeyU2F {
				k.PIN = ""
			}
			if k.Name == "" {
				name.Refuse(w.T("error.empty.label.what"))
				return
			}
			if n := len([]rune(k.PIN)); n > 0 && n < 4 {
				pin.Refuse(w.T("lab.plug.pin-short"))
				return
			}
			dialog.Do().Disable()
			server := c.cfg.Client
			l.scope.Go(func(ctx context.Context) func() {
				_, err := server.PlugKey(ctx, k)
				return func() {
					if err != nil {
						dialog.Do().Enable()
						name.Refuse(explain.Error(w, err).What)
						return
					}
					dialog.Close()
					l.look("")
				}
			})
		},
	})
}
