package explain

import (
	"strings"

	"nightlatch/assets"
	"nightlatch/server/api"
)

// Open returns a title for a ceremony that was left open, and a sentence that says what it has
// changed already and what is left.
func Open(c *assets.Catalog, v api.View, a api.Account) (what, why string) {
	args := assets.Args{"steps": strings.Join(left(c, v), ", ")}
	key := "wizard.open.change"
	method := map[api.Kind]api.Method{api.EnrollText: api.Text, api.EnrollApp: api.App, api.EnrollKey: api.SecurityKey}[v.Kind]
	_, on := v.Step.(api.SaveBackupCode) // the method is turned on with the code
	switch {
	case on:
		key = "wizard.open.on"
	case v.Kind == api.EnrollKey && a.Methods.Keys > 0:
		key = "wizard.open.more"
	case v.Kind == api.EnrollText && a.Methods.Text, v.Kind == api.EnrollApp && a.Methods.App:
		key = "wizard.open.replaces"
	case method != "":
		key = "wizard.open.off"
	}
	if confirm, ok := v.Step.(api.Confirm); ok {
		key, method = "wizard.open.still-on", confirm.Method
	}
	if method != "" {
		args["method"] = Method(c, method)
	}
	return c.T("wizard.open", c.T("wizard.title."+string(v.Kind))), c.T(key, args)
}

// left are the names of the steps of a ceremony that are still to come, with the present one.
func left(c *assets.Catalog, v api.View) []string {
	names, at := Path(c, v)
	if at >= len(names) {
		return []string{c.T("wizard.path.finished")}
	}
	names = names[at:]
	if v.At == 0 && len(names) > 1 && len(v.Path) > 0 && v.Path[0] == (api.Overview{}).StepType() {
		names = names[1:]
	}
	return names
}
