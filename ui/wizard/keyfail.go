package wizard

import (
	"errors"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/assets/explain"
	"nightlatch/fido"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
)

// Pages that explain a failure in more detail, for Host.Open.
const (
	OpenKeyContents = "key-contents" // the credentials on the key
	OpenKeyReset    = "key-reset"
)

// keyFailed explains why the key did not answer or why its answer was refused, and
// offers what helps: try again, set a PIN, delete credentials.
func (d *StepView) keyFailed(s State, h Host) {
	w := h.Words
	d.Heading, d.Lead = w.T("wizard.key.failed"), ""
	again := func() {
		if !s.Busy {
			h.Do(KeyInput{Retry: true})
		}
	}
	step, _ := s.View.Step.(api.UseSecurityKey)
	// Without options, no key of this account works on this server; and some builds and
	// systems cannot use keys.
	if Answerable(step) && !errors.Is(s.Key.Err, fido.ErrUnsupported) && !errors.Is(s.Key.Err, fido.ErrNoDialog) {
		d.Next = primary(s, h, w.T("wizard.key.retry"), again)
		d.First = d.Next
	}
	if s.View.Refusal != nil || s.Fault != nil {
		d.refuse(s, h)
		return
	}
	if !Answerable(step) && s.Key.Err == nil {
		return
	}
	r := ExplainKey(w, s.Key.Err, step)
	if s.Key.Enrolled != "" {
		r = explain.Variant(w, api.KeyAlreadyEnrolled, "", assets.Args{"key": s.Key.Enrolled})
	}
	err := s.Key.Err
	if len(step.ForeignRP) > 0 && errors.Is(err, fido.ErrNotEnrolled) {
		k := step.ForeignRP[0]
		r.Why = explain.Variant(w, "key_not_enrolled", "elsewhere", assets.Args{"key": k.Label, "there": k.RPID}).Why
	}
	if errors.Is(err, fido.ErrPINNotSet) { // nothing has failed: a PIN comes first
		d.Heading, d.Lead, d.Tile = r.What, r.Why+" "+r.Next, "key"
		d.Next = primary(s, h, w.T("wizard.key.set-pin"), h.does(KeyInput{Offer: true}))
		d.First, d.Foot = d.Next, []fyne.CanvasObject{control.NewLink(w.T("wizard.key.other"), again)}
		return
	}
	about, _ := fido.DeviceOf(err)
	signedIn := s.Account.Username != "" && !about.Dialog // the page cannot open a key that the system's dialog found
	var links []fyne.CanvasObject
	switch {
	case errors.Is(err, fido.ErrPINPolicy):
		d.Next = primary(s, h, w.T("wizard.key.change-pin"), h.does(KeyInput{Offer: true}))
		d.First = d.Next
		links = append(links, control.NewLink(w.T("wizard.key.retry"), again))
	case errors.Is(err, fido.ErrNoSpace) && signedIn:
		links = append(links, control.NewLink(w.T("wizard.key.see-contents"), h.does(Open(OpenKeyContents))))
	case errors.Is(err, fido.ErrPINBlocked) && signedIn:
		links = append(links, control.NewLink(w.T("wizard.key.see-reset"), h.does(Open(OpenKeyReset))))
	}
	d.Body = append(d.Body, newRefusal(r, links...))
	switch {
	case errors.Is(err, fido.ErrNoPermission) && s.KeyAccess.UdevCommand != "":
		d.Body = append(d.Body, kit.NewCommand(w.T("wizard.copy"), s.KeyAccess.UdevCommand, h.copyLine))
	case errors.Is(err, fido.ErrNoReaderService) && s.KeyAccess.ReadersCommand != "":
		d.Body = append(d.Body, kit.NewCommand(w.T("wizard.copy"), s.KeyAccess.ReadersCommand, h.copyLine))
	}
}
