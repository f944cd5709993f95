package delivery

import (
	"errors"
	"net/smtp"
	"strings"
)

// A MechanismError reports a server that offers no supported login mechanism.
type MechanismError struct{ Offered []string }

func (e *MechanismError) Error() string {
	if len(e.Offered) == 0 {
		return "the server offers no login"
	}
	return "the server offers only " + strings.Join(e.Offered, ", ") + "; supported are PLAIN, LOGIN and CRAM-MD5"
}

// plainAuth is PLAIN (RFC 4616). That of net/smtp refuses loopback addresses other than
// 127.0.0.1. NewSMTPMailer makes sure that the connection has TLS or is on this computer.
type plainAuth struct{ username, password string }

// Start implements smtp.Auth.
func (a *plainAuth) Start(*smtp.ServerInfo) (string, []byte, error) {
	return "PLAIN", []byte("\x00" + a.username + "\x00" + a.password), nil
}

// Next implements smtp.Auth.
func (a *plainAuth) Next(_ []byte, more bool) ([]byte, error) {
	if more {
		return nil, errors.New("smtp: an unexpected question after PLAIN")
	}
	return nil, nil
}

// loginAuth is LOGIN (draft-murchison-sasl-login), the only mechanism of some servers. The
// server asks for the user name and then for the password. The texts of the questions differ.
type loginAuth struct {
	answers []string
	next    int
}

// Start implements smtp.Auth.
func (a *loginAuth) Start(*smtp.ServerInfo) (string, []byte, error) {
	a.next = 0
	return "LOGIN", nil, nil
}

// Next implements smtp.Auth.
func (a *loginAuth) Next(_ []byte, more bool) ([]byte, error) {
	if !more {
		return nil, nil
	}
	if a.next == len(a.answers) {
		return nil, errors.New("smtp: a third question after LOGIN")
	}
	a.next++
	return []byte(a.answers[a.next-1]), nil
}
