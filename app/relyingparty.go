package main

import (
	"flag"
	"strings"

	"nightlatch/server/httpapi"
)

// defaultRPID is the default relying-party ID. Console and web page share it, so a key
// enrolled in one works in the other (R35).
const defaultRPID = "localhost"

// A relyingParty has the server's names: the one that security keys are bound to, and
// the addresses for users.
type relyingParty struct {
	rpID    string   // relying-party ID (W3C WebAuthn Level 3, §4); "" means localhost
	origins []string // where users reach it, besides the listener itself
}

// add adds --rp-id and --origin to the flags of a command.
func (rp *relyingParty) add(f *flag.FlagSet) {
	f.StringVar(&rp.rpID, "rp-id", defaultRPID, "host `name` for security keys; a key works only with the name it was enrolled with")
	f.Func("origin", "`origin` of a proxy on this computer that forwards requests to the listener and keeps their Host; can be repeated (default https:// and the name, unless it is localhost)",
		func(s string) error {
			rp.origins = append(rp.origins, s)
			return nil
		})
}

// normalize sets the defaults, and refuses invalid names and origins.
func (rp *relyingParty) normalize() error {
	if rp.rpID == "" {
		rp.rpID = defaultRPID
	}
	if rp.rpID != defaultRPID && len(rp.origins) == 0 {
		rp.origins = []string{"https://" + rp.rpID}
	}
	if err := httpapi.CheckOrigins(rp.rpID, rp.origins); err != nil {
		return usagef("%s", upperFirst(err.Error()))
	}
	return nil
}

// origin returns the origin for the console's security keys. address is the listener's URL.
func (rp relyingParty) origin(address string) string {
	if rp.rpID == defaultRPID {
		return address
	}
	return rp.origins[0]
}

func upperFirst(s string) string {
	return strings.ToUpper(s[:1]) + s[1:]
}
