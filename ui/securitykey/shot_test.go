package securitykey

import (
	"slices"
	"testing"
	"time"

	"nightlatch/assets/explain"
	"nightlatch/fido"
	"nightlatch/server/api"
	"nightlatch/ui/gallerytest"
	"nightlatch/ui/shell"
	"nightlatch/ui/wizard"
)

// pageShot is the page with some of the account's keys.
func pageShot(name string, keys []api.Key, change ...func(*page)) gallerytest.Shot {
	return gallerytest.Shot{Name: name, Page: shell.SecurityKeys, Draw: func(c *shell.Console) shell.View {
		p := newStill(c, keys)
		for _, f := range change {
			f(p)
		}
		return p.Draw()
	}}
}

// detailShot is the page of one key of the account.
func detailShot(name string, k api.Key) gallerytest.Shot {
	k.AAGUID, k.RPID, k.CredentialID = "2fc0579f-8113-47ea-b116-bb5a8db9202a", "localhost", "q1ZmWc3o0tbCmkVvIhjL5g9Kx7nT2sQe"
	return gallerytest.Shot{Name: name, Page: shell.SecurityKeys, Draw: func(c *shell.Console) shell.View {
		p := newStill(c, []api.Key{k})
		return (&keyPage{c: c, k: k, from: p}).Draw()
	}}
}

// plugIn plugs in the account's first key, and others.
func plugIn(others ...fido.Device) func(*page) {
	return func(p *page) {
		d := gallerytest.YubiKey()
		p.here.presence.Devices, p.here.at = append([]fido.Device{d}, others...), d.Path
		p.here.known[d.Path] = known{info: yubiInfo(), credential: "YWJj", done: true}
		for _, o := range others {
			p.here.known[o.Path] = known{info: fido.Info{FIDO2: true, PIN: fido.PINNotSet, MinPIN: 4}, done: true}
		}
	}
}

// inWindows is a system whose own dialog finds the keys.
func inWindows(p *page) {
	p.c.Config.Features.KeyDialog = true
	p.here.presence.Devices = []fido.Device{gallerytest.SystemDialog()}
}

// plugInOnly plugs in one key, which has reported k.
func plugInOnly(k known) func(*page) {
	return func(p *page) {
		plugIn()(p)
		p.here.known[p.here.at] = k
	}
}

func yubiInfo() fido.Info {
	return fido.Info{Device: gallerytest.YubiKey(), FIDO2: true, Model: "YubiKey 5C NFC", PIN: fido.PINSet, PINTries: 8, MinPIN: 4, CanManage: true}
}

func stored() *fido.CredentialList {
	return &fido.CredentialList{Used: 3, Remaining: 22, Credentials: []fido.DiscoverableCredential{
		{ID: []byte("abc"), RPID: "localhost", UserName: "margarethe"},
		{ID: []byte("d"), RPID: "accounts.allotment-association.example.org", UserName: "margarethe.oyelaran-fitzwilliam@allotments.example.org"},
		{ID: []byte("e"), RPID: "example.net", UserDisplayName: "Margarethe"},
	}}
}

func pageShots() []gallerytest.Shot {
	keys := gallerytest.Keys()
	other := slices.Clone(keys[:2])
	other[1].ForeignRP, other[1].RPID, other[1].Lab = true, "login.example.org", true
	soon := gallerytest.Now().Add(7 * time.Second)
	noPIN := yubiInfo()
	noPIN.PIN, noPIN.CanManage = fido.PINNotSet, true
	locked := yubiInfo()
	locked.PINTries = 0
	identifying := func(phase wizard.Phase) func(*page) {
		return func(p *page) {
			p.ident = identification{scope: p.c.Root(), phase: phase, device: gallerytest.YubiKey(), until: soon}
		}
	}
	identified := func(i identification) func(*page) { return func(p *page) { p.ident = i } }
	refused := pageShot("12-keys-refused", keys[:2])
	refused.Then = func(c *shell.Console) { c.Warn(explain.Code(c.Catalog, api.Unavailable)) }
	return []gallerytest.Shot{
		pageShot("12-keys", keys),
		pageShot("12-keys-rename", keys, func(p *page) { p.renaming = renaming{id: "c", draft: "Solo 2, blue ring, at my parents’ house"} }),
		detailShot("12-key", keys[0]),
		detailShot("12-key-copied", keys[3]),
		pageShot("12-keys-none", nil),
		pageShot("12-keys-windows", keys, inWindows),
		pageShot("12-keys-windows-none", nil, inWindows),
		pageShot("12-keys-windows-which", keys, inWindows, identifying(wizard.InDialog)),
		pageShot("12-keys-windows-old", nil, func(p *page) {
			p.c.Config.Features.SecurityKeys, p.c.Config.Features.NoKeys = false, fido.ErrNoDialog
		}),
		pageShot("12-keys-none-here", nil, plugIn()),
		refused,
		pageShot("12-keys-elsewhere", other),
		pageShot("12-keys-here", keys[:2], plugIn()),
		pageShot("12-keys-here-several", keys[:1], plugIn(gallerytest.VirtualKey(), gallerytest.CardOnReader())),
		pageShot("12-keys-here-blinking", keys[:1], plugIn(gallerytest.VirtualKey(), gallerytest.CardOnReader()), func(p *page) { p.here.blink, p.here.until = p.c.Root(), soon }),
		pageShot("12-keys-here-kept", keys[:1], plugIn(), func(p *page) { p.here.contents = stored() }),
		pageShot("12-keys-here-no-pin", keys[:1], plugInOnly(known{info: noPIN, done: true})),
		pageShot("12-keys-here-pin-locked", keys[:1], plugInOnly(known{info: locked, done: true})),
		pageShot("12-keys-here-asking", keys[:1], plugInOnly(known{})),
		pageShot("12-keys-here-busy", keys[:1], plugInOnly(known{err: fido.ErrBusy, done: true})),
		pageShot("12-keys-here-u2f", keys[:1], plugInOnly(known{done: true})),
		pageShot("12-keys-locked", keys[:1], func(p *page) {
			d := gallerytest.YubiKey()
			d.Locked = true
			p.here.presence.Devices = []fido.Device{d}
		}),
		pageShot("12-keys-unsupported", keys[:2], func(p *page) { p.c.Config.Features = shell.Features{} }),
		pageShot("12-keys-which", keys, plugIn(), identifying(wizard.Touching)),
		pageShot("12-keys-which-insert", keys[:2], identifying(wizard.Inserting)),
		pageShot("12-keys-which-found", keys[:2], plugIn(), identified(identification{found: "YWJj"})),
		pageShot("12-keys-which-stranger", keys[:2], plugIn(), identified(identification{err: fido.ErrNotEnrolled})),
	}
}

