package fido

import (
	"context"
	"errors"
)

// StatusCancelled is CTAP2_ERR_KEEPALIVE_CANCEL: the key obeyed a cancel.
const StatusCancelled byte = 0x2d

// statuses maps the statuses of CTAP (CTAP section 8.2) with a specific meaning to errors.
// What a status means for the user can depend on the request; the ceremony decides that.
var statuses = map[byte]error{
	0x01:            ErrIncapable, // invalid command
	0x05:            ErrTimeout,
	0x06:            ErrBusy,      // channel busy
	0x0a:            ErrBusy,      // lock required
	0x15:            ErrTooLarge,  // limit exceeded
	0x16:            ErrIncapable, // unsupported extension
	0x17:            ErrNoSpace,   // fingerprints
	0x18:            ErrNoSpace,   // large blobs
	0x19:            &AlreadyEnrolledError{},
	0x21:            ErrBusy, // processing
	0x22:            ErrNotEnrolled,
	0x23:            ErrBusy, // another request waits for the user
	0x24:            ErrBusy, // another operation is pending
	0x26:            ErrAlgorithm,
	0x27:            ErrDenied,
	0x28:            ErrNoSpace,
	0x2b:            ErrIncapable,
	0x2c:            ErrIncapable,
	StatusCancelled: ErrCancelled,
	0x2e:            ErrNotEnrolled,
	0x2f:            ErrTimeout, // no user action
	0x30:            ErrNotAllowed,
	0x31:            ErrWrongPIN,
	0x32:            ErrPINBlocked,
	0x33:            ErrPINAuth,
	0x34:            ErrPINAuthBlocked,
	0x35:            ErrPINNotSet,
	0x36:            ErrPINRequired,
	0x37:            ErrPINPolicy,
	0x38:            ErrVerification, // the token of the PIN has expired
	0x39:            ErrTooLarge,
	0x3a:            ErrTimeout,
	0x3b:            ErrDenied, // it does not answer without a touch
	0x3c:            ErrVerification,
	0x3e:            ErrIncapable, // invalid subcommand
	0x3f:            ErrVerification,
	0x40:            ErrNoVerification, // the PIN does not permit this
}

// StatusError returns the error for a status that is not 0, an AnswerError if the status
// does not reveal the cause. If ctx was cancelled, that is the reason, whatever the status.
// If ctx's deadline has passed and the key obeyed the cancel, the deadline is. Back ends
// use it.
func StatusError(ctx context.Context, status byte) error {
	ended := ContextError(ctx)
	if errors.Is(ended, ErrCancelled) || ended != nil && status == StatusCancelled {
		return ended
	}
	if err, ok := statuses[status]; ok {
		return err
	}
	return &AnswerError{Code: status}
}

// Check refuses a request that no back end can send.
func (r CredentialRequest) Check() error {
	if len(r.UserID) == 0 || r.UserName == "" {
		return &MalformedError{Field: "user", Reason: "has no ID or no name"}
	}
	return checkRequest(r.ClientDataHash, r.RPID)
}

// Check refuses a request that no back end can send.
func (r AssertionRequest) Check() error {
	for _, id := range r.CredentialIDs {
		if len(id) == 0 {
			return &MalformedError{Field: "allowCredentials", Reason: "an ID is empty"}
		}
	}
	return checkRequest(r.ClientDataHash, r.RPID)
}

func checkRequest(hash []byte, rpID string) error {
	switch {
	case len(hash) == 0:
		return &MalformedError{Field: "clientDataHash", Reason: "empty"}
	case rpID == "":
		return &MalformedError{Field: "rpId", Reason: "empty"}
	}
	return nil
}
