package explain

import (
	"nightlatch/assets"
	"nightlatch/server/api"
)

// Path names the steps of a view's path and says at which of them the view is. An
// address or a number and the code that proves it count as one step. At the end of
// the ceremony, at is len(names).
func Path(c *assets.Catalog, v api.View) (names []string, at int) {
	for i, step := range v.Path {
		proves := step == api.EnterCode{}.StepType() && i > 0 && v.Path[i-1] == api.EnterEmail{}.StepType()
		ends := step == api.Finished{}.StepType() && i > 0
		if !proves && !ends {
			names = append(names, c.T("wizard.path."+string(step)))
		}
		if i == v.At {
			at = len(names) - 1
			if ends {
				at = len(names)
			}
		}
	}
	return names, at
}

// Method is the name of a method.
func Method(c *assets.Catalog, m api.Method) string { return c.T("method." + string(m)) }

// Unable explains why a method would not complete a sign-in now. If the reason has no text,
// because the server is newer, it returns the server's own title.
func Unable(c *assets.Catalog, u api.UnableMethod) string {
	for _, key := range []string{"wizard.unable." + u.Code + "." + u.Reason, "wizard.unable." + u.Code} {
		if c.Has(key) {
			return c.T(key)
		}
	}
	return u.Title
}

// Consequence returns the text for one effect of confirming a step (R60, R61). If the
// code has no text, because the server is newer, it returns the server's own title.
func Consequence(c *assets.Catalog, step api.Confirm, what api.Consequence) string {
	for _, key := range []string{"wizard.consequence." + what.Code + "." + string(step.Method), "wizard.consequence." + what.Code} {
		if c.Has(key) {
			return c.N(key, what.Count)
		}
	}
	return what.Title
}
