package main

import (
	"flag"
	"strings"

	"nightlatch/server"
)

// defaultRPID is what security keys know this server as when nothing else is
// said; a key enrolled in the console works on the web page (R35).
const defaultRPID = "localhost"

// A relyingParty is what people and security keys know the server by.
type relyingParty struct {
	rpID    string   // relying-party ID (W3C WebAuthn Level 3, §4); "" means localhost
	origins []string // where people reach it beside the listener itself
}

// add puts --rp-id and --origin among the flags of a command.
func (rp *relyingParty) add(f *flag.FlagSet) {
	f.StringVar(&rp.rpID, "rp-id", defaultRPID, "host `name` that security keys are bound to; a key works under the name it was set up for only")
	f.Func("origin", "`origin` at which a proxy on this machine passes people on to the listener, with their Host; several may be given (default https:// and the name, unless that is localhost)",
		func(s string) error {
			rp.origins = append(rp.origins, s)
			return nil
		})
}

// settle fills in what was not said and refuses what makes no sense.
func (rp *relyingParty) settle() error {
	if rp.rpID == "" {
		rp.rpID = defaultRPID
	}
	if rp.rpID != defaultRPID && len(rp.origins) == 0 {
		rp.origins = []string{"https://" + rp.rpID}
	}
	if err := server.CheckOrigins(rp.rpID, rp.origins); err != nil {
		return usagef("%s", upperFirst(err.Error()))
	}
	return nil
}

// origin is what the console signs for, given the address that the listener has.
func (rp relyingParty) origin(address string) string {
	if rp.rpID == defaultRPID {
		return address
	}
	return rp.origins[0]
}

func upperFirst(s string) string {
	return strings.ToUpper(s[:1]) + s[1:]
}
