package lab

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// askMore shows how a key behaves, and the less frequent actions on it.
func (p *Panel) askMore(k api.LabKey) {
	c, w := p.c, p.c.Catalog
	var dialog *control.Dialog
	toggle := func(key string, on *bool, setting func(on bool) api.KeyBehaviour) fyne.CanvasObject {
		words := look.NewText(w.T(key), look.Body, look.Ink).Wrapped()
		t := control.NewToggle(control.SwitchForm, isTrue(on), nil).Named(w.T(key))
		t.OnChanged = func(on bool) {
			p.do(func(ctx context.Context, server *client.Client) error {
				return server.SetKeyBehaviour(ctx, k.ID, setting(on))
			}, nil)
		}
		return look.H(look.S12, look.Grow(words), t)
	}
	behaviour := []fyne.CanvasObject{
		toggle("lab.more.auto", k.AutoTouch, func(on bool) api.KeyBehaviour { return api.KeyBehaviour{AutoTouch: &on} }),
		toggle("lab.more.pull", k.PullOnTouch, func(on bool) api.KeyBehaviour { return api.KeyBehaviour{PullOnTouch: &on} }),
		toggle("lab.more.still", k.CounterStill, func(on bool) api.KeyBehaviour { return api.KeyBehaviour{CounterStill: &on} }),
	}
	if k.Kind == api.KeyFingerprint {
		behaviour = append(behaviour, toggle("lab.more.finger", k.WrongFinger, func(on bool) api.KeyBehaviour { return api.KeyBehaviour{WrongFinger: &on} }))
	}
	act := func(key string, kind control.Kind, can bool, work func(ctx context.Context, server *client.Client) error) fyne.CanvasObject {
		b := control.NewButton(w.T(key), "", kind, func() {
			dialog.Close()
			p.do(work, nil)
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
		act("lab.more.copy", control.Secondary, true, func(ctx context.Context, server *client.Client) error {
			_, err := server.CopyKey(ctx, k.ID, w.T("lab.more.copy-name", k.Name))
			return err
		}),
	}
	if k.Kind != api.KeyU2F {
		actions = append(actions, act("lab.more.fill", control.Secondary, k.Room > 0, action(api.FillKey)), act("lab.more.lock", control.Destroy, k.HasPIN && !pinLocked(k), action(api.LockPIN)))
	}
	if k.Finger != nil && !*k.Finger {
		actions = append(actions, act("lab.more.enroll", control.Secondary, true, action(api.EnrollFinger)))
	}
	actions = append(actions, act("lab.more.forget", control.Destroy, true, func(ctx context.Context, server *client.Client) error { return server.ForgetKey(ctx, k.ID) }))
	dialog = c.Dialog(control.DialogConfig{
		Title: k.Name, Words: p.describe(k), Icon: "key", Cancel: w.T("kit.close"),
		Body: []fyne.CanvasObject{look.V(look.S12, behaviour...), kit.Rule(0), look.Flow(look.S8, actions...), look.NewText(w.T("lab.more.copied"), look.Caption, look.Ink2).Wrapped()},
	})
}

// describe returns a text with the kind of a key, its contents, and the state
// of its PIN.
func (p *Panel) describe(k api.LabKey) string {
	w := p.c.Catalog
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

// askKey asks which kind of key to plug in.
func (p *Panel) askKey() {
	c, w := p.c, p.c.Catalog
	transport, kind := 0, 0
	name := control.NewTextField(w.T("lab.plug.name"), "", control.InputConfig{Text: w.T("lab.plug.name-text"), Limit: 64})
	pin := control.NewTextField(w.T("lab.plug.pin"), w.T("lab.plug.pin-hint"), control.InputConfig{Limit: 63})
	how := control.NewSegments(0, func(i int) { transport = i }, w.T("transport.usb"), w.T("transport.nfc")).Named(w.T("lab.plug.transport"))
	var kinds []string
	for _, k := range keyKinds() {
		kinds = append(kinds, w.T("lab.plug.kind-"+string(k)))
	}
	what := control.NewSelector(control.SelectorConfig{Options: kinds, OnPick: func(i int) {
		kind = i
		if keyKinds()[i] == api.KeyU2F {
			pin.Hide()
		} else {
			pin.Show()
		}
	}})
	what.SetName(w.T("lab.plug.kind"))
	wrong := look.V(0) // what belongs to neither field
	refuse := func(f *control.TextField, words string) {
		f.Refuse(words)
		control.Focus(f.Focus())
	}
	why := w.T("lab.plug.why")
	if c.Config.Features.KeysInside {
		why = w.T("lab.plug.why-inside")
	}
	var dialog *control.Dialog
	dialog = c.Dialog(control.DialogConfig{
		Title: w.T("lab.plug"), Words: why, Icon: "key",
		Body: []fyne.CanvasObject{name, control.NewField(w.T("lab.plug.kind"), "", what), control.NewField(w.T("lab.plug.transport"), "", look.H(0, how, look.Gap())), pin, wrong},
		Do:   w.T("lab.plug.do"), Keep: true,
		OnDo: func() {
			k := api.LabKey{Name: strings.TrimSpace(name.Text()), Transport: []string{"usb", "nfc"}[transport], Kind: keyKinds()[kind], PIN: pin.Text()}
			if k.Kind == api.KeyU2F {
				k.PIN = ""
			}
			name.Clear()
			pin.Clear()
			wrong.Objects = nil
			if k.Name == "" {
				refuse(name, w.T("error.empty.label.what"))
				return
			}
			if n := len([]rune(k.PIN)); n > 0 && n < 4 {
				refuse(pin, w.T("lab.plug.pin-short"))
				return
			}
			dialog.Do().Disable()
			p.use(inPanel)
			server := c.Config.Client
			p.scope.Go(func(ctx context.Context) func() {
				_, err := server.PlugKey(ctx, k)
				return func() {
					if err != nil {
						dialog.Do().Enable()
						switch why := explain.Error(w, err); why.Field {
						case "name":
							refuse(name, why.Sentence())
						case "pin":
							refuse(pin, why.Sentence())
						default:
							wrong.Objects = []fyne.CanvasObject{kit.NewBanner(look.Refused, why.What, why.Why, why.Next)}
							dialog.Refresh()
							dialog.Tell()
						}
						return
					}
					dialog.Close()
					p.Load()
				}
			})
		},
	})
}
