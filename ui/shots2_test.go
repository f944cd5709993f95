package ui

import (
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/fido"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/print"
	"nightlatch/ui/wizard"
)

func codeShots() []shot {
	host := func(c *Console) backupInputs { return backupInputs{host: wizard.Host{Words: c.words}} }
	look := func(name string, v backupView) shot {
		return shot{name: name, place: placeBackup, draw: func(c *Console) drawn { return c.drawBackupCodes(v, host(c)) }}
	}
	state := backupState{Account: stillAccount(), Codes: stillCodes()}
	none := stillAccount()
	none.BackupCodes = api.BackupCodes{}
	made := []api.NewBackupCode{{Number: 6, Code: "7kmq-2xwd-9hfz-3r8n"}}
	two := append(made, api.NewBackupCode{Number: 7, Code: "q4tc-m8ze-1vja-6y0p"})
	s := print.Sheet{Account: "margarethe", Host: "Attic", Date: stillNow(), Strict: true, Codes: []print.Code{{Number: 6, Code: made[0].Code}, {Number: 7, Code: two[1].Code}}}
	big := s
	big.Large, big.Paper = true, print.Letter
	office := []print.Printer{{Name: "office", Description: "Brother HL-L2350DW"}, {Name: "PDF", Description: "PDF"}}
	paper := func(name string, v printView) shot {
		return shot{name: name, place: placeBackup, draw: func(c *Console) drawn { v := v; return c.drawPrint(&v, printInputs{}) }}
	}
	temporary := func(name string, s temporaryState, m *madePassword) shot {
		return shot{name: name, place: placeTemporary, draw: func(c *Console) drawn {
			return c.drawTemporary(s, m, kit.Clock{Now: c.now}, temporaryInputs{})
		}}
	}
	shown := &madePassword{Label: "Thunderbird on the ThinkPad in the workshop", NewTemporaryPassword: api.NewTemporaryPassword{Password: "vq7h-m2kd-8xtn-4wzc", Expires: stillNow().Add(58*time.Minute + 12*time.Second)}}
	return []shot{
		look("10-backup-codes", backupView{backupState: state}),
		look("10-backup-codes-made", backupView{backupState: state, made: made}),
		look("10-backup-codes-two", backupView{backupState: state, made: two, saved: wizard.Saved{Printed: true}}),
		look("10-backup-codes-none", backupView{backupState: backupState{Account: none}}),
		look("10-backup-codes-off", backupView{backupState: backupState{Account: plainAccount()}}),
		paper("10-print", printView{sheet: s, printers: office, asked: true, copies: "1"}),
		paper("10-print-large", printView{sheet: big, nameless: true, printers: office[1:], asked: true, copies: "2"}),
		paper("10-print-none", printView{sheet: s, asked: true, copies: "1"}),
		paper("10-print-busy", printView{sheet: s, printers: office, asked: true, copies: "1", busy: true}),
		temporary("11-temporary", temporaryState{stillAccount(), stillTemporary()}, nil),
		temporary("11-temporary-made", temporaryState{stillAccount(), stillTemporary()}, shown),
		temporary("11-temporary-none", temporaryState{Account: stillAccount()}, nil),
		temporary("11-temporary-off", temporaryState{Account: plainAccount()}, nil),
	}
}

