package delivery

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/smtp"
	"net/textproto"
	"strconv"
	"strings"
)

// The steps of an exchange, as MailError names them.
const (
	stepConnect   = "connect"
	stepTLS       = "TLS"
	stepGreeting  = "greeting"
	stepHello     = "EHLO"
	stepStartTLS  = "STARTTLS"
	stepAuth      = "AUTH"
	stepSender    = "MAIL"
	stepRecipient = "RCPT"
	stepData      = "DATA"
)

// An exchange sends one mail over a new connection (RFC 5321 §3). It uses only extensions that
// the server offers in its answer to EHLO.
type exchange struct {
	mailer *SMTPMailer
	step   string // the present one
	client *smtp.Client
}

func (x *exchange) run(ctx context.Context, to mailbox, text []byte) error {
	conn, err := x.dial(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	// net/smtp takes no context: close the connection when ctx ends.
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	x.step = stepGreeting
	if x.client, err = smtp.NewClient(conn, x.mailer.host); err != nil {
		return err
	}
	defer x.client.Close()
	x.step = stepHello
	if err := x.client.Hello(helloName(conn)); err != nil { // or Extension would hide the error
		return err
	}
	for _, next := range []func() error{
		x.startTLS, x.logIn,
		func() error { return x.sender(to, len(text)) },
		func() error { return x.recipient(to) },
		func() error { return x.data(text) },
	} {
		if err := next(); err != nil {
			return x.cause(err)
		}
	}
	_ = x.client.Quit() // the server has accepted the mail
	return nil
}

// helloName returns the name for EHLO: the address of this end, since a
// computer often has no name that the server accepts (RFC 5321 §4.1.3, §4.1.4).
func helloName(conn net.Conn) string {
	addr, err := netip.ParseAddrPort(conn.LocalAddr().String())
	switch ip := addr.Addr().Unmap().WithZone(""); {
	case err != nil:
		return "localhost"
	case ip.Is4():
		return "[" + ip.String() + "]"
	default:
		return "[IPv6:" + ip.String() + "]"
	}
}

// cause adds the cause to a refusal that is not about what the step sent: the
// connection has no TLS, or nobody has logged in. A server that forwards mail
// only after a login often refuses the recipient instead (RFC 3463 §3.8).
func (x *exchange) cause(err error) error {
	var reply *textproto.Error
	if !errors.As(err, &reply) {
		return err
	}
	relay := x.step == stepRecipient && (strings.HasPrefix(reply.Msg, "5.7.1 ") || strings.HasPrefix(reply.Msg, "5.7.0 "))
	offersTLS, _ := x.client.Extension("STARTTLS")
	switch {
	case reply.Code == replyWantsLogin && x.mailer.cfg.TLS == NoTLS && offersTLS:
		return fmt.Errorf("%w: %w", errWantsTLS, err)
	case reply.Code == replyWantsLogin, relay && reply.Code >= 500 && x.mailer.cfg.Username == "":
		return fmt.Errorf("%w: %w", errWantsLogin, err)
	}
	return err
}

// dial connects. With implicit TLS the handshake is a separate step: a server that answers
// without TLS is not unreachable.
func (x *exchange) dial(ctx context.Context) (net.Conn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", x.mailer.cfg.Addr)
	if err != nil || x.mailer.cfg.TLS != Implicit {
		return conn, err
	}
	x.step = stepTLS
	secure := tls.Client(conn, x.mailer.tls())
	if err := secure.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	return secure, nil
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

func (x *exchange) startTLS() error {
	if x.mailer.cfg.TLS != StartTLS {
		return nil
	}
	x.step = stepStartTLS
	if ok, _ := x.client.Extension("STARTTLS"); !ok {
		return errNoStartTLS
	}
	err := x.client.StartTLS(x.mailer.tls()) // then makes the handshake and sends EHLO
	if state, begun := x.client.TLSConnectionState(); err != nil && begun {
		x.step = stepTLS
		if state.HandshakeComplete {
			x.step = stepHello
		}
	}
	return err
}

// logIn uses the first supported mechanism that the server offers. It never sends a password
// with a mechanism that the server did not offer.
func (x *exchange) logIn() error {
	user, password := x.mailer.cfg.Username, x.mailer.cfg.Password
	if user == "" {
		return nil
	}
	x.step = stepAuth
	offered := x.mechanisms()
	for _, known := range []struct {
		name string
		auth smtp.Auth
	}{
		{"PLAIN", &plainAuth{user, password}},
		{"LOGIN", &loginAuth{answers: []string{user, password}}},
		{"CRAM-MD5", smtp.CRAMMD5Auth(user, password)},
	} {
		for _, name := range offered {
			if strings.EqualFold(name, known.name) {
				return x.client.Auth(known.auth)
			}
		}
	}
	return &MechanismError{Offered: offered}
}

// mechanisms lists the AUTH mechanisms that the server offers. Some old servers write
// "AUTH=LOGIN".
func (x *exchange) mechanisms() []string {
	_, list := x.client.Extension("AUTH")
	offered := strings.Fields(strings.TrimPrefix(list, "="))
	for _, name := range []string{"PLAIN", "LOGIN", "CRAM-MD5"} {
		if ok, more := x.client.Extension("AUTH=" + name); ok {
			offered = append(append(offered, name), strings.Fields(more)...)
		}
	}
	return offered
}

// sender sends MAIL. It requests SMTPUTF8 (RFC 6531) only if an address needs it, because such
// a mail cannot pass servers without SMTPUTF8.
func (x *exchange) sender(to mailbox, size int) error {
	x.step = stepSender
	params := ""
	if from := x.mailer.from; from.utf8 || to.utf8 {
		if ok, _ := x.client.Extension("SMTPUTF8"); !ok {
			if !from.utf8 {
				x.step = stepRecipient
			}
			return errNoUTF8
		}
		params += " SMTPUTF8"
		if ok, _ := x.client.Extension("8BITMIME"); ok {
			params += " BODY=8BITMIME" // the header is UTF-8 then
		}
	}
	if ok, most := x.client.Extension("SIZE"); ok { // RFC 1870
		if n, err := strconv.Atoi(most); err == nil && n > 0 && size > n {
			x.step = stepData
			return &PermanentError{Reason: fmt.Sprintf("smtp: the server takes mails of up to %d bytes", n)}
		}
		params += " SIZE=" + strconv.Itoa(size)
	}
	return x.command(250, "MAIL FROM:<%s>%s", x.mailer.from.addr.Address, params)
}

func (x *exchange) recipient(to mailbox) error {
	x.step = stepRecipient
	return x.command(25, "RCPT TO:<%s>", to.addr.Address)
}

func (x *exchange) data(text []byte) error {
	x.step = stepData
	w, err := x.client.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	return w.Close()
}

// command sends a line and expects a reply that begins with the code.
func (x *exchange) command(code int, format string, args ...any) error {
	line := fmt.Sprintf(format, args...)
	if strings.ContainsAny(line, "\r\n") {
		return errors.New("smtp: a line break in a command")
	}
	id, err := x.client.Text.Cmd("%s", line)
	if err != nil {
		return err
	}
	x.client.Text.StartResponse(id)
	defer x.client.Text.EndResponse(id)
	_, _, err = x.client.Text.ReadResponse(code)
	return err
}
