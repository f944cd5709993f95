package ui

import "nightlatch/ui/shell"

// place is a remote address in words.
func place(c *shell.Console, address string) string {
	w := c.Catalog
	switch address {
	case "":
		return ""
	case "console":
		return w.T("ui.client.here")
	case "127.0.0.1", "::1":
		return w.T("ui.detail.place.here", address)
	case "seed":
		return w.T("ui.client.seed")
	}
	return address
}