func otherShots() []shot {
	activity := func(name string, v activityView) shot {
		return shot{name: name, place: placeActivity, draw: func(c *Console) drawn { v := v; return c.drawActivity(&v, activityInputs{}) }}
	}
	settings := func(name string, a api.Account) shot {
		return shot{name: name, place: placeSettings, draw: func(c *Console) drawn {
			return c.drawSettings(settingsView{account: a, about: stillAbout(), address: c.cfg.Address, version: c.cfg.Version}, settingsInputs{})
		}}
	}
	sessions := func(name string, list []api.Session) shot {
		return shot{name: name, place: placeSessions, draw: func(c *Console) drawn { return c.drawSessions(list, sessionInputs{}) }}
	}
	delivery := func(name string, d api.Delivery, f deliveryForm) shot {
		return shot{name: name, place: placeSettings, draw: func(c *Console) drawn {
			f := f
			f.fill(d)
			return c.drawDelivery(d, &f, deliveryInputs{})
		}}
	}
	set := api.Delivery{Mail: &api.MailServer{Host: "mail.example.org", Port: 587, TLS: "starttls", From: "nightlatch@example.org", User: "nightlatch", PasswordSet: true}}
	owner := stillAccount()
	owner.Owner, owner.EmailKept = true, true
	return []shot{
		{name: "15-settings-owner", place: placeSettings, draw: func(c *Console) drawn {
			about := stillAbout()
			about.MailKept = true
			return c.drawSettings(settingsView{account: owner, about: about, address: c.cfg.Address, version: c.cfg.Version}, settingsInputs{})
		}},
		delivery("15-delivery-kept", api.Delivery{Kept: true}, deliveryForm{}),
		delivery("15-delivery-refused", set, deliveryForm{refused: "tls", why: explain.Explanation{What: "That connection isn’t protected", Why: "Open is for a mail server on this computer only: anyone on the way could read the codes."}}),
		delivery("15-delivery-tested", set, deliveryForm{tested: &api.DeliveryTest{Sent: true, To: "margarethe@example.org"}}),
		delivery("15-delivery-failed", set, deliveryForm{tested: &api.DeliveryTest{Reason: "login", Reply: 535}}),
		delivery("15-delivery-busy", set, deliveryForm{busy: true}),
		sessions("13-sessions", stillSessions()),
		sessions("13-sessions-alone", stillSessions()[:1]),
		activity("14-activity", activityView{events: stillActivity()}),
		activity("14-activity-refusals", activityView{events: stillActivity(), filter: filterRefusals, end: true}),
		activity("14-activity-nothing", activityView{events: stillActivity(), search: "flugzeug", end: true}),
		settings("15-settings", stillAccount()),
		settings("15-settings-new", plainAccount()),
		settings("15-settings-texts-stopped", stoppedAccount()),
		{name: "15-settings-lab", place: placeSettings, lab: true, draw: settings("", stillAccount()).draw},
	}
}

