package explain

import (
	"strings"
	"time"

	"nightlatch/assets"
	"nightlatch/server/api"
)

// A Situation holds the facts that the texts of a step depend on.
type Situation struct {
	View        api.View
	Account     api.Account    // the signed-in account; zero during sign-in and sign-up
	HasAccounts bool           // this server has accounts already
	ShortCode   string         // R18: the number to text GO and STOP to
	Zone        *time.Location // for times of day; nil: the local zone
}

// local is a time of day where the person is.
func (s Situation) local(t time.Time) time.Time {
	if s.Zone != nil {
		return t.In(s.Zone)
	}
	return t.Local()
}

// Step returns the heading of the current step and the sentence below it. For
// UseSecurityKey they are those of the first moment, before a key is connected.
func Step(c *assets.Catalog, s Situation) (heading, lead string) {
	switch step := s.View.Step.(type) {
	case api.ChooseCredentials:
		if s.HasAccounts {
			return c.T("wizard.sign-up.further"), c.T("wizard.sign-up.further-lead")
		}
		return c.T("wizard.sign-up.heading"), c.T("wizard.sign-up.lead")
	case api.EnterCredentials:
		return c.T("wizard.sign-in.heading"), c.T("wizard.sign-in.lead")
	case api.EnterPassword:
		return c.T("wizard.password.heading"), c.T("wizard.password.lead", assets.Args{"account": step.Username})
	case api.ChoosePassword:
		return c.T("wizard.new-password.heading"), c.T("wizard.new-password.lead")
	case api.Overview:
		return c.T("wizard.overview.heading"), c.T("wizard.overview." + string(step.Method) + ".lead")
	case api.EnterEmail:
		if step.Kept {
			return c.T("wizard.email.heading"), c.T("wizard.email.kept-lead")
		}
		return c.T("wizard.email.heading"), c.T("wizard.email.lead")
	case api.EnterPhone:
		if s.View.Kind == api.ChangePhone && s.Account.PhoneVerified {
			return c.T("wizard.phone.heading"), c.T("wizard.phone.change-lead", assets.Args{"number": PhoneNumber(s.Account.Phone)})
		}
		return c.T("wizard.phone.heading"), c.T("wizard.phone.lead")
	case api.EnterCode:
		return codeHeading(c, step), codeLead(c, s, step)
	case api.ScanQR:
		return c.T("wizard.scan.heading"), c.T("wizard.scan.lead", assets.Args{"account": s.Account.Username})
	case api.UseSecurityKey:
		return c.T("wizard.key.insert"), c.T("wizard.key.insert-lead")
	case api.NameKey:
		return c.T("wizard.name.heading"), c.T("wizard.name.lead")
	case api.EnterBackupCode:
		if step.Number == 0 { // R74: none is active
			return c.T("wizard.backup.none-heading"), c.T("wizard.backup.none-lead")
		}
		number := assets.Args{"number": step.Number}
		return c.T("wizard.backup.heading", number), c.T("wizard.backup.lead", number)
	case api.AwaitApproval:
		return approval(c, step)
	case api.SaveBackupCode:
		return c.T("wizard.save.heading." + string(s.View.Kind)), c.T("wizard.save.lead")
	case api.Confirm:
		return c.T("wizard.confirm." + string(step.Method)), c.T("wizard.confirm.lead")
	case api.SignedIn:
		return c.T("wizard.signed-in.heading"), signedInLead(c, step)
	case api.Finished:
		return finished(c, s)
	}
	return "", ""
}

// approval says what a sign-in waits for (R50).
func approval(c *assets.Catalog, step api.AwaitApproval) (heading, lead string) {
	phones := step.SentTo
	if phones == "" {
		phones = c.T("wizard.approval.phone")
	}
	args := assets.Args{"phones": phones}
	switch {
	case step.State != api.RequestOpen:
		return c.T("wizard.approval.over-heading"), c.T("wizard.approval.over-lead", args)
	case step.Number > 0:
		return c.T("wizard.approval.heading"), c.T("wizard.approval.number-lead", args)
	}
	return c.T("wizard.approval.heading"), c.T("wizard.approval.lead", args)
}

func codeHeading(c *assets.Catalog, step api.EnterCode) string {
	if step.SentAt == nil && step.Channel != api.ByApp {
		return c.T("wizard.code.unsent-heading")
	}
	return c.T("wizard.code." + string(step.Channel) + ".heading")
}

// codeLead says where the code is and when it was sent (R12).
func codeLead(c *assets.Catalog, s Situation, step api.EnterCode) string {
	if step.SentTo == "" && step.Channel != api.ByApp {
		for _, why := range []*api.Refusal{s.View.Refusal, s.View.Notice} {
			if why != nil && why.Code == api.CannotSend { // trying once more is no use yet
				return c.T("wizard.code.unable-lead")
			}
		}
		return c.T("wizard.code.unsent-lead")
	}
	args := assets.Args{"to": step.SentTo, "digits": step.Digits, "valid": codeValid(c, s, step)}
	switch step.Channel {
	case api.ByApp:
		return c.T("wizard.code.app.lead", args)
	case api.ByText:
		args["to"] = PhoneNumber(step.SentTo)
		if s.View.Kind == api.SignIn {
			args["end"] = LastDigits(step.SentTo)
			return strings.TrimSpace(c.T("wizard.code.text.sign-in-lead", args))
		}
	}
	key := "wizard.code." + string(step.Channel) + ".lead"
	switch {
	case step.SentAt == nil:
		key += "-unsent"
	default:
		args["time"] = c.Clock(s.local(*step.SentAt))
	}
	return strings.TrimSpace(c.T(key, args))
}

// codeValid says until when a code works, which is less than a new code's time if it was
// sent earlier (R12); "" while there is none.
func codeValid(c *assets.Catalog, s Situation, step api.EnterCode) string {
	switch {
	case step.CodeExpires == nil:
		return ""
	case !s.View.Now.IsZero() && !step.CodeExpires.After(s.View.Now):
		return c.T("wizard.code.expired")
	}
	return c.T("wizard.code.valid-until", c.Clock(s.local(*step.CodeExpires)))
}

// signedInLead says for how long the session lasts at most, which the policy decides
// (R44).
func signedInLead(c *assets.Catalog, step api.SignedIn) string {
	if most := "wizard.signed-in.lead-" + step.Account.Policy; c.Has(most) {
		return c.T(most)
	}
	return c.T("wizard.signed-in.lead")
}

// finished names the method that was set up, and the others that are on.
func finished(c *assets.Catalog, s Situation) (heading, lead string) {
	key := "wizard.finished." + string(s.View.Kind)
	m := s.Account.Methods
	others := s.View.Kind == api.EnrollText && (m.App || m.Keys > 0) ||
		s.View.Kind == api.EnrollApp && (m.Text || m.Keys > 0) ||
		s.View.Kind == api.EnrollKey && (m.Text || m.App)
	if s.View.Kind == api.ChangeEmail && s.Account.EmailKept {
		key += ".kept"
	}
	if others {
		return c.T(key), c.T(key + ".lead-also")
	}
	return c.T(key), c.T(key + ".lead")
}
