package delivery

import "strings"

// segment is the number of septets in one text message (3GPP TS 23.040 §9.2.3.16).
const segment = 160

// The GSM 7-bit default alphabet and its extension, whose characters take two
// septets (3GPP TS 23.038 §6.2.1).
const (
	gsmBasic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmExtended = "\f^{}\\[~]|€"
)

// Septets returns the length of a text in the GSM 7-bit alphabet. It is -1 if a
// character is not in that alphabet: in UCS-2, only 70 characters fit a segment.
func Septets(text string) int {
	n := 0
	for _, r := range text {
		switch {
		case strings.ContainsRune(gsmBasic, r):
			n++
		case strings.ContainsRune(gsmExtended, r):
			n += 2
		default:
			return -1
		}
	}
	return n
}
