package ui

import (
	"slices"
	"time"

	"nightlatch/assets/explain"
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/recovery"
	"nightlatch/ui/gallerytest"
	"nightlatch/ui/lab"
	"nightlatch/ui/print"
	"nightlatch/ui/shell"
	"nightlatch/ui/wizard"
)

// shots are the screens of this package in all states.
func shots() []gallerytest.Shot {
	return slices.Concat(overviewShots(), twoFactorShots(), codeShots(), printShots(), temporaryShots(), otherShots(), dialogShots(), wayShots(), labShots())
}

// labPanel is the lab's panel with a text message that has just come.
func labPanel(c *shell.Console) shell.Panel { return stillPanel(c, gallerytest.LabKey()) }

func stillPanel(c *shell.Console, keys ...api.LabKey) *lab.Panel {
	p := lab.New(c)
	p.Start(c.Root())
	mail := gallerytest.LabMail()
	p.Show(lab.State{
		Number: gallerytest.LabPhones()[0].Number, Phones: gallerytest.LabPhones(), Texts: gallerytest.LabTexts(), Mail: mail,
		Read: map[string]bool{lab.MailID(mail[0]): true}, Keys: keys, Accounts: gallerytest.LabAccounts(),
	})
	return p
}

func stillRecovery(a api.Account, keys ...api.Key) recoveryState {
	s := recovery.State{Text: a.Methods.Text, App: a.Methods.App, RefuseCopied: a.Policy == "hardened", FewCodes: account.Classic().BackupCodesLow}
	for i := range a.BackupCodes.Active {
		s.Codes = append(s.Codes, a.BackupCodes.Next+i)
	}
	for _, k := range keys {
		s.Keys = append(s.Keys, recovery.Key{Label: k.Label, Copied: k.PossiblyCopied, Foreign: k.ForeignRP})
	}
	for _, one := range gallerytest.Sessions() {
		if one.Current {
			s.Session = one.Expires
		}
	}
	return recoveryState{Account: a, Recovery: recovery.Assess(s), Recent: gallerytest.Activity()[:3]}
}

func overviewShot(name string, src shell.Source[recoveryState]) gallerytest.Shot {
	return gallerytest.Shot{Name: name, Page: shell.Overview, Draw: func(c *shell.Console) shell.View {
		return (&overviewPage{c: c, src: src}).Draw()
	}}
}

func overviewShots() []gallerytest.Shot {
	look := func(name string, s recoveryState) gallerytest.Shot {
		return overviewShot(name, shell.Source[recoveryState]{Value: s, Ready: true})
	}
	alone := gallerytest.Account()
	alone.BackupCodes = api.BackupCodes{Low: true}
	oneKey := gallerytest.Account()
	oneKey.Methods, oneKey.BackupCodes = api.Methods{Keys: 1}, api.BackupCodes{}
	copied := gallerytest.SafeAccount()
	copied.Methods.Keys = 1
	fresh := stillRecovery(gallerytest.PlainAccount())
	fresh.Recent = nil
	withLab := look("04-overview-lab", stillRecovery(gallerytest.Account()))
	withLab.Panel = labPanel
	return []gallerytest.Shot{
		look("04-overview-safe", stillRecovery(gallerytest.SafeAccount(), gallerytest.Keys()[:2]...)),
		look("04-overview-new", fresh),
		look("04-overview-codes", stillRecovery(gallerytest.Account())),
		look("04-overview-no-way", stillRecovery(alone)),
		look("04-overview-one-key", stillRecovery(oneKey, gallerytest.Keys()[0])),
		look("04-overview-copied", stillRecovery(copied, gallerytest.Keys()[3])),
		withLab,
		overviewShot("04-overview-loading", shell.Source[recoveryState]{Slow: true}),
		overviewShot("04-overview-failed", shell.Source[recoveryState]{Err: &api.Problem{Code: api.Unavailable}, Tries: 3, LastTry: gallerytest.Now()}),
	}
}

func twoFactorShot(name string, s twoFactorState) gallerytest.Shot {
	return gallerytest.Shot{Name: name, Page: shell.TwoFactor, Draw: func(c *shell.Console) shell.View {
		return (&twoFactorPage{c: c, src: shell.Source[twoFactorState]{Value: s, Ready: true}}).Draw()
	}}
}

