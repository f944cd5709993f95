package delivery

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	"nightlatch/server/netaddr"
	"nightlatch/server/rawtext"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// Keys of the settings. The values are sealed, since both hold a secret.
const (
	mailKey = "conf/mail"
	textKey = "conf/text"
)

// Settings say how messages are sent. The owner of the server makes them.
type Settings struct {
	Mail *MailSettings // nil: no mail server
	Text *TextSettings // nil: no text gateway
}

// MailSettings configure a mail server.
type MailSettings struct {
	Addr     string  `json:"addr"` // host:port
	TLS      TLSMode `json:"tls"`
	From     string  `json:"from"`
	Username string  `json:"username,omitempty"`
	Password string  `json:"password,omitempty"`
}

// TextSettings configure a text gateway.
type TextSettings struct {
	URL   string `json:"url"`
	Token string `json:"token,omitempty"`
}

// A SettingError reports a wrong setting, by its wire name, and what is expected.
type SettingError struct{ Field, Want string }

func (e *SettingError) Error() string { return "delivery: " + e.Field + ": " + e.Want }

// LoadSettings reads the settings.
func LoadSettings(tx store.Tx, sealer *seal.Sealer) (Settings, error) {
	var s Settings
	var m MailSettings
	var t TextSettings
	switch found, err := loadSetting(tx, sealer, mailKey, &m); {
	case err != nil:
		return s, err
	case found:
		s.Mail = &m
	}
	switch found, err := loadSetting(tx, sealer, textKey, &t); {
	case err != nil:
		return s, err
	case found:
		s.Text = &t
	}
	return s, nil
}

func loadSetting(tx store.Tx, sealer *seal.Sealer, key string, v any) (found bool, err error) {
	sealed, err := tx.Get(key)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("delivery: %s: %w", key, err)
	}
	plain, err := sealer.Open(key, sealed)
	if err != nil {
		return false, fmt.Errorf("delivery: %s: %w", key, err)
	}
	if json.Unmarshal(plain, v) != nil {
		return false, fmt.Errorf("delivery: %s cannot be decoded", key) // the decoder's error could quote it
	}
	return true, nil
}

// Save writes the settings and deletes those that are nil.
func (s Settings) Save(tx store.Tx, sealer *seal.Sealer) error {
	save := func(key string, set bool, v any) error {
		if !set {
			return tx.Delete(key)
		}
		plain, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("delivery: %s: %w", key, err)
		}
		return tx.Put(key, sealer.Seal(key, plain))
	}
	if err := save(mailKey, s.Mail != nil, s.Mail); err != nil {
		return err
	}
	return save(textKey, s.Text != nil, s.Text)
}

// Build returns the senders of the settings, nil where none is set up.
// Errors: SettingError.
func (s Settings) Build(now func() time.Time) (mailer Mailer, sms SMSSender, err error) {
	if s.Mail != nil {
		if mailer, err = s.Mail.mailer(now); err != nil {
			return nil, nil, err
		}
	}
	if s.Text != nil {
		if sms, err = s.Text.smsSender(); err != nil {
			return nil, nil, err
		}
	}
	return mailer, sms, nil
}

// Host returns the host part of Addr.
func (m MailSettings) Host() string {
	host, _, _ := net.SplitHostPort(m.Addr)
	return host
}

// Port returns the port of Addr, 0 if there is none.
func (m MailSettings) Port() int {
	_, port, _ := net.SplitHostPort(m.Addr)
	n, _ := strconv.Atoi(port)
	return n
}

// settingMax is the longest setting in bytes. It fits the line limit of RFC 5321.
const settingMax = 500

func (m MailSettings) mailer(now func() time.Time) (Mailer, error) {
	if host := m.Host(); host == "" || len(host) > 253 || strings.ContainsFunc(host, notInHost) {
		return nil, &SettingError{"host", "the name or address of a mail server, without a scheme or a slash"}
	}
	if port := m.Port(); port < 1 || port > 65535 {
		return nil, &SettingError{"port", "a number from 1 to 65535"}
	}
	switch {
	case m.TLS == NoTLS && !netaddr.Local(m.Host()):
		return nil, &SettingError{"tls", "starttls or tls; none only for a mail server on this machine"}
	case m.TLS != NoTLS && m.TLS != StartTLS && m.TLS != Implicit:
		return nil, &SettingError{"tls", "starttls, tls or none"}
	}
	if _, err := mail.ParseAddress(m.From); err != nil || len(m.From) > settingMax {
		return nil, &SettingError{"from", "the sender's address, like name@example.org"}
	}
	if unfit(m.Username) {
		return nil, &SettingError{"user", "at most 500 characters in one line"}
	}
	if unfit(m.Password) || m.Password != "" && m.Username == "" {
		return nil, &SettingError{"password", "at most 500 characters in one line, and only with a user name"}
	}
	mailer, err := NewSMTPMailer(SMTPConfig{
		Addr: m.Addr, TLS: m.TLS, From: m.From, Username: m.Username, Password: m.Password, Now: now,
	})
	if err != nil {
		return nil, err
	}
	return mailer, nil
}

func (t TextSettings) smsSender() (SMSSender, error) {
	u, err := url.Parse(t.URL)
	if err != nil || unfit(t.URL) || u.Host == "" || u.User != nil || u.Scheme != "https" && !(u.Scheme == "http" && netaddr.Local(u.Hostname())) {
		return nil, &SettingError{"url", "an https address without a password; http only on this machine"}
	}
	if t.Token == "" || unfit(t.Token) {
		return nil, &SettingError{"token", "the gateway's token, at most 500 characters in one line"}
	}
	gateway, err := NewGateway(GatewayConfig{URL: t.URL, Token: t.Token})
	if err != nil {
		return nil, err
	}
	return gateway, nil
}

// Parsed removes invisible characters from the settings, which pasted text may have. The
// password is unchanged.
func (m MailSettings) Parsed() MailSettings {
	if host, port, err := net.SplitHostPort(m.Addr); err == nil {
		m.Addr = net.JoinHostPort(rawtext.Parsed(host), rawtext.Parsed(port))
	}
	m.From, m.Username = rawtext.Parsed(m.From), rawtext.Parsed(m.Username)
	return m
}

// Parsed is MailSettings.Parsed for a gateway. The token is unchanged.
func (t TextSettings) Parsed() TextSettings {
	t.URL = rawtext.Parsed(t.URL)
	return t
}

// unfit reports whether s is too long or has a control character, so that it does
// not fit one line of a protocol.
func unfit(s string) bool {
	return len(s) > settingMax || strings.ContainsFunc(s, func(r rune) bool { return !rawtext.InSecret(r) })
}

// notInHost reports whether r can be part of neither a host name nor an IP address.
func notInHost(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(".-_:%", r))
}
