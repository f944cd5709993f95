package main

import (
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/seed"
)

// The demo accounts share a password, because trainers type it often and it protects
// nothing.
const demoPassword = "night-latch-demo"

// demoConfig describes a temporary lab with demo accounts, by the classic policy.
func demoConfig() instanceConfig {
	seed := demoSeed()
	return instanceConfig{lab: true, policy: account.Classic(), seed: seed, demo: labAccounts(seed)}
}

// demoSeed has an account for each combination of methods. Everything in it is fixed, so
// that exercises can be repeated and documented. The phone numbers are reserved for
// fiction (North American Numbering Plan, 555-01XX).
func demoSeed() *seed.Seed {
	return &seed.Seed{Accounts: []seed.Account{
		{
			Username: "ada", Password: demoPassword, Email: "ada@example.org",
			Story: "nothing-on",
		},
		{
			Username: "ben", Password: demoPassword, Email: "ben@example.org",
			Phone: "+12025550143", Text: true,
			Story: "text-only",
		},
		{
			Username: "chloe", Password: demoPassword, Email: "chloe@example.org",
			App:         "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
			BackupCodes: seed.Codes{"7kmq-2xwd-9hfz-3r8n", "4tgc-8vqp-5jxw-6m2d", "9bzk-3hsn-7rfe-2c4y"},
			Story:       "app-and-codes",
		},
		{
			Username: "dev", Password: demoPassword, Email: "dev@example.org",
			Phone: "+12025550186", Text: true,
			App:         "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU",
			BackupCodes: seed.Codes{"2wqd-6kzn-8mhx-4p7t"},
			Story:       "last-code",
		},
	}}
}

// labAccounts returns what the lab shows of a seed: everything needed to sign in.
func labAccounts(from *seed.Seed) []api.LabAccount {
	var accounts []api.LabAccount
	for _, a := range from.Accounts {
		accounts = append(accounts, api.LabAccount{
			Username: a.Username, Password: a.Password, Story: a.Story,
			AppSecret: a.App, BackupCodes: a.BackupCodes,
		})
	}
	return accounts
}
