package delivery

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/textproto"
	"strings"
	"time"

	"nightlatch/server/netaddr"
)

// TLSMode says how TLS is used with a mail server.
type TLSMode string

// The modes.
const (
	StartTLS TLSMode = "starttls" // RFC 3207, usually port 587
	Implicit TLSMode = "tls"      // RFC 8314, usually port 465
	NoTLS    TLSMode = "none"     // for a server on this machine only
)

// SMTPConfig configures an SMTPMailer.
type SMTPConfig struct {
	Addr               string // host:port
	TLS                TLSMode
	Username, Password string // for AUTH, with a mechanism that the server offers; "" for no login
	From               string // the sender's address, with or without a name
	Now                func() time.Time
	TLSConfig          *tls.Config   // nil: the system's roots
	Timeout            time.Duration // for one mail; 0: 30 s
}

// An SMTPMailer is a Mailer over net/smtp. It opens a connection for each mail.
type SMTPMailer struct {
	cfg  SMTPConfig
	host string
	from mailbox
}

// NewSMTPMailer checks the configuration and returns an SMTPMailer.
func NewSMTPMailer(cfg SMTPConfig) (*SMTPMailer, error) {
	host, _, err := net.SplitHostPort(cfg.Addr)
	if err != nil || host == "" {
		return nil, errors.New("delivery: smtp: the server must be given as host:port")
	}
	from, err := parseMailbox(cfg.From)
	if err != nil {
		return nil, errors.New("delivery: smtp: the sender is not an address")
	}
	if cfg.Now == nil {
		return nil, errors.New("delivery: smtp: no clock")
	}
	switch cfg.TLS {
	case StartTLS, Implicit:
	case NoTLS:
		if !netaddr.Local(host) {
			return nil, errors.New("delivery: smtp: a server on another machine needs TLS")
		}
	default:
		return nil, fmt.Errorf("delivery: smtp: TLS mode %q", cfg.TLS)
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 30 * time.Second
	}
	return &SMTPMailer{cfg: cfg, host: host, from: from}, nil
}

// Mail implements Mailer. Its errors hold the step and the reply's code, but no text
// of the mail or of the reply.
func (m *SMTPMailer) Mail(ctx context.Context, to, subject, body string) error {
	rcpt, err := parseMailbox(to)
	if err != nil {
		return &PermanentError{Reason: "smtp: the recipient is not an address"}
	}
	text, err := m.compose(ID(ctx), rcpt.addr, subject, body)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, m.cfg.Timeout)
	defer cancel()
	x := exchange{mailer: m, step: stepConnect}
	if err := x.run(ctx, rcpt, text); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return smtpError(x.step, err)
	}
	return nil
}

// smtpError keeps the reply's code and drops its text. A 5yz reply means not to try
// again (RFC 5321 §4.2.1). At steps before RCPT it may be due to our own settings,
// which can be corrected, so the mail is tried again.
func smtpError(step string, err error) error {
	var (
		reply *textproto.Error
		never *PermanentError
	)
	if errors.As(err, &never) {
		return &PermanentError{Reason: never.Reason, Err: &MailError{Step: step, Err: err}}
	}
	if errors.Is(err, errNoUTF8) && step == stepRecipient {
		return &PermanentError{Reason: "smtp: " + errNoUTF8.Error(), Err: &MailError{Step: step, Err: err}}
	}
	if !errors.As(err, &reply) {
		return fmt.Errorf("delivery: %w", &MailError{Step: step, Err: err})
	}
	failed := &MailError{Step: step, Reply: reply.Code}
	for _, cause := range []error{errWantsTLS, errWantsLogin} {
		if errors.Is(err, cause) {
			failed.Err = cause
		}
	}
	if reply.Code >= 500 && failed.Err == nil && (step == stepRecipient || step == stepData) {
		return &PermanentError{Reason: failed.Error(), Err: failed}
	}
	return fmt.Errorf("delivery: %w", failed)
}

// compose writes the mail (RFC 5322, RFC 2045).
func (m *SMTPMailer) compose(id string, to mail.Address, subject, body string) ([]byte, error) {
	if strings.ContainsAny(subject, "\r\n") {
		return nil, &PermanentError{Reason: "smtp: the subject has two lines"}
	}
	var b bytes.Buffer
	header := func(name, value string) { fmt.Fprintf(&b, "%s: %s\r\n", name, value) }
	header("From", m.from.addr.String())
	header("To", to.String())
	header("Subject", mime.QEncoding.Encode("utf-8", subject))
	header("Date", m.cfg.Now().UTC().Format(time.RFC1123Z))
	if id != "" {
		_, domain, _ := strings.Cut(m.from.addr.Address, "@")
		header("Message-ID", "<"+id+"@"+domain+">")
	}
	header("Auto-Submitted", "auto-generated") // RFC 3834: no vacation replies
	header("MIME-Version", "1.0")
	header("Content-Type", "text/plain; charset=utf-8")
	header("Content-Transfer-Encoding", "quoted-printable")
	b.WriteString("\r\n")
	q := quotedprintable.NewWriter(&b)
	if _, err := q.Write([]byte(strings.ReplaceAll(body, "\n", "\r\n"))); err != nil {
		return nil, fmt.Errorf("delivery: smtp: %w", err)
	}
	if err := q.Close(); err != nil {
		return nil, fmt.Errorf("delivery: smtp: %w", err)
	}
	return b.Bytes(), nil
}
