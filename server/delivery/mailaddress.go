package delivery

import (
	"errors"
	"net/mail"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// A mailbox is an address in the form that is sent. An international domain is in ASCII form
// (RFC 5891), which every server understands.
type mailbox struct {
	addr mail.Address
	utf8 bool // the part before the @ is not ASCII, which needs SMTPUTF8 (RFC 6531)
}

func parseMailbox(text string) (mailbox, error) {
	parsed, err := mail.ParseAddress(text)
	if err != nil {
		return mailbox{}, err
	}
	at := strings.LastIndexByte(parsed.Address, '@')
	if at < 0 || strings.ContainsAny(parsed.Address, "\r\n<> ") {
		return mailbox{}, errors.New("not an address")
	}
	local, domain := parsed.Address[:at], parsed.Address[at+1:]
	if !strings.HasPrefix(domain, "[") { // an address literal stays as it is
		if domain, err = idna.Lookup.ToASCII(domain); err != nil {
			return mailbox{}, err
		}
	}
	parsed.Address = local + "@" + domain
	return mailbox{*parsed, strings.ContainsFunc(local, func(r rune) bool { return r > unicode.MaxASCII })}, nil
}
