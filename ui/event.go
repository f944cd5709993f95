package ui

import (
	"maps"
	"slices"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/shell"
)

// An eventPage shows everything that is recorded about one event, and leads to what it is
// about. An event never changes.
type eventPage struct {
	c    *shell.Console
	e    api.Activity
	from shell.Screen
}

// openEvent shows the page of an event over the screen from.
func openEvent(c *shell.Console, e api.Activity, from shell.Screen) {
	c.Leaving(func() { c.ShowScreen(&eventPage{c: c, e: e, from: from}) })
}

func (p *eventPage) Page() shell.PageID   { return p.from.Page() }
func (p *eventPage) Enter(*shell.Scope)   {}
func (p *eventPage) OnTopic(topic string) {}

// Draw draws the facts and the ways on.
func (p *eventPage) Draw() shell.View {
	c, w, e := p.c, p.c.Catalog, p.e
	title := explain.Event(w, e)
	page := kit.Page{Crumbs: c.Breadcrumbs(shell.Activity, title), Title: title, Lead: explain.EventDetail(w, e)}
	if api.IsRefusal(e.Type, e.Refused) {
		page.Aside = kit.Badge(kit.Caution, w.T("ui.event.refused"))
	}
	facts := []shell.Fact{
		{Name: w.T("ui.detail.when"), Value: shell.Exactly(c, e.At)},
		{Name: w.T("ui.detail.client"), Value: explain.Client(w, e.Client, "")},
		{Name: w.T("ui.detail.place"), Value: place(c, e.RemoteAddr)},
	}
	for _, name := range slices.Sorted(maps.Keys(e.Details)) {
		facts = append(facts, p.detail(name, e.Details[name]))
	}
	facts = append(facts, shell.Fact{Name: w.T("ui.event.rule"), Value: e.Rule}, shell.Fact{Name: w.T("ui.event.entry"), Value: w.T("ui.event.entry-of", e.Cursor, string(e.Type))})
	page.Body = []fyne.CanvasObject{shell.DrawFacts(facts...), kit.Note("info", w.T("ui.event.wasnt-you"))}
	if to := eventSubject(e.Type); to != "" {
		page.Actions = append(page.Actions, control.NewButton(w.T("ui.event.open", c.PageTitle(to)), "", control.Secondary, func() { c.Visit(to) }))
	}
	if e.RemoteAddr != "" || e.Client != "" {
		page.Actions = append(page.Actions, control.NewButton(w.T("ui.event.same"), "search", control.Secondary, func() { c.Follow(shell.Route{Page: shell.Activity, Arg: sameOrigin(e.Client, e.RemoteAddr)}) }))
	}
	page.Actions = append(page.Actions, control.NewButton(w.T("ui.event.change-password"), "", control.Secondary, func() {
		c.Leaving(func() { c.BeginCeremony(api.Begin{Kind: api.ChangePassword}, shell.Activity) })
	}))
	return shell.DetailPage(c, page, p.from, p.from.Page())
}

// sameOrigin is the search for events of the same client at the same address.
func sameOrigin(client, address string) string {
	switch {
	case client == "":
		return address
	case address == "":
		return client
	}
	text := client + " " + address
	if len([]rune(text)) > searchLimit {
		return address
	}
	return text
}

// detail is a detail of the event in words. One without words is shown as it is.
func (p *eventPage) detail(name, value string) shell.Fact {
	w := p.c.Catalog
	label := w.T("ui.event.detail.other", name)
	if key := "ui.event.detail." + name; w.Has(key) {
		label = w.T(key)
	}
	for _, key := range []string{"activity.by." + value, "ui.event.value." + name + "." + value} {
		if w.Has(key) {
			return shell.Fact{Name: label, Value: w.T(key)}
		}
	}
	switch {
	case name == "protocol" || name == "service":
		value = explain.Service(w, value)
	case name == "reason" && w.Has("activity.reason."+value):
		value = w.T("activity.reason."+value, assets.Args{"number": p.e.Details["number"]})
	case name == "number":
		value = explain.PhoneNumber(value)
	}
	return shell.Fact{Name: label, Value: value}
}

// eventSubject is the page about what an event was about, "" for none.
func eventSubject(t api.EventType) shell.PageID {
	switch t {
	case api.EventSignedIn, api.EventSignInFailed, api.EventSignedOut, api.EventSessionEnded, api.EventSessionsEnded, api.EventUnlocked, api.EventThrottled:
		return shell.Sessions
	case api.EventTextEnabled, api.EventAppEnabled, api.EventMethodOff, api.EventMethodDisabled, api.EventTwoFactorOn, api.EventTwoFactorOff, api.EventTwoFactorReset,
		api.EventPhoneAppAdded, api.EventPhoneAppRemoved, api.EventPhoneRestored, api.EventPhoneSignedOut, api.EventAppKeyMade,
		api.EventRequestMade, api.EventRequestApproved, api.EventRequestDenied, api.EventRequestReported,
		api.EventPhoneChanged, api.EventPhoneDeleted, api.EventCodeSent, api.EventCodeRefused, api.EventCarrierOptIn, api.EventCarrierOptOut:
		return shell.TwoFactor
	case api.EventKeyAdded, api.EventKeyRenamed, api.EventKeyDeleted, api.EventKeyPossiblyCopied:
		return shell.SecurityKeys
	case api.EventBackupCodeIssued, api.EventBackupCodeUsed, api.EventBackupCodeRefused, api.EventBackupCodesVoided, api.EventBackupCodesReplaced:
		return shell.BackupCodes
	case api.EventTemporaryPasswordMade, api.EventTemporaryPasswordTexted, api.EventTemporaryPasswordUsed, api.EventTemporaryPasswordRefused,
		api.EventTemporaryPasswordRevoked, api.EventTemporaryPasswordsRevoked:
		return shell.TemporaryPasswords
	case api.EventDeliveryChanged:
		return shell.Delivery
	case api.EventBackupsChanged, api.EventBackupFailed, api.EventRestored:
		return shell.Backups
	case api.EventSignUpChanged, api.EventInvited, api.EventInviteTakenBack, api.EventInviteUsed, api.EventOwnerMade, api.EventOwnerHandedOn:
		return shell.Accounts
	case api.EventFindableOn, api.EventFindableOff, api.EventEmailConfirmed, api.EventEmailKept, api.EventEmailChanged, api.EventPasswordChanged:
		return shell.Settings
	}
	return ""
}
