package shell

import (
	"context"
	"errors"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// Perform runs work that the user requested on the screen in front, and then
// the function that work returns. If the server requires the password first
// (R3, R6), the user is asked for it, and work runs again.
//
// Only one action of a screen runs at a time: a press during it is ignored, so
// that nothing runs twice. Leaving the screen ends it.
func (c *Console) Perform(work func(ctx context.Context, server *client.Client) (done func(), err error)) {
	c.PerformOr(work, c.Warn)
}

// PerformOr is Perform, but reports a refusal to the caller instead of above
// the page.
func (c *Console) PerformOr(work func(ctx context.Context, server *client.Client) (done func(), err error), refused func(explain.Explanation)) {
	c.performOr(work, refused, func() {})
}

// performOr is PerformOr, and calls unproved if the server asks for the password and the
// user does not enter it.
func (c *Console) performOr(work func(ctx context.Context, server *client.Client) (done func(), err error), refused func(explain.Explanation), unproved func()) {
	if c.Performing() {
		c.Redraw() // resets a switch that was pressed
		return
	}
	if c.trouble != nil {
		c.trouble = nil
		c.Redraw()
	}
	c.action = c.scope.Child()
	c.act(c.action, work, refused, unproved)
}

// Fetch is Perform for work that changes nothing. It may run at the same time
// as an action.
func (c *Console) Fetch(work func(ctx context.Context, server *client.Client) (done func(), err error)) {
	c.act(c.scope.Child(), work, c.Warn, func() {})
}

func (c *Console) act(action *Scope, work func(ctx context.Context, server *client.Client) (done func(), err error), refused func(explain.Explanation), unproved func()) {
	scope, server := c.scope, c.server
	over := c.sayWorking(action)
	action.Go(func(ctx context.Context) func() {
		done, err := work(ctx, server)
		return func() {
			over()
			var p *api.Problem
			if errors.As(err, &p) && p.Code == api.ReauthenticationRequired {
				c.parts.Ceremonies.AskPassword(scope, func() { action.Leave(); c.performOr(work, refused, unproved) }, func() {
					action.Leave()
					if !scope.Left() {
						unproved()
					}
				})
				return
			}
			action.Leave()
			switch {
			case err == nil && done != nil:
				done()
			case err == nil:
			case errors.As(err, &p) && p.Code == api.SignInRequired:
				c.SignedOut(err)
			default:
				refused(explain.Error(c.Catalog, err))
			}
		}
	})
}

// Performing reports whether an action of the screen in front runs.
func (c *Console) Performing() bool { return c.action != nil && !c.action.Left() }

// sayWorking shows after a while that an action is running, until the returned
// function is called.
func (c *Console) sayWorking(action *Scope) (over func()) {
	wait, words := action.Child(), c.Catalog.T("ui.working")
	wait.Every(slowAfter, func() {
		if c.Toast.Says() == "" {
			c.Toast.Wait(words)
		}
	})
	return func() {
		wait.Leave()
		if c.Toast.Says() == words {
			c.Toast.Hush()
		}
	}
}

// Warn shows a refusal above the page in front, until the person does something
// else.
func (c *Console) Warn(why explain.Explanation) {
	c.trouble = &why
	c.Redraw()
	c.ScrollToTop()
}

// Trouble is the refusal shown above the page in front; nil when there is none.
func (c *Console) Trouble() *explain.Explanation { return c.trouble }

// Dialog shows a dialog over the window.
func (c *Console) Dialog(d control.DialogConfig) *control.Dialog {
	var view *kit.ToastView
	gone := d.OnGone
	d.OnGone = func() {
		view.Remove()
		if gone != nil {
			gone()
		}
	}
	dialog := control.ShowDialog(c.window.Canvas(), d)
	view = c.Toast.View(dialog)
	dialog.Lay(view)
	dialog.Lay(control.NewTipLayer(c.tips.Every()))
	return dialog
}

// Confirm asks before something is lost. key is the translation key of the title;
// key.why and key.do are the text and the button.
func (c *Console) Confirm(key string, consequences []string, do func(), args ...any) {
	c.Dialog(c.confirmation(key, consequences, do, args...))
}

func (c *Console) confirmation(key string, consequences []string, do func(), args ...any) control.DialogConfig {
	return control.DialogConfig{
		Title: c.Catalog.T(key, args...), Words: c.Catalog.T(key+".why", args...), Consequences: consequences,
		Icon: "attention", Tone: look.Attention, Do: c.Catalog.T(key + ".do"), Destroy: true, OnDo: do,
	}
}