func dialogShots() []shot {
	over := func(name, place string, draw func(*Console) drawn, then func(*Console)) shot {
		return shot{name: name, place: place, draw: draw, then: then}
	}
	keys := func(c *Console) drawn {
		return c.drawSecurityKeys(keysView{keys: stillKeys(), name: &renaming{}}, keyInputs{})
	}
	codes := func(c *Console) drawn {
		return c.drawBackupCodes(backupView{backupState: backupState{Account: stillAccount(), Codes: stillCodes()}}, backupInputs{host: wizard.Host{Words: c.words}})
	}
	temporary := func(c *Console) drawn {
		return c.drawTemporary(temporaryState{stillAccount(), stillTemporary()}, nil, kit.Clock{Now: c.now}, temporaryInputs{})
	}
	return []shot{
		over("16-delete-key", placeKeys, keys, func(c *Console) {
			(&securityKeysPage{c: c}).remove(stillKeys()[3])
		}),
		over("16-delete-last-key", placeKeys, keys, func(c *Console) {
			c.account.Methods = api.Methods{Keys: 1}
			(&securityKeysPage{c: c}).remove(stillKeys()[0])
		}),
		over("16-key-pin", placeKeys, keys, func(c *Console) { c.askNewPIN(c.root, yubi(), fido.Info{MinPIN: 6}, func(bool) {}) }),
		over("16-key-pin-change", placeKeys, keys, func(c *Console) {
			c.askNewPIN(c.root, yubi(), fido.Info{PIN: fido.PINSet, PINTries: 3}, func(bool) {})
		}),
		over("16-key-pin-ask", placeKeys, keys, func(c *Console) {
			c.askPINFor(c.root, pinQuestion{device: onTheReader(), tries: 2, words: c.words.T("ui.key.kept.pin-why"), do: c.words.T("ui.key.kept.show")})
		}),
		over("16-key-delete-kept", placeKeys, keys, func(c *Console) {
			h := newSecurityKeys(c).here
			h.presence, h.at, h.kept, h.labels = stillHere().presence, yubi().Path, stillKept(), stillHere().labels
			h.erase(stillKept().Credentials[0])
		}),
		over("16-replace-codes", placeBackup, codes, func(c *Console) {
			p := newBackupCodes(c)
			p.src.value.Account = stillAccount()
			p.replace()
		}),
		over("16-leave-codes", placeBackup, codes, func(c *Console) { c.confirm("ui.codes.leave", nil, nil) }),
		over("16-check-copy", placeBackup, codes, func(c *Console) { c.checkCopy(c.root, func() {}) }),
		over("16-save-codes", placeBackup, codes, func(c *Console) {
			c.saveAs(saveRequest{title: "ui.save.codes", name: "codes", forms: []saveForm{{key: "ui.save.pdf", ending: ".pdf"}, {key: "ui.save.text", ending: ".txt"}}})
		}),
		over("16-new-temporary", placeTemporary, temporary, func(c *Console) { newTemporaryPasswords(c).ask() }),
		over("16-password", placeKeys, keys, func(c *Console) {
			r := newCeremony(c, api.Begin{Kind: api.Reauthenticate})
			r.scope = c.root
			r.left = func() {}
			r.state.View = api.View{Kind: api.Reauthenticate, Step: api.EnterPassword{Username: "margarethe"}, Refusal: &api.Refusal{Code: api.InvalidCredentials}}
			_, _, parts, _, _ := wizard.Dialog(r.state, r.host())
			kit.ShowDialog(c.window.Canvas(), kit.DialogConfig{Title: c.words.T("wizard.password.heading"), Words: c.words.T("ui.reauth.why"), Icon: "lock", Body: []fyne.CanvasObject{kit.V(kit.S12, parts...)}, Do: c.words.T("wizard.continue"), Keep: true})
		}),
		over("16-sign-out", placeSessions, func(c *Console) drawn { return c.drawSessions(stillSessions(), sessionInputs{}) }, func(c *Console) { c.confirm("ui.sessions.sign-out", nil, nil) }),
		over("16-delete-phone", placeTwoFactor, func(c *Console) drawn {
			return c.drawTwoFactor(twoFactorState{Account: stillAccount()}, twoFactorInputs{})
		}, func(c *Console) {
			p := newTwoFactor(c)
			p.src.value.Account = stillAccount()
			p.src.value.Account.Methods = api.Methods{Text: true}
			p.deletePhone()
		}),
		{name: "17-lab-plug", place: placeTwoFactor, lab: true, draw: func(c *Console) drawn {
			return c.drawTwoFactor(twoFactorState{Account: stillAccount()}, twoFactorInputs{})
		}, then: func(c *Console) { c.lab.askKey() }},
		{name: "17-lab-keys", place: placeTwoFactor, lab: true, draw: func(c *Console) drawn {
			return c.drawTwoFactor(twoFactorState{Account: stillAccount()}, twoFactorInputs{})
		}, then: func(c *Console) {
			c.lab.view.keys, c.lab.view.mail = stillLabKeys(), nil
			c.dock.Objects = []fyne.CanvasObject{c.lab.draw()}
			c.window.Content().Refresh()
			if s := scrollIn(c.dock); s != nil {
				s.ScrollToBottom()
			}
		}},
		{name: "17-lab-key-more", place: placeTwoFactor, lab: true, draw: func(c *Console) drawn {
			return c.drawTwoFactor(twoFactorState{Account: stillAccount()}, twoFactorInputs{})
		}, then: func(c *Console) { c.lab.askMore(stillLabKeys()[1]) }},
		{name: "17-lab-key-more-locked", place: placeTwoFactor, lab: true, draw: func(c *Console) drawn {
			return c.drawTwoFactor(twoFactorState{Account: stillAccount()}, twoFactorInputs{})
		}, then: func(c *Console) { c.lab.askMore(stillLabKeys()[4]) }},
		{name: "17-lab-key-more-old", place: placeTwoFactor, lab: true, draw: func(c *Console) drawn {
			return c.drawTwoFactor(twoFactorState{Account: stillAccount()}, twoFactorInputs{})
		}, then: func(c *Console) { c.lab.askMore(stillLabKeys()[2]) }},
		{name: "17-lab-clock", place: placeTwoFactor, lab: true, draw: func(c *Console) drawn {
			return c.drawTwoFactor(twoFactorState{Account: stillAccount()}, twoFactorInputs{})
		}, then: func(c *Console) { c.lab.askMove() }},
		over("16-kept-mail", placeSettings, func(c *Console) drawn {
			return c.drawSettings(settingsView{account: stillAccount(), about: stillAbout(), version: "1.0"}, settingsInputs{})
		}, func(c *Console) {
			c.showKept([]api.Message{
				{To: "m@example.org", Subject: "Your confirmation code", Text: "418205 is your Nightlatch code to confirm this address. It is good for 1 hour.", At: stillNow()},
				{To: "m@example.org", Subject: "Your password was changed", At: ago(3 * day)},
			}, 0)
		}),
		{name: "17-copied", place: placeBackup, draw: codes, then: func(c *Console) { c.toast.Copied(true) }},
	}
}
