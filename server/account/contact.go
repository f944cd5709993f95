package account

import (
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"unicode"

	"golang.org/x/net/idna"

	"nightlatch/server/e164"
	"nightlatch/server/rawtext"
)

// Errors of reading contacts.
var (
	ErrEmail = errors.New("account: malformed email address")
	ErrPhone = errors.New("account: malformed phone number")

	// Reasons of ErrEmail and ErrPhone that have their own advice. ErrPhone also wraps the errors
	// of package e164.
	ErrEmailNotASCII = fmt.Errorf("%w: letters before the @ are not ASCII", ErrEmail)
	ErrEmailNoAt     = fmt.Errorf("%w: no @", ErrEmail)
	ErrEmailDomain   = fmt.Errorf("%w: not a domain after the @", ErrEmail)
)

const (
	emailMax      = 254 // RFC 5321 §4.5.3.1.3, less the angle brackets (RFC 3696 erratum 1690)
	emailLocalMax = 64  // RFC 5321 §4.5.3.1.1
	phoneInputMax = 64  // bytes; E.164 has 15 digits
)

// NormalizeEmail reads a typed address: a dot-string of RFC 5321, an at sign and a domain.
// Quoted local parts, comments, display names and address literals are refused. The
// domain is converted to lower-case A-labels (RFC 5891). The local part keeps its case,
// since only the receiving host interprets it. Error: ErrEmail.
func NormalizeEmail(s string) (string, error) {
	if len(s) > 4*emailMax {
		return "", ErrEmail
	}
	s = rawtext.Parsed(s)
	at := strings.LastIndexByte(s, '@')
	if at < 1 {
		return "", ErrEmailNoAt
	}
	local, domain := s[:at], s[at+1:]
	switch {
	case strings.ContainsFunc(local, func(r rune) bool { return r > 0x7f }):
		return "", ErrEmailNotASCII
	case !dotAtom(local):
		return "", ErrEmail
	}
	domain, err := idna.Lookup.ToASCII(domain)
	if err != nil || !hostname(domain) {
		return "", ErrEmailDomain
	}
	s = local + "@" + domain
	if len(s) > emailMax {
		return "", ErrEmail
	}
	if a, err := mail.ParseAddress(s); err != nil || a.Address != s || a.Name != "" {
		return "", ErrEmail
	}
	return s, nil
}

// dotAtom reports whether s is a Dot-string (RFC 5321 §4.1.2): ASCII atoms joined by
// single dots.
func dotAtom(s string) bool {
	if len(s) > emailLocalMax {
		return false
	}
	for atom := range strings.SplitSeq(s, ".") {
		if atom == "" {
			return false
		}
		for i := range len(atom) {
			c := atom[i]
			letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
			if !letter && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", rune(c)) {
				return false
			}
		}
	}
	return true
}

// hostname reports whether s is a domain that mail can be sent to: at least two
// labels of letters, digits and inner hyphens (RFC 5321 §4.1.2), the last one not all
// digits; or localhost, for a mailbox on the same machine.
func hostname(s string) bool {
	if s == "localhost" {
		return true
	}
	labels := strings.Split(s, ".")
	if len(s) > 253 || len(labels) < 2 {
		return false
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
			return false
		}
		for i := range len(l) {
			if c := l[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
				return false
			}
		}
	}
	return strings.Trim(labels[len(labels)-1], "0123456789") != ""
}

// NormalizePhone reads a typed phone number and returns it in E.164. A number without a
// country code is read as one of region (ISO 3166, "US"); with region "" it must begin
// with +. A number of a possible length is accepted even if it is not assigned:
// assigned ranges change, they exclude fictional numbers (+1 202 555 01xx), and the
// texted code proves the number anyway (R11). Error: ErrPhone.
func NormalizePhone(s, region string) (string, error) {
	if len(s) > phoneInputMax*4 { // with room for marks around each digit
		return "", ErrPhone
	}
	if s = rawtext.Parsed(s); len(s) > phoneInputMax || strings.ContainsFunc(s, unicode.IsControl) {
		return "", ErrPhone
	}
	n, err := e164.Parse(s, strings.ToUpper(region))
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrPhone, err)
	}
	return n.String(), nil
}

// MaskEmail hides most of an address. Its owner recognises it, others can't use it:
// m•••@example.org.
func MaskEmail(s string) string {
	at := strings.LastIndexByte(s, '@')
	if at < 1 {
		return ""
	}
	return s[:1] + "•••" + s[at:]
}

// MaskPhone shows the last four digits of an E.164 number: •••• 0143. It returns "" if the
// number is too short to hide the rest.
func MaskPhone(e164 string) string {
	if len(e164) < 8 {
		return ""
	}
	return "•••• " + e164[len(e164)-4:]
}
