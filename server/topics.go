package server

import (
	"nightlatch/server/account"
	"nightlatch/server/audit"
	"nightlatch/server/backupcode"
	"nightlatch/server/ceremony"
	"nightlatch/server/ceremony/proof"
	"nightlatch/server/changes"
	"nightlatch/server/delivery"
	"nightlatch/server/device"
	"nightlatch/server/loginrequest"
	"nightlatch/server/phoneapp"
	"nightlatch/server/session"
	"nightlatch/server/temppassword"
)

// rules maps the keys of the packages' records to the topics of the event stream.
func rules() changes.Rules {
	return changes.Rules{
		Outbox:   delivery.Prefix,
		Ceremony: ceremony.Prefix,
		Activity: audit.Prefix,
		Accounts: account.Prefix,
		Below: []changes.Rule{
			{Prefix: account.SecurityKeyPrefix, Topics: changes.Account | changes.Keys},
			{Prefix: backupcode.Kind + "/", Topics: changes.Account | changes.BackupCodes},
			{Prefix: temppassword.Kind + "/", Topics: changes.TemporaryPasswords},
			// The account's view has the time until which the session is recently
			// authenticated (R3).
			{Prefix: phoneapp.Kind + "/", Topics: changes.Account | changes.PhoneApps},
			{Prefix: loginrequest.Kind + "/", Topics: changes.LoginRequests},
			{Prefix: session.Kind + "/", Topics: changes.Account | changes.Sessions},
			{Prefix: session.GenerationKind, Topics: changes.Account | changes.Sessions},
			{Prefix: device.Devices.Kind, Topics: changes.Sessions},
			{Prefix: device.Programs.Kind, Topics: changes.Sessions},
			{Prefix: proof.CodesKind + "/", Topics: changes.Ceremony},
			{Prefix: ceremony.OpenKind + "/", Topics: changes.Ceremony},
			{Prefix: delivery.MailKind + "/", Topics: changes.Messages},
		},
	}
}
