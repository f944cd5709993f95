package api

// The values of About.SignUp and ServerSettings.SignUp: who may sign up (R7).
const (
	SignUpOpen   = "open"
	SignUpInvite = "invite"
	SignUpClosed = "closed"
)

// ServerSettings are the owner's settings of the server: GET /api/v1/server.
type ServerSettings struct {
	SignUp      string `json:"sign_up"`       // who may sign up: open, invite or closed
	SignUpFixed bool   `json:"sign_up_fixed"` // the flag --sign-up says so, and the setting can't be changed
}

// ServerChange changes the fields that are set: PATCH /api/v1/server.
type ServerChange struct {
	SignUp *string `json:"sign_up,omitempty"` // who may sign up: open, invite or closed
}

// InvitationOrder asks for an invitation: POST /api/v1/invitations.
type InvitationOrder struct {
	Address string `json:"address"` // the email address of the person
}

// NewInvitation is a new invitation.
type NewInvitation struct {
	Code string `json:"code"` // for the inviter to pass on; only this answer has it
	Invitation
}

// An Invitation is an open invitation (R7).
type Invitation struct {
	ID      string `json:"id"`      // of the invitation
	Address string `json:"address"` // the email address that it is for
	Created Time   `json:"created"` // when it was made
	Expires Time   `json:"expires"` // 72 hours later
	Mailed  bool   `json:"mailed"`  // a code of its own was mailed to the address
}

// OwnerChange hands the owner's role to another account: PUT /api/v1/owner.
type OwnerChange struct {
	Username string `json:"username"` // of the new owner
}
