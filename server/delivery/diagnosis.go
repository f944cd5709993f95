package delivery

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"slices"
)

// A MailError reports the step of the SMTP exchange that failed. It holds the
// reply's code, but not its text.
type MailError struct {
	Step  string // "connect", "TLS", "greeting", or the verb of RFC 5321
	Reply int    // the server's reply; 0 when there was none
	Err   error  // set if there was no reply, or if its cause is known
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

// errNoUTF8 reports an address that a mail server without SMTPUTF8 cannot take.
var errNoUTF8 = errors.New("the server takes only ASCII before the @")

// errWantsTLS and errWantsLogin report a server that refuses a step because
// the connection has no TLS, or because nobody has logged in.
var (
	errWantsTLS   = errors.New("the server wants TLS first")
	errWantsLogin = errors.New("the server wants a login first")
)

// A Diagnosis is a code for why a mail could not be sent.
type Diagnosis string

// The diagnoses.
const (
	Unreachable  Diagnosis = "unreachable"  // no connection
	Silent       Diagnosis = "silent"       // a connection, but no answer in time
	NotProtected Diagnosis = "no_tls"       // no TLS in the configured mode
	NotTrusted   Diagnosis = "certificate"  // TLS, but the certificate is not trusted
	NoLogin      Diagnosis = "login"        // user name or password refused
	NeedsLogin   Diagnosis = "login_needed" // the server takes mail only after a login
	NoMechanism  Diagnosis = "login_method" // the server offers no supported login mechanism
	OnlyASCII    Diagnosis = "only_ascii"   // an address needs SMTPUTF8, which the server does not offer
	NoSender     Diagnosis = "sender"       // the sender's address was refused
	NoRecipient  Diagnosis = "recipient"    // the recipient's address was refused
	NotNow       Diagnosis = "later"        // a temporary refusal, whatever the step
	NotTaken     Diagnosis = "not_accepted" // any other refusal
)

// A Finding describes why a mail could not be sent.
type Finding struct {
	Why     Diagnosis
	Step    string   // "connect", "TLS", "greeting", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT" or "DATA"; "" if unknown
	Reply   int      // the server's reply code; 0: no reply
	Offered []string // ways to log in that the server offers, for NoMechanism
}

// Diagnose returns why Mail failed, and at which step.
func Diagnose(err error) Finding {
	failed := &MailError{}
	errors.As(err, &failed)
	f := Finding{Why: why(err, failed), Step: failed.Step, Reply: failed.Reply}
	var mechanism *MechanismError
	if errors.As(err, &mechanism) {
		f.Offered = mechanism.Offered
	}
	return f
}

func why(err error, failed *MailError) Diagnosis {
	var (
		certificate *tls.CertificateVerificationError
		hostname    x509.HostnameError
		record      tls.RecordHeaderError
		mechanism   *MechanismError
		network     net.Error
	)
	switch {
	case errors.As(err, &certificate), errors.As(err, &hostname):
		return NotTrusted
	case errors.As(err, &mechanism):
		return NoMechanism
	case errors.Is(err, errNoUTF8):
		return OnlyASCII
	case errors.As(err, &record), errors.Is(err, errNoStartTLS):
		return NotProtected
	case failed.Step == stepConnect:
		return Unreachable
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return Silent
	case errors.Is(err, errWantsTLS):
		return NotProtected
	case errors.Is(err, errWantsLogin):
		return NeedsLogin
	}
	return failed.why()
}

// why reads a reply. The step alone does not show the cause: every step can be
// refused because the server is busy, wants a login, or wants TLS.
func (e *MailError) why() Diagnosis {
	switch {
	case e.Reply >= 400 && e.Reply < 500: // RFC 5321 §4.2.1
		return NotNow
	case e.Reply == replyWantsTLS:
		return NotProtected
	case e.Step == stepStartTLS, e.Step == stepTLS:
		return NotProtected
	case slices.Contains(aboutCommand, e.Reply):
		return NotTaken
	case e.Step == stepAuth && e.Reply != 0:
		return NoLogin
	case e.Reply == replyWantsLogin:
		return NeedsLogin
	case e.Step == stepSender && e.Reply != 0:
		return NoSender
	case e.Step == stepRecipient && e.Reply != 0:
		return NoRecipient
	}
	return NotTaken
}

// Replies whose meaning does not depend on the step (RFC 4954 §6).
const (
	replyWantsLogin = 530
	replyWantsTLS   = 538
)

// aboutCommand are replies about a command or the size of a mail, and not about
// an address or a password.
var aboutCommand = []int{500, 502, 503, 504, 552}
