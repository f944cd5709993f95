package delivery

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
)

// A MailError reports the step of the SMTP exchange that failed. It holds the
// reply's code, but not its text.
type MailError struct {
	Step  string // "connect", or the verb of RFC 5321
	Reply int    // the server's reply; 0 when there was none
	Err   error  // set if there was no reply
}

func (e *MailError) Error() string {
	if e.Reply != 0 {
		return fmt.Sprintf("smtp: %s: reply %d", e.Step, e.Reply)
	}
	return fmt.Sprintf("smtp: %s: %v", e.Step, e.Err)
}

func (e *MailError) Unwrap() error { return e.Err }

// errNoStartTLS reports a mail server without STARTTLS.
var errNoStartTLS = errors.New("the server does not offer it")

// A Diagnosis is a code for why a mail could not be sent.
type Diagnosis string

// The diagnoses.
const (
	Unreachable  Diagnosis = "unreachable"  // no connection
	Silent       Diagnosis = "silent"       // a connection, but no answer in time
	NotProtected Diagnosis = "no_tls"       // no TLS in the configured mode
	NotTrusted   Diagnosis = "certificate"  // TLS, but the certificate is not trusted
	NoLogin      Diagnosis = "login"        // user name or password refused, or the server has no login
	NoSender     Diagnosis = "sender"       // the sender's address was refused
	NoRecipient  Diagnosis = "recipient"    // the recipient's address was refused
	NotTaken     Diagnosis = "not_accepted" // any other refusal
)

// Diagnose returns why Mail failed, and the server's reply code (0: no reply).
func Diagnose(err error) (Diagnosis, int) {
	var (
		failed      *MailError
		certificate *tls.CertificateVerificationError
		hostname    x509.HostnameError
		record      tls.RecordHeaderError
		network     net.Error
	)
	if !errors.As(err, &failed) {
		failed = &MailError{}
	}
	switch {
	case errors.As(err, &certificate), errors.As(err, &hostname):
		return NotTrusted, 0
	case errors.As(err, &record), errors.Is(err, errNoStartTLS):
		return NotProtected, failed.Reply
	case failed.Step == "connect" && failed.Reply == 0:
		return Unreachable, 0
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return Silent, 0
	case failed.Step == "STARTTLS":
		return NotProtected, failed.Reply
	case failed.Step == "AUTH":
		return NoLogin, failed.Reply
	case failed.Step == "MAIL":
		return NoSender, failed.Reply
	case failed.Step == "RCPT":
		return NoRecipient, failed.Reply
	}
	return NotTaken, failed.Reply
}
