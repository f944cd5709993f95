package openapi

import (
	"fmt"
	"slices"
	"strings"

	"nightlatch/server/api"
)

// A Detail is a member of an activity's details. All are strings.
type Detail struct{ Name, Doc string }

// The details that several types of activity have.
var (
	factor    = Detail{"factor", "what was entered: `password`, or the method"}
	reason    = Detail{"reason", "the code of the refusal"}
	protocol  = Detail{"protocol", "of the program: `http-basic` or `oauth`"}
	label     = Detail{"label", "the name that the owner gave it"}
	count     = Detail{"count", "how many"}
	number    = Detail{"number", "the number of the code"}
	last      = Detail{"last", "the last number, if several codes were generated"}
	phone     = Detail{"number", "the phone number, masked"}
	address   = Detail{"address", "the email address, masked"}
	requester = Detail{"requester", "the name that the client gave itself that wanted to sign in"}
	from      = Detail{"address", "the address of that client"}
	failures  = Detail{"failures", "how many in a row"}
)

// Details are the details that each type of activity can have. A type that is missing
// here has none.
var Details = map[api.EventType][]Detail{
	api.EventSignedIn:        {{"method", "the second step, absent without one"}, protocol},
	api.EventSignInFailed:    {factor, reason, protocol, {"retry_at", "when the next try is examined"}},
	api.EventSessionsEnded:   {count, {"all", "`true` if all sessions were ended, the current one too"}},
	api.EventPasswordRefused: {factor, reason},
	api.EventThrottled:       {failures},
	api.EventMethodDisabled:  {failures, protocol},
	api.EventUnlocked:        {failures},
	api.EventBackupsChanged:  {{"folder", "where they go"}, {"on", "`on` or `off`"}, {"key", "`new` with a new recovery key"}},
	api.EventBackupFailed:    {reason},
	api.EventRestored:        {{"made", "when the backup was made"}},
	api.EventCodeRefused:     {factor, reason},
	api.EventCodeSent:        {{"channel", "`email` or `text`"}},

	api.EventEmailConfirmed:  {address},
	api.EventEmailKept:       {address},
	api.EventEmailChanged:    {address},
	api.EventPhoneChanged:    {phone},
	api.EventTextEnabled:     {phone},
	api.EventCarrierOptIn:    {phone},
	api.EventCarrierOptOut:   {phone},
	api.EventSignUpChanged:   {{"sign_up", "`open`, `invite` or `closed`"}},
	api.EventInvited:         {address},
	api.EventInviteTakenBack: {address},
	api.EventInviteUsed:      {address, {"account", "the user name of the new account"}},
	api.EventOwnerHandedOn:   {{"account", "the user name of the new owner"}},
	api.EventDeliveryChanged: {{"mail", "the mail server, or `off`"}, {"text", "`on` or `off`"}},

	api.EventAppEnabled:        {{"replaced", "`true` if it replaced another app"}},
	api.EventKeyAdded:          {label},
	api.EventKeyRenamed:        {label, {"was", "the name before"}},
	api.EventKeyDeleted:        {label},
	api.EventKeyPossiblyCopied: {label},
	api.EventMethodOff:         {{"method", "the method"}},

	api.EventPhoneAppAdded:   {label},
	api.EventPhoneAppRemoved: {label},
	api.EventAppKeyMade:      {label},
	api.EventPhoneSignedOut:  {label, {"method", "the method that this turned off"}},
	api.EventRequestApproved: {requester, from},
	api.EventRequestDenied:   {requester, from},
	api.EventRequestReported: {requester, from},

	api.EventBackupCodeIssued:    {number, last, count},
	api.EventBackupCodeUsed:      {number, {"left", "how many are active now"}},
	api.EventBackupCodeRefused:   {number, protocol, reason},
	api.EventBackupCodesVoided:   {number, count},
	api.EventBackupCodesReplaced: {number, last, count, {"voided", "how many are void now"}},

	api.EventTemporaryPasswordMade:     {label, {"service", "the only service that it works for, absent without one"}},
	api.EventTemporaryPasswordTexted:   {label},
	api.EventTemporaryPasswordUsed:     {label, protocol},
	api.EventTemporaryPasswordRefused:  {protocol, reason},
	api.EventTemporaryPasswordRevoked:  {label},
	api.EventTemporaryPasswordsRevoked: {count},
}

// UnknownDetails returns the names of an activity's details that Details lacks.
func UnknownDetails(t api.EventType, details map[string]string) []string {
	var unknown []string
	for name := range details {
		if !slices.ContainsFunc(Details[t], func(d Detail) bool { return d.Name == name }) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return unknown
}

// activity writes the table of activity types.
func (d *Document) activity(b *strings.Builder) {
	b.WriteString("\n## Activity types\n\nThe `type` of an [Activity](#activity), and its `details`, which are strings. A detail\n" +
		"that does not apply is absent.\n\n| type | meaning | details |\n|---|---|---|\n")
	for _, name := range d.schema.comments.Values["EventType"] {
		var details []string
		for _, one := range Details[api.EventType(name)] {
			details = append(details, fmt.Sprintf("`%s`: %s", one.Name, one.Doc))
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", name, d.schema.comments.note("EventType", name), strings.Join(details, "; "))
	}
}