func twoFactorShots() []gallerytest.Shot {
	phoneOnly := gallerytest.PlainAccount()
	phoneOnly.Phone, phoneOnly.PhoneVerified = "+12025550143", true
	return []gallerytest.Shot{
		twoFactorShot("05-two-factor", twoFactorState{Account: gallerytest.Account()}),
		twoFactorShot("05-two-factor-off", twoFactorState{Account: gallerytest.PlainAccount()}),
		twoFactorShot("05-two-factor-phone", twoFactorState{Account: phoneOnly}),
		twoFactorShot("05-two-factor-all", twoFactorState{Account: gallerytest.SafeAccount()}),
		twoFactorShot("05-two-factor-own", twoFactorState{Account: ownAccount()}),
		twoFactorShot("05-two-factor-open", twoFactorState{Account: gallerytest.Account(), Open: &api.View{
			ID: "x", Kind: api.EnrollApp, Path: []api.StepType{"overview", "scan-qr", "enter-code", "save-backup-code", "finished"}, At: 3, Step: api.SaveBackupCode{Number: 1},
		}}),
	}
}

func codeShot(name string, s backupState, saved wizard.Saved, made ...api.NewBackupCode) gallerytest.Shot {
	return gallerytest.Shot{Name: name, Page: shell.BackupCodes, Draw: func(c *shell.Console) shell.View {
		return (&backupCodesPage{c: c, src: shell.Source[backupState]{Value: s, Ready: true}, made: made, saved: saved, kept: keptBy(saved, made)}).Draw()
	}}
}

// keptBy returns the numbers of codes that were kept.
func keptBy(saved wizard.Saved, made []api.NewBackupCode) map[int]bool {
	kept := map[int]bool{}
	for _, m := range made {
		kept[m.Number] = saved.Kept()
	}
	return kept
}

func newCodes() []api.NewBackupCode {
	return []api.NewBackupCode{{Number: 6, Code: "7kmq-2xwd-9hfz-3r8n"}, {Number: 7, Code: "q4tc-m8ze-1vja-6y0p"}}
}

func codeShots() []gallerytest.Shot {
	state := backupState{Account: gallerytest.Account(), Codes: gallerytest.Codes()}
	none := gallerytest.Account()
	none.BackupCodes = api.BackupCodes{Low: true}
	lost, void := gallerytest.Codes(), gallerytest.Codes()
	lost[3].Kept, lost[4].Kept = "", ""
	for i := range void {
		if void[i].State == "active" {
			void[i] = api.BackupCodeEntry{Number: void[i].Number, State: "void", Created: void[i].Created, Voided: gallerytest.At(gallerytest.Ago(gallerytest.Day)), VoidedBy: api.EventBackupCodesVoided, VoidedByNumber: 5}
		}
	}
	five := append(newCodes(), api.NewBackupCode{Number: 8, Code: "9t3n-0q5h-wy7d-c2vg"}, api.NewBackupCode{Number: 9, Code: "xk8p-4r1e-m6bz-j0sa"}, api.NewBackupCode{Number: 10, Code: "2hfw-vn9c-8dq3-t7yk"})
	return []gallerytest.Shot{
		codeShot("10-backup-codes-lost", backupState{Account: gallerytest.Account(), Codes: lost}, wizard.Saved{}),
		codeShot("10-backup-codes-void", backupState{Account: none, Codes: void}, wizard.Saved{}),
		codeShot("10-backup-codes-five", state, wizard.Saved{}, five...),
		codeShot("10-backup-codes", state, wizard.Saved{}),
		codeShot("10-backup-codes-made", state, wizard.Saved{}, newCodes()[0]),
		codeShot("10-backup-codes-two", state, wizard.Saved{Printed: true}, newCodes()...),
		codeShot("10-backup-codes-none", backupState{Account: none}, wizard.Saved{}),
		codeShot("10-backup-codes-off", backupState{Account: gallerytest.PlainAccount()}, wizard.Saved{}),
	}
}

