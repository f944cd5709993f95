package main

import (
	"flag"
	"strings"

	"nightlatch/server"
)

// relyingParty is what security keys know this server as when nothing else is
// said; a key enrolled in the console works on the web page (R35).
const relyingParty = "localhost"

// A naming is what people and security keys know the server by.
type naming struct {
	rpID    string   // relying-party ID (W3C WebAuthn Level 3, §4); "" means localhost
	origins []string // where people reach it beside the listener itself
}

// add puts --rp-id and --origin among the flags of a command.
func (n *naming) add(f *flag.FlagSet) {
	f.StringVar(&n.rpID, "rp-id", relyingParty, "host `name` that security keys are bound to; a key works under the name it was set up for only")
	f.Func("origin", "`origin` at which a proxy on this machine passes people on to the listener, with their Host; several may be given (default https:// and the name, unless that is localhost)",
		func(s string) error {
			n.origins = append(n.origins, s)
			return nil
		})
}

// settle fills in what was not said and refuses what makes no sense.
func (n *naming) settle() error {
	if n.rpID == "" {
		n.rpID = relyingParty
	}
	if n.rpID != relyingParty && len(n.origins) == 0 {
		n.origins = []string{"https://" + n.rpID}
	}
	if err := server.CheckOrigins(n.rpID, n.origins); err != nil {
		return usagef("%s", upperFirst(err.Error()))
	}
	return nil
}

// origin is what the console signs for, given the address that the listener has.
func (n naming) origin(address string) string {
	if n.rpID == relyingParty {
		return address
	}
	return n.origins[0]
}

func upperFirst(s string) string {
	return strings.ToUpper(s[:1]) + s[1:]
}
