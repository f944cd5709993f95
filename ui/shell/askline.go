package shell

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// A LineRequest is a dialog with one line of text that the server may refuse.
type LineRequest struct {
	Dialog control.DialogConfig
	Label  string              // key of the field's label
	Field  string              // its name in the API: refusals that belong to it are shown there
	Hint   string              // key of the field's hint; "" for none
	More   []fyne.CanvasObject // below the field; they keep their state
	Empty  string              // key of the words for an empty field
	Limit  int                 // characters that the field takes; 0 is the usual number
	Work   func(ctx context.Context, server *client.Client, line string) (done func(), err error)
}

// AskLine asks for one line and runs the request's work with it. If the server
// refuses the line, the dialog opens again with the typed text and the reason,
// so that a long code is not typed twice.
func (c *Console) AskLine(r LineRequest) { c.askLine(r, "", nil) }

func (c *Console) askLine(r LineRequest, text string, why *explain.Explanation) {
	hint := ""
	if r.Hint != "" {
		hint = c.Catalog.T(r.Hint)
	}
	field := control.NewTextField(c.Catalog.T(r.Label), hint, control.InputConfig{Text: text, Limit: r.Limit})
	d := r.Dialog
	d.Body, d.Keep = []fyne.CanvasObject{field}, true
	switch {
	case why != nil && why.Field != "" && why.Field == r.Field:
		field.Refuse(why.Sentence())
	case why != nil: // it belongs to no field
		d.Body = append(d.Body, kit.NewBanner(look.Refused, why.What, why.Why, why.Next))
	}
	d.Body = append(d.Body, r.More...)
	var dialog *control.Dialog
	d.OnDo = func() {
		line := strings.TrimSpace(field.Text())
		if line == "" {
			field.Refuse(c.Catalog.T(r.Empty))
			c.window.Canvas().Focus(field.Focus())
			return
		}
		if c.Performing() {
			return
		}
		dialog.Close() // the server may ask for the password, which opens another dialog
		c.performOr(func(ctx context.Context, server *client.Client) (func(), error) {
			return r.Work(ctx, server, line)
		}, func(why explain.Explanation) { c.askLine(r, line, &why) }, func() { c.askLine(r, line, nil) })
	}
	dialog = c.Dialog(d)
}