func printShots() []gallerytest.Shot {
	office := []print.Printer{{Name: "office", Description: gallerytest.PrinterName}, {Name: "PDF", Description: "PDF"}}
	look := func(name string, change func(*printPage)) gallerytest.Shot {
		return gallerytest.Shot{Name: name, Page: shell.BackupCodes, Draw: func(c *shell.Console) shell.View {
			s := print.Sheet{Account: "margarethe", Host: "Attic", Date: gallerytest.Now(), Strict: true}
			for _, m := range newCodes() {
				s.Codes = append(s.Codes, print.Code{Number: m.Number, Code: m.Code})
			}
			p := newPrintPage(sheets{c: c}, nil, s, nil)
			p.asked, p.printers = true, office
			change(p)
			return p.Draw()
		}}
	}
	job := func(name string, state print.Job) gallerytest.Shot {
		return look(name, func(p *printPage) {
			p.job = &printJob{sheets: p.sheets, printer: office[0], state: state, scope: p.c.Root()}
		})
	}
	return []gallerytest.Shot{
		look("10-print", func(*printPage) {}),
		look("10-print-large", func(p *printPage) {
			p.sheet.Large, p.sheet.Paper, p.nameless, p.printers, p.copies = true, print.Letter, true, office[1:], "2"
		}),
		look("10-print-none", func(p *printPage) { p.printers = nil }),
		look("10-print-busy", func(p *printPage) { p.busy = true }),
		job("10-print-handed", print.Job{State: print.Waiting}),
		job("10-print-stopped", print.Job{State: print.Stopped, Reason: print.NoPaper}),
		job("10-print-aborted", print.Job{State: print.Aborted}),
		job("10-print-unknown", print.Job{State: print.Unknown}),
	}
}

func temporaryShot(name string, s temporaryState, made *madePassword) gallerytest.Shot {
	return gallerytest.Shot{Name: name, Page: shell.TemporaryPasswords, Draw: func(c *shell.Console) shell.View {
		p := newTemporaryPasswords(c)
		p.scope, p.src.Value, p.src.Ready, p.made = c.Root(), s, true, made
		return p.Draw()
	}}
}

func temporaryShots() []gallerytest.Shot {
	state := temporaryState{gallerytest.Account(), gallerytest.TemporaryPasswords()}
	made := &madePassword{Label: "Thunderbird on the ThinkPad in the workshop", NewTemporaryPassword: api.NewTemporaryPassword{Password: "vq7h-m2kd-8xtn-4wzc", Expires: gallerytest.Now().Add(58*time.Minute + 12*time.Second)}}
	return []gallerytest.Shot{
		temporaryShot("11-temporary", state, nil),
		temporaryShot("11-temporary-made", state, made),
		temporaryShot("11-temporary-none", temporaryState{Account: gallerytest.Account()}, nil),
		temporaryShot("11-temporary-off", temporaryState{Account: gallerytest.PlainAccount()}, nil),
	}
}

func settingsShot(name string, a api.Account) gallerytest.Shot {
	return gallerytest.Shot{Name: name, Page: shell.Settings, Draw: func(c *shell.Console) shell.View {
		c.SetAccount(a)
		return newSettings(c, "").Draw()
	}}
}

func sessionsShot(name string, list []api.Session) gallerytest.Shot {
	return gallerytest.Shot{Name: name, Page: shell.Sessions, Draw: func(c *shell.Console) shell.View {
		p := newSessions(c)
		p.src.Value, p.src.Ready = list, true
		return p.Draw()
	}}
}

