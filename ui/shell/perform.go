package shell

import (
	"context"
	"errors"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// Perform does something that a person asked for on the screen in front. The
// function that work returns runs when it is done. If the server asks for the
// password first (R3, R6), the person is asked, and work runs again.
func (c *Console) Perform(work func(ctx context.Context, server *client.Client) (done func(), err error)) {
	if c.trouble != nil {
		c.trouble = nil
		c.Redraw()
	}
	scope, server := c.scope, c.server
	scope.Go(func(ctx context.Context) func() {
		done, err := work(ctx, server)
		return func() {
			var p *api.Problem
			switch {
			case err == nil && done != nil:
				done()
			case err == nil:
			case errors.As(err, &p) && p.Code == api.ReauthenticationRequired:
				c.parts.Ceremonies.AskPassword(scope, func() { c.Perform(work) })
			case errors.As(err, &p) && p.Code == api.SignInRequired:
				c.SignedOut(err)
			default:
				c.Warn(explain.Error(c.Catalog, err))
			}
		}
	})
}

// Warn shows a refusal above the page in front, until the person does something
// else.
func (c *Console) Warn(why explain.Explanation) {
	c.trouble = &why
	c.Redraw()
	c.ScrollToTop()
}

// WarnEmpty says that a field must be filled in.
func (c *Console) WarnEmpty(field string) { c.Warn(explain.Code(c.Catalog, "empty."+field)) }

// Trouble is the refusal shown above the page in front; nil when there is none.
func (c *Console) Trouble() *explain.Explanation { return c.trouble }

// Copy puts a text on the clipboard.
func (c *Console) Copy(text string) { c.Config.App.Clipboard().SetContent(text); c.Toast.Copied(false) }

// CopySecret puts a password or a code on the clipboard.
func (c *Console) CopySecret(text string) {
	c.Config.App.Clipboard().SetContent(text)
	c.Toast.Copied(true)
}

// Dialog shows a dialog over the window.
func (c *Console) Dialog(d control.DialogConfig) *control.Dialog {
	return control.ShowDialog(c.window.Canvas(), d)
}

// Confirm asks before something is lost. key is the translation key of the title;
// key.why and key.do are the text and the button.
func (c *Console) Confirm(key string, consequences []string, do func(), args ...any) {
	c.Dialog(control.DialogConfig{
		Title: c.Catalog.T(key, args...), Words: c.Catalog.T(key+".why", args...), Consequences: consequences,
		Icon: "attention", Tone: look.Attention, Do: c.Catalog.T(key + ".do"), Destroy: true, OnDo: do,
	})
}
