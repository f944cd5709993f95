package api

// The topics of an account's events (GET /api/v1/events).
const (
	TopicAccount            = "account"
	TopicKeys               = "keys"
	TopicBackupCodes        = "backup-codes"
	TopicTemporaryPasswords = "temporary-passwords"
	TopicSessions           = "sessions"
	TopicActivity           = "activity"
	TopicCeremony           = "ceremony"
	TopicMessages           = "messages"
	TopicPhoneApps          = "phone-apps"
	TopicLoginRequests      = "login-requests"
)

// The topics of the lab's events (GET /lab/v1/events).
const (
	TopicLabClock   = "clock"
	TopicLabPhones  = "phones"
	TopicLabDevices = "devices"
	TopicLabTexts   = "texts"
	TopicLabMail    = "mail"
	TopicLabKeys    = "keys"
	TopicLabReset   = "reset"
)

// Topics returns every topic of an account's events.
func Topics() []string {
	return []string{
		TopicAccount,
		TopicKeys,
		TopicBackupCodes,
		TopicTemporaryPasswords,
		TopicSessions,
		TopicActivity,
		TopicCeremony,
		TopicMessages,
		TopicPhoneApps,
		TopicLoginRequests,
	}
}

// LabTopics returns every topic of the lab's events except TopicLabReset, which means
// that all of them changed.
func LabTopics() []string {
	return []string{
		TopicLabClock,
		TopicLabPhones,
		TopicLabDevices,
		TopicLabTexts,
		TopicLabMail,
		TopicLabKeys,
	}
}
