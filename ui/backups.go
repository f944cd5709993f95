package ui

import (
	"context"
	"errors"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/chooser"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
)

// A backupsPage sets the daily backups of the account server and shows their
// results. Only the owner sees it.
type backupsPage struct {
	c      *shell.Console
	scope  *shell.Scope
	src    shell.Source[api.Backups]
	folder string // as typed
	filled bool
	wrong  string      // translation key of the problem with the folder
	key    *shell.Once // a new recovery key; nil for none
	busy   bool
}

func newBackups(c *shell.Console) *backupsPage { return &backupsPage{c: c} }

func (p *backupsPage) Page() shell.PageID { return shell.Settings }

// readAgain is how often the page reads the state: the server makes backups by
// itself.
const readAgain = 2 * time.Second

func (p *backupsPage) Enter(s *shell.Scope) {
	p.scope = s
	p.load()
	s.Every(readAgain, p.load)
}

// Unsaved is the question while a recovery key is shown and was not saved.
func (p *backupsPage) Unsaved() string { return p.key.Unsaved() }

func (p *backupsPage) OnTopic(topic string) {
	switch topic {
	case "", api.TopicActivity, api.TopicLabClock: // a failure is an activity of the owner
		p.load()
	}
}

func (p *backupsPage) load() {
	p.src.Load(p.c, p.scope, func(ctx context.Context, server *client.Client) (api.Backups, error) { return server.Backups(ctx) }, p.c.Redraw)
}

func (p *backupsPage) leave() { p.c.Visit(shell.Settings) }

// save turns the backups on with the typed folder. The first time, it also
// creates the recovery key.
func (p *backupsPage) save() {
	folder, on := chooser.Expand(strings.TrimSpace(p.folder)), true
	if p.wrong = ""; folder == "" {
		p.wrong = "ui.backups.folder-empty"
		p.c.Redraw()
		return
	}
	p.change(api.BackupsChange{On: &on, Folder: &folder, NewKey: p.src.Value.Recipient == ""})
}

// askKey creates a new recovery key after a confirmation. Existing backups
// still need the old key.
func (p *backupsPage) askKey() {
	if p.src.Value.Recipient == "" {
		p.change(api.BackupsChange{NewKey: true})
		return
	}
	p.c.Confirm("ui.backups.new-key", nil, func() { p.change(api.BackupsChange{NewKey: true}) })
}

func (p *backupsPage) change(in api.BackupsChange) {
	c := p.c
	c.Perform(func(ctx context.Context, server *client.Client) (func(), error) {
		now, err := server.SetBackups(ctx, in)
		var problem *api.Problem
		if errors.As(err, &problem) && problem.Field == "folder" {
			p.wrong = "ui.backups.folder-wrong"
			return c.Redraw, nil
		}
		return func() {
			p.src.Value = now.Backups
			if now.RecoveryKey != "" {
				p.key = &shell.Once{Secret: now.RecoveryKey, Question: "ui.backups.leave"}
				c.Refocus()
				c.ScrollToTop()
			}
			c.Redraw()
			p.load()
			c.Toast.Say(c.Catalog.T("ui.backups.saved"))
		}, err
	})
}

func (p *backupsPage) backUp() {
	c := p.c
	p.busy = true
	c.Redraw()
	c.Perform(func(ctx context.Context, server *client.Client) (func(), error) {
		now, err := server.BackUp(ctx)
		done := func() {
			p.busy = false
			if err == nil {
				p.src.Value = now
			}
			c.Redraw()
		}
		if err != nil {
			p.scope.Tell(done)
		}
		return done, err
	})
}

// saveKey saves the recovery key as a text file.
func (p *backupsPage) saveKey() {
	w := p.c.Catalog
	p.c.SaveAs(shell.SaveRequest{
		Title: "ui.backups.save-key", Name: "nightlatch-recovery-key",
		Forms: []shell.SaveForm{{Key: "ui.backups.save-text", Ending: ".txt", Make: func() ([]byte, error) {
			return []byte("# " + w.T("ui.backups.key-file") + "\n" + p.key.Secret + "\n"), nil
		}}},
		Done: func(string) { p.key.Kept = true; p.c.Redraw() },
	})
}

// Draw draws the new recovery key, the folder, the last backup and the key.
func (p *backupsPage) Draw() shell.View {
	c, w := p.c, p.c.Catalog
	page := kit.Page{
		Crumbs: c.Breadcrumbs(shell.Backups),
		Title:  w.T("ui.backups.title"),
	}
	if !p.src.Ready {
		return p.src.Waiting(c, page.Title, page.Crumbs, p.load)
	}
	b := p.src.Value
	if !p.filled {
		p.folder, p.filled = b.Folder, true
	}
	page.Lead = w.T("ui.backups.lead", b.Kept)
	page.Left = []fyne.CanvasObject{control.NewButton(w.T("wizard.back"), "", control.Quiet, p.leave)}
	v := shell.View{Bindings: control.Bindings{Escape: p.leave}, Ready: true}
	if p.key != nil {
		card, first := p.drawKey()
		page.Body = append(page.Body, card)
		v.First = first
	}
	folder, first := p.drawFolder()
	page.Body = append(page.Body, folder, p.drawState(), p.drawRecovery())
	if v.First == nil {
		v.First = first
	}
	if !b.FolderFixed {
		save := control.NewButton(w.T("ui.backups.save"), "", control.Primary, p.save)
		page.Actions = []fyne.CanvasObject{save}
		v.Bindings.Enter = func() { save.Tapped(nil) }
	}
	v.Content = c.Page(page)
	return v
}