func otherShots() []gallerytest.Shot {
	activity := func(name string, f api.ActivityFilter, search string, end bool) gallerytest.Shot {
		return gallerytest.Shot{Name: name, Page: shell.Activity, Draw: func(c *shell.Console) shell.View {
			p := newActivity(c, search)
			p.show = f
			for _, e := range gallerytest.Activity() {
				if f.Matches(e.Type, e.Refused) && (search == "" || explain.NewQuery(search).Matches(explain.EventText(c.Catalog, e))) {
					p.shown.List = append(p.shown.List, e)
				}
			}
			p.shown.Text, p.shown.Show = search, f
			if !end {
				p.shown.Older = "1"
			}
			p.src.Ready = true
			return p.Draw()
		}}
	}
	delivery := func(name string, d api.Delivery, f deliveryForm) gallerytest.Shot {
		return gallerytest.Shot{Name: name, Page: shell.Settings, Draw: func(c *shell.Console) shell.View {
			f := f
			return (&deliveryPage{c: c, src: shell.Source[api.Delivery]{Value: d, Ready: true}, form: &f}).Draw()
		}}
	}
	accounts := func(name, mode string, fixed bool, made *api.NewInvitation, open ...api.Invitation) gallerytest.Shot {
		return gallerytest.Shot{Name: name, Page: shell.Settings, Draw: func(c *shell.Console) shell.View {
			c.SetAccount(gallerytest.Account())
			state := accountsState{Settings: api.ServerSettings{SignUp: mode, SignUpFixed: fixed}, Invitations: open}
			return (&accountsPage{c: c, src: shell.Source[accountsState]{Value: state, Ready: true}, made: made}).Draw()
		}}
	}
	backups := func(name string, b api.Backups, p backupsPage) gallerytest.Shot {
		return gallerytest.Shot{Name: name, Page: shell.Settings, Draw: func(c *shell.Console) shell.View {
			p := p
			b.Kept = 7
			p.c, p.src = c, shell.Source[api.Backups]{Value: b, Ready: true}
			return p.Draw()
		}}
	}
	lastBackup := &api.BackupMade{At: gallerytest.Now().Add(-20 * time.Hour), File: "nightlatch-3f2a9c01-20260302T120000Z.age", Bytes: 47_300, Accounts: 3}
	madeBackups := api.Backups{On: true, Folder: "/mnt/backups", Recipient: "age1x", Last: lastBackup}
	guests := []api.Invitation{
		{ID: "1", Address: "pat@example.org", Expires: gallerytest.Now().Add(20 * time.Hour), Mailed: true},
		{ID: "2", Address: "margarethe.von.trotta@guests.example.org", Expires: gallerytest.Now().Add(70 * time.Hour)},
	}
	set := api.Delivery{Mail: &api.MailServer{Host: "mail.example.org", Port: 587, TLS: "starttls", From: "nightlatch@example.org", User: "nightlatch", PasswordSet: true}}
	owner := gallerytest.Account()
	owner.Owner, owner.EmailKept = true, true
	withLab := settingsShot("15-settings-lab", gallerytest.Account())
	withLab.Panel = labPanel
	return []gallerytest.Shot{
		{Name: "15-settings-owner", Page: shell.Settings, Draw: func(c *shell.Console) shell.View {
			about := gallerytest.About()
			about.MailKept = true
			c.SetAbout(about)
			return settingsShot("", owner).Draw(c)
		}},
		delivery("15-delivery-kept", api.Delivery{Kept: true}, deliveryForm{}),
		delivery("15-delivery-refused", set, deliveryForm{refused: "tls", why: explain.Explanation{What: "That connection is not protected", Why: "Unencrypted is only for a mail server on this computer. Elsewhere, others could read the codes."}}),
		delivery("15-delivery-tested", set, deliveryForm{tested: &api.DeliveryTest{Sent: true, To: "margarethe@example.org"}}),
		delivery("15-delivery-failed", set, deliveryForm{tested: &api.DeliveryTest{Reason: "login", Reply: 535}}),
		delivery("15-delivery-busy", set, deliveryForm{busy: true}),
		backups("15-backups-none", api.Backups{}, backupsPage{wrong: "ui.backups.folder-empty"}),
		backups("15-backups-key", madeBackups, backupsPage{key: &shell.Once{Secret: "AGE-SECRET-KEY-18FR3LGW9C3MML89QNTQ2JR3RGVYP5NZD6ECSVR9R3XYAY92YMJ9S7AJLZ0"}}),
		backups("15-backups-failed", api.Backups{On: true, Folder: "/mnt/backups", Recipient: "age1x", Last: lastBackup, Failed: &api.BackupFailed{At: gallerytest.Now().Add(-time.Hour), Reason: "full"}}, backupsPage{}),
		backups("15-backups-fixed", api.Backups{On: true, Folder: "/mnt/backups", FolderFixed: true, Recipient: "age1x", Running: true}, backupsPage{busy: true}),
		accounts("15-accounts", api.SignUpInvite, false, nil, guests...),
		accounts("15-accounts-made", api.SignUpInvite, false, &api.NewInvitation{Code: "vq7h-m2kd-8xtn-4wzc", Invitation: guests[1]}, guests...),
		accounts("15-accounts-closed", api.SignUpClosed, false, nil),
		accounts("15-accounts-fixed", api.SignUpOpen, true, nil),
		sessionsShot("13-sessions", gallerytest.Sessions()),
		sessionsShot("13-sessions-alone", gallerytest.Sessions()[:1]),
		activity("14-activity", "", "", false),
		activity("14-activity-refusals", api.Refusals, "", true),
		activity("14-activity-nothing", "", "flugzeug", true),
		settingsShot("15-settings", gallerytest.Account()),
		settingsShot("15-settings-new", gallerytest.PlainAccount()),
		settingsShot("15-settings-texts-stopped", gallerytest.StoppedAccount()),
		withLab,
	}
}

// ownAccount is a new account of the owner of a server without a mail server and a text gateway.
func ownAccount() api.Account {
	a := gallerytest.PlainAccount()
	a.Owner, a.Phone, a.PhoneVerified, a.Recommended = true, "", false, api.App
	for _, what := range []api.Action{api.ActEnrollText, api.ActChangePhone} {
		a.Unavailable = append(a.Unavailable, api.RefusedAction{Action: what, Code: api.CannotSend, Reason: "texts"})
	}
	return a
}