func resetShots() []gallerytest.Shot {
	reset := func(name string, change func(*resetPage)) gallerytest.Shot {
		return gallerytest.Shot{Name: name, Page: shell.SecurityKeys, Draw: func(c *shell.Console) shell.View {
			r := newReset(c, NewAccess(c, nil), gallerytest.YubiKey(), yubiInfo(), api.Key{})
			r.agreed = true
			change(r)
			return r.Draw()
		}}
	}
	at := func(s resetStage) func(*resetPage) { return func(r *resetPage) { r.stage = s } }
	const label = "YubiKey 5C NFC, desk drawer"
	return []gallerytest.Shot{
		reset("12-reset", func(r *resetPage) { r.agreed, r.entry.Label = false, label }),
		reset("12-reset-out", at(resetOut)),
		reset("12-reset-in", at(resetIn)),
		reset("12-reset-in-other", func(r *resetPage) { r.stage, r.other = resetIn, true }),
		reset("12-reset-touch", func(r *resetPage) {
			r.stage, r.touching, r.until = resetTouch, true, gallerytest.Now().Add(7*time.Second)
		}),
		reset("12-reset-done", func(r *resetPage) { r.stage, r.entry.Label = resetDone, label }),
		reset("12-reset-late", func(r *resetPage) { r.stage, r.err = resetFailed, fido.ErrNotAllowed }),
	}
}

// dialogShots are dialogs over the page.
func dialogShots() []gallerytest.Shot {
	over := func(name string, then func(c *shell.Console, keys *Access)) gallerytest.Shot {
		s := pageShot(name, gallerytest.Keys())
		s.Then = func(c *shell.Console) { then(c, NewAccess(c, nil)) }
		return s
	}
	return []gallerytest.Shot{
		over("16-delete-key", func(c *shell.Console, _ *Access) { removeKey(c, gallerytest.Keys()[3], nil) }),
		over("16-delete-last-key", func(c *shell.Console, _ *Access) {
			a := c.Account()
			a.Methods = api.Methods{Keys: 1}
			c.SetAccount(a)
			removeKey(c, gallerytest.Keys()[0], nil)
		}),
		over("16-key-pin", func(c *shell.Console, keys *Access) {
			askNewPIN(c, keys, c.Root(), gallerytest.YubiKey(), fido.Info{MinPIN: 6}, func(fido.Device, bool) {})
		}),
		over("16-key-pin-change", func(c *shell.Console, keys *Access) {
			askNewPIN(c, keys, c.Root(), gallerytest.YubiKey(), fido.Info{PIN: fido.PINSet, PINTries: 3}, func(fido.Device, bool) {})
		}),
		over("16-key-pin-ask", func(c *shell.Console, keys *Access) {
			askPIN(c, keys, c.Root(), pinQuestion{device: gallerytest.CardOnReader(), tries: 2, words: c.Catalog.T("ui.key.kept.pin-why"), do: c.Catalog.T("ui.key.kept.show")})
		}),
		over("16-key-delete-kept", func(c *shell.Console, _ *Access) {
			p := newStill(c, gallerytest.Keys())
			plugIn()(p)
			p.here.contents = stored()
			p.here.erase(stored().Credentials[0])
		}),
	}
}

func shots() []gallerytest.Shot { return slices.Concat(pageShots(), resetShots(), dialogShots()) }

func TestGallery(t *testing.T) { gallerytest.Pictures(t, shots()) }

func TestNewsIsInSight(t *testing.T) { gallerytest.CheckNews(t, shots()) }

func TestEveryScreenInEveryDress(t *testing.T) { gallerytest.Check(t, shots()) }

func TestAppearanceSwitchesWhileRunning(t *testing.T) {
	gallerytest.CheckRestyle(t, shots(), "12-keys", "12-reset")
}
