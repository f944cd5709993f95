package main

import (
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/seed"
)

// The demo accounts share a password: they are no secret, and a trainer types it
// all day.
const demoPassword = "night-latch-demo"

// demoConfig is a throw-away lab with demo accounts.
func demoConfig() instanceConfig {
	seed := demoSeed()
	return instanceConfig{lab: true, policy: account.Classic(), seed: seed, demo: labAccounts(seed)}
}

// demoSeed is one account for each way to be protected. Everything in it is
// fixed, so that a rehearsal can be repeated and written down. The phone numbers
// are of the range kept for fiction (North American Numbering Plan, 555-01XX).
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

// labAccounts is what the lab shows of a seed: all that it takes to sign in.
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
