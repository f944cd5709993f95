package main

import (
	"errors"
	"flag"

	"nightlatch/server/account"
)

// policyVar adds the flag --policy, with the policy classic as default.
func policyVar(f *flag.FlagSet, p *account.Policy) {
	*p = account.Classic()
	f.Func("policy", "policy `name`: classic (the default) or hardened", func(name string) error {
		policy, err := account.ByName(name)
		if err != nil {
			return errors.New("use classic or hardened")
		}
		*p = policy
		return nil
	})
	choices(f, "policy", account.Classic().Name, account.Hardened().Name)
}
