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
	"net/smtp"
	"net/textproto"
	"strings"
	"time"
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
	Username, Password string // for AUTH PLAIN; "" for no login
	From               string // the sender's address, with or without a name
	Now                func() time.Time
	TLSConfig          *tls.Config   // nil: the system's roots
	Timeout            time.Duration // for one mail; 0: 30 s
}

// An SMTPMailer is a Mailer over net/smtp. It opens a connection for each mail.
type SMTPMailer struct {
	cfg  SMTPConfig
	host string
	from mail.Address
}

// NewSMTPMailer checks the configuration and returns an SMTPMailer.
func NewSMTPMailer(cfg SMTPConfig) (*SMTPMailer, error) {
	host, _, err := net.SplitHostPort(cfg.Addr)
	if err != nil || host == "" {
		return nil, errors.New("delivery: smtp: the server must be given as host:port")
	}
	from, err := mail.ParseAddress(cfg.From)
	if err != nil {
		return nil, errors.New("delivery: smtp: the sender is not an address")
	}
	if cfg.Now == nil {
		return nil, errors.New("delivery: smtp: no clock")
	}
	switch cfg.TLS {
	case StartTLS, Implicit:
	case NoTLS:
		if !loopback(host) {
			return nil, errors.New("delivery: smtp: a server on another machine needs TLS")
		}
	default:
		return nil, fmt.Errorf("delivery: smtp: TLS mode %q", cfg.TLS)
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 30 * time.Second
	}
	return &SMTPMailer{cfg: cfg, host: host, from: *from}, nil
}

// Mail implements Mailer. Its errors hold the step and the reply's code, but no text
// of the mail or of the reply.
func (m *SMTPMailer) Mail(ctx context.Context, to, subject, body string) error {
	rcpt, err := mail.ParseAddress(to)
	if err != nil {
		return &PermanentError{Reason: "smtp: the recipient is not an address"}
	}
	text, err := m.compose(ID(ctx), *rcpt, subject, body)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, m.cfg.Timeout)
	defer cancel()
	conn, err := m.dial(ctx)
	if err != nil {
		return fmt.Errorf("delivery: %w", &MailError{Step: "connect", Err: err})
	}
	defer conn.Close()
	// net/smtp takes no context: close the connection when ctx ends.
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if step, err := m.converse(conn, rcpt.Address, text); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return smtpError(step, err)
	}
	return nil
}

func (m *SMTPMailer) dial(ctx context.Context) (net.Conn, error) {
	if m.cfg.TLS == Implicit {
		d := tls.Dialer{Config: m.tls()}
		return d.DialContext(ctx, "tcp", m.cfg.Addr)
	}
	var d net.Dialer
	return d.DialContext(ctx, "tcp", m.cfg.Addr)
}

func (m *SMTPMailer) tls() *tls.Config {
	cfg := &tls.Config{}
	if m.cfg.TLSConfig != nil {
		cfg = m.cfg.TLSConfig.Clone()
	}
	if cfg.ServerName == "" {
		cfg.ServerName = m.host
	}
	return cfg
}

// converse runs the whole exchange (RFC 5321 §3). It returns the step that failed.
func (m *SMTPMailer) converse(conn net.Conn, to string, text []byte) (step string, err error) {
	c, err := smtp.NewClient(conn, m.host)
	if err != nil {
		return "greeting", err
	}
	defer c.Close()
	if m.cfg.TLS == StartTLS {
		if ok, _ := c.Extension("STARTTLS"); !ok {
			return "STARTTLS", errNoStartTLS
		}
		if err := c.StartTLS(m.tls()); err != nil {
			return "STARTTLS", err
		}
	}
	if m.cfg.Username != "" {
		if err := c.Auth(smtp.PlainAuth("", m.cfg.Username, m.cfg.Password, m.host)); err != nil {
			return "AUTH", err
		}
	}
	if err := c.Mail(m.from.Address); err != nil {
		return "MAIL", err
	}
	if err := c.Rcpt(to); err != nil {
		return "RCPT", err
	}
	w, err := c.Data()
	if err != nil {
		return "DATA", err
	}
	if _, err := w.Write(text); err != nil {
		return "DATA", err
	}
	if err := w.Close(); err != nil {
		return "DATA", err
	}
	_ = c.Quit() // the server has accepted the mail
	return "", nil
}

// smtpError keeps the reply's code and drops its text. A 5yz reply means not to try
// again (RFC 5321 §4.2.1). At steps before RCPT it may be due to our own settings,
// which can be corrected, so the mail is tried again.
func smtpError(step string, err error) error {
	var reply *textproto.Error
	if !errors.As(err, &reply) {
		return fmt.Errorf("delivery: %w", &MailError{Step: step, Err: err})
	}
	failed := &MailError{Step: step, Reply: reply.Code}
	if reply.Code >= 500 && (step == "RCPT" || step == "DATA") {
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
	header("From", m.from.String())
	header("To", to.String())
	header("Subject", mime.QEncoding.Encode("utf-8", subject))
	header("Date", m.cfg.Now().UTC().Format(time.RFC1123Z))
	if id != "" {
		_, domain, _ := strings.Cut(m.from.Address, "@")
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
