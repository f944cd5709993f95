package loginrequest

import (
	"nightlatch/server/api"
	"nightlatch/server/ceremony"
)

// The signals to a sign-in that waits for an approval (R50). A second step that the user chose
// meanwhile takes the approval as well.
const (
	Approved ceremony.Signal = "approved"
	Denied   ceremony.Signal = "denied"
)

// Signal returns the signal for an answered request.
func (r Request) Signal() ceremony.Signal {
	if r.State == api.RequestApproved {
		return Approved
	}
	return Denied
}