// drawKey draws the card with a new recovery key, which is shown once.
func (p *backupsPage) drawKey() (fyne.CanvasObject, fyne.Focusable) {
	w := p.c.Catalog
	save := control.NewButton(w.T("ui.backups.save-key-do"), "save", control.Secondary, p.saveKey)
	copyIt := control.NewButton(w.T("wizard.copy"), "copy", control.Secondary, func() { p.c.CopySecret(p.key.Secret) })
	buttons := []fyne.CanvasObject{save, copyIt}
	if !p.key.Kept {
		buttons = append(buttons, control.NewButton(w.T("ui.backups.key-kept"), "check", control.Secondary, func() { p.key.Kept = true; p.c.Redraw() }))
	}
	buttons = append(buttons, look.Gap())
	return kit.Card(look.Pad(look.S24, look.V(look.S16,
		look.V(2, look.NewText(w.T("ui.backups.key-made"), look.Heading, look.Ink).Wrapped(), look.Para(w.T("ui.backups.key-once"), look.Ink2)),
		look.Z(look.NewBox(look.Sunken, look.Hairline, look.RadiusCard), look.Inset(look.S24, look.S20, look.S24, look.S20,
			control.NewSecret(control.SecretConfig{Name: w.T("ui.backups.key-made"), Groups: inGroups(p.key.Secret, 26), Role: look.Code, PerLine: 1, Copy: p.c.CopySecret}))),
		look.H(look.S8, buttons...)))), save
}

// inGroups breaks a long word into lines that fit the page.
func inGroups(s string, n int) []string {
	var lines []string
	for len(s) > n {
		lines, s = append(lines, s[:n]), s[n:]
	}
	return append(lines, s)
}

// drawFolder draws whether backups are on, and their folder.
func (p *backupsPage) drawFolder() (fyne.CanvasObject, fyne.Focusable) {
	w, b := p.c.Catalog, p.src.Value
	if b.FolderFixed {
		return kit.NewBanner(look.Info, w.T("ui.backups.fixed", b.Folder), w.T("ui.backups.fixed-why"), ""), nil
	}
	field := p.c.NewPathField(p.scope, w.T("ui.backups.folder"), w.T("ui.backups.folder-hint"), true, control.InputConfig{
		Text: p.folder, Limit: 1024, OnChanged: func(s string) { p.folder = s },
	})
	if p.wrong != "" {
		field.Refuse(w.T(p.wrong))
	}
	daily := control.NewToggle(control.SwitchForm, b.On, nil).Named(w.T("ui.backups.daily"))
	daily.OnChanged = func(on bool) {
		if on {
			p.save()
			return
		}
		p.change(api.BackupsChange{On: &on})
	}
	return look.V(look.S16, kit.List(look.S16, shell.LongRow(nil, w.T("ui.backups.daily"), w.T("ui.backups.daily-why"), daily)),
		kit.Card(look.Pad(look.S24, field.Object))), field.Focus()
}

// drawState draws the results of the last backups.
func (p *backupsPage) drawState() fyne.CanvasObject {
	w, b, now := p.c.Catalog, p.src.Value, p.c.Now()
	do := control.NewButton(w.T("ui.backups.now"), "", control.Secondary, p.backUp)
	if p.busy || b.Running || b.Recipient == "" || b.Folder == "" {
		do.Disable()
	}
	text := w.T("ui.backups.none")
	switch {
	case p.busy || b.Running:
		text = w.T("ui.backups.running")
	case b.Last != nil:
		text = w.T("ui.backups.last-row", shell.When(w, now, b.Last.At), w.N("ui.backups.accounts", b.Last.Accounts), b.Last.File)
	}
	parts := []fyne.CanvasObject{kit.Section(w.T("ui.backups.last"))}
	if f := b.Failed; f != nil && !p.busy {
		parts = append(parts, kit.NewBanner(look.Refused, w.T("ui.backups.failed", shell.When(w, now, f.At)), w.T(whyFailed(w, f.Reason, b.FolderFixed)), ""))
	}
	return look.V(look.S8, append(parts, kit.List(look.S16, shell.LongRow(nil, w.T("ui.backups.last"), text, do)))...)
}

// whyFailed returns the translation key for why a backup failed and what to
// do. The advice depends on fixed: a folder from the command line can't be
// changed here.
func whyFailed(w *assets.Catalog, reason string, fixed bool) string {
	key := "ui.backups.failed." + reason
	if fixed && w.Has(key+"-fixed") {
		key += "-fixed"
	}
	return key
}

// drawRecovery draws whether a recovery key exists.
func (p *backupsPage) drawRecovery() fyne.CanvasObject {
	w := p.c.Catalog
	text, do, kind := w.T("ui.backups.key-none"), w.T("ui.backups.key-make"), control.Secondary
	if p.src.Value.Recipient != "" {
		text, do, kind = w.T("ui.backups.key-there"), w.T("ui.backups.key-replace"), control.Destroy
	}
	return look.V(look.S8, kit.Section(w.T("ui.backups.key")),
		kit.List(look.S16, shell.LongRow(nil, w.T("ui.backups.key"), text, control.NewButton(do, "", kind, p.askKey))))
}
