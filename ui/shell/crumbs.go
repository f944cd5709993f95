package shell

import "nightlatch/ui/kit/control"

// parents are the pages above the pages that are not at the top (R5).
var parents = map[PageID]PageID{
	Access:             Settings,
	Security:           Access,
	TwoFactor:          Security,
	BackupCodes:        Security,
	SecurityKeys:       TwoFactor,
	TemporaryPasswords: TwoFactor,
	Sessions:           Access,
	Activity:           Access,
	Delivery:           Settings,
	Accounts:           Settings,
	Backups:            Settings,
}

// titles are the translation keys of the pages whose title is not their name in the rail.
var titles = map[PageID]string{
	Settings:     "ui.crumb.settings",
	Access:       "ui.crumb.access",
	Security:     "ui.crumb.security",
	SecurityKeys: "ui.keys.title",
	Delivery:     "ui.delivery.title",
	Accounts:     "ui.accounts.title",
	Backups:      "ui.backups.title",
	Mail:         "ui.settings.kept",
}

// PageTitle is the title of a page. Breadcrumbs and the search use it too.
func (c *Console) PageTitle(id PageID) string {
	if key := titles[id]; key != "" {
		return c.Catalog.T(key)
	}
	return c.Catalog.T("ui.rail." + string(id))
}

// Breadcrumbs lead from the settings to a page (R5), and to something on it, which tail
// names. Each part but the last is a link to the page of that title.
func (c *Console) Breadcrumbs(id PageID, tail ...string) []control.Crumb {
	var way []control.Crumb
	for at := id; at != ""; at = parents[at] {
		way = append([]control.Crumb{{Name: c.PageTitle(at), OnTap: func() { c.Visit(at) }}}, way...)
	}
	for _, name := range tail {
		way = append(way, control.Crumb{Name: name})
	}
	if most := 2; c.PanelShown() && len(way) > most { // less room: the last two are enough
		way = way[len(way)-most:]
	}
	return way
}
