package httpapi_test

import (
	"reflect"

	"nightlatch/server/api"
	. "nightlatch/server/openapi"
)

// operations describe the calls of the server. Endpoints adds the bodies and
// statuses of the calls in routes. The other calls have theirs here.
func operations() []Operation {
	return []Operation{
		{
			Call: "GET /api/v1/about", ID: "about", Tag: "Server",
			Summary: "Returns the version, policy, limits and abilities of the server.",
		},
		{
			Call: "GET /api/v1/openapi.json", ID: "openapi", Tag: "Server",
			Summary: "Returns this document.",
		},
		{
			Call: "POST /api/v1/ceremonies", ID: "beginCeremony", Tag: "Ceremonies", Needs: ByKind,
			Summary:  "Begins a ceremony and returns its first view.",
			Effects:  "It cancels an open ceremony of the same kind and session. Beginning a sign-in sends nothing; beginning a change can text or mail a code, if no other step comes first.",
			Problems: []string{api.Conflict, api.KeysFull, api.CannotSend, api.TooManyTries},
		},
		{
			Call: "GET /api/v1/ceremonies/{id}", ID: "getCeremony", Tag: "Ceremonies", Needs: ByKind,
			Summary: "Returns the current view of a ceremony.",
		},
		{
			Call: "POST /api/v1/ceremonies/{id}", ID: "answerCeremony", Tag: "Ceremonies", Needs: ByKind,
			Summary: "Answers the current step and returns the next view.",
			Effects: "A refused input returns 200 with a refusal. An answer to an outdated revision changes nothing. What each step changes is in docs/ceremonies.md.",
		},
		{
			Call: "DELETE /api/v1/ceremonies/{id}", ID: "cancelCeremony", Tag: "Ceremonies", Needs: ByKind,
			Summary: "Cancels a ceremony.",
			Effects: "What the ceremony has turned on stays on.",
		},

		{
			Call: "GET /api/v1/ceremonies/{id}/events", ID: "followCeremony", Tag: "Ceremonies", Needs: ByKind, Stream: true, Out: reflect.TypeFor[api.Event](), Status: 200,
			Summary: "Streams that a ceremony moved because of somebody else (server-sent events), until it ends. The first event comes at once; then read the ceremony again after each event.",
		},

		{
			Call: "GET /api/v1/account", ID: "getAccount", Tag: "Account",
			Summary: "Returns the account of the session.",
		},
		{
			Call: "PATCH /api/v1/account", ID: "changeAccount", Tag: "Account",
			Summary:  "Changes the fields that are given.",
			Effects:  "Records `findable-on` or `findable-off`.",
			Problems: []string{api.Conflict},
		},
		{
			Call: "DELETE /api/v1/phone", ID: "deletePhone", Tag: "Account",
			Summary:  "Deletes the phone number.",
			Effects:  "Turns text messages off, and two-factor authentication if nothing else is on: backup codes and temporary passwords are void then. Records `phone-deleted` and what follows from it, mails one notice and texts one to the deleted number.",
			Problems: []string{api.NotFound, api.Conflict},
		},
		{
			Call: "GET /api/v1/recovery", ID: "getRecovery", Tag: "Account",
			Summary: "Answers whether the owner could sign in without the phone.",
		},
		{
			Call: "GET /api/v1/activity", ID: "listActivity", Tag: "Account",
			Summary: "Lists the activity of the account, or finds events in it.",
			Order:   "Newest first. If there can be older ones, the header `Link` has the address of the next page as `rel=\"next\"` (RFC 8288). A search looks at 10,000 events for one answer, which can therefore be short or empty although more is found on the next page.",
			Query: []Parameter{
				{Name: "before", Type: "string", Doc: "the cursor of an event: only older ones are returned"},
				{Name: "limit", Type: "integer", Doc: "1 to 200, by default 50"},
				{Name: "q", Type: "string", Doc: "words that must all be in an event, at most 100 characters: in its text as the window shows it (in the language of Accept-Language), `type`, `rule`, `client`, `place`, the values of `details` and the date (UTC, 2006-01-02). Case and accents make no difference"},
				{Name: "show", Type: "string", Doc: "`sign-ins`, `changes` or `refusals`: only these"},
			},
			Headers:  []Parameter{{Name: "Accept-Language", Type: "string", Doc: "the language of the words in q; English by default"}},
			Problems: []string{api.Malformed},
		},
		{
			Call: "GET /api/v1/messages", ID: "listMessages", Tag: "Account",
			Summary: "Lists the mail that was kept because no mail server is set up.", Order: "Newest first.",
		},
		{
			Call: "GET /api/v1/events", ID: "followEvents", Tag: "Account", Needs: Session, Stream: true, Out: reflect.TypeFor[api.Event](), Status: 200,
			Summary: "Streams the topics that changed (server-sent events), until the session ends.",
		},
		{
			Call: "POST /api/v1/sign-out", ID: "signOut", Tag: "Sessions",
			Summary: "Ends the session of the request.",
			Effects: "Cancels its open ceremonies, deletes the cookie and records `signed-out`.",
		},
		{
			Call: "GET /api/v1/sessions", ID: "listSessions", Tag: "Sessions",
			Summary: "Lists the live sessions.", Order: "Oldest first.",
		},
		{
			Call: "DELETE /api/v1/sessions", ID: "endOtherSessions", Tag: "Sessions",
			Summary:  "Ends every session but that of the request.",
			Effects:  "Records `sessions-ended` and mails a notice, if there were any.",
			Query:    []Parameter{{Name: "others", Type: "boolean", Doc: "must be true"}},
			Problems: []string{api.Malformed},
		},
		{
			Call: "DELETE /api/v1/sessions/{id}", ID: "endSession", Tag: "Sessions",
			Summary: "Ends one session.",
			Effects: "Records `session-ended`.",
		},

		{
			Call: "GET /api/v1/keys", ID: "listKeys", Tag: "Security keys",
			Summary: "Lists the security keys.", Order: "In the order in which they were added.",
		},
		{
			Call: "PATCH /api/v1/keys/{id}", ID: "renameKey", Tag: "Security keys",
			Summary: "Gives a security key another label.",
			Effects: "Records `key-renamed`.",
		},
		{
			Call: "DELETE /api/v1/keys/{id}", ID: "deleteKey", Tag: "Security keys",
			Summary:  "Deletes a security key.",
			Effects:  "Turns security keys off if it was the last one, and two-factor authentication if nothing else is on. Records `key-deleted` and what follows from it, and mails one notice.",
			Problems: []string{api.Conflict},
		},

		{
			Call: "GET /api/v1/phone-apps", ID: "listPhoneApps", Tag: "Phone",
			Summary: "Lists the phones that are registered as the account's app.", Order: "Oldest first.",
		},
		{
			Call: "POST /api/v1/phone-apps", ID: "addPhoneApp", Tag: "Phone",
			Summary:  "Registers the session of the request as the account's phone app. Its session does not age from then on.",
			Effects:  "The first time it records `phone-app-added` and mails a notice; the next sign-in is asked on the phone, where that is on. Later it changes the name and the push address. It needs a sign-in or the password of the last ten minutes.",
			Problems: []string{api.PhoneAppsFull, api.ReauthenticationRequired},
		},
		{
			Call: "DELETE /api/v1/phone-apps/{id}", ID: "removePhoneApp", Tag: "Phone",
			Summary:  "Ends a registration, its app key and its session. For the session's own phone it is signing out; for another one it needs the password of the last ten minutes.",
			Effects:  "Records `phone-app-removed` and mails a notice. Signing out on the phone that turned the first method on turns that method off (`classic`), or is refused (`hardened`).",
			Problems: []string{api.NotFound, api.Conflict, api.ReauthenticationRequired},
		},
		{
			Call: "POST /api/v1/phone-apps/{id}/key", ID: "newAppKey", Tag: "Phone",
			Summary:  "Makes a new app key for the session's own phone. It replaces the old one.",
			Effects:  "Records `app-key-made`.",
			Problems: []string{api.NotFound, api.PhoneAppRequired, api.TwoFactorRequired},
		},
		{
			Call: "GET /api/v1/login-requests", ID: "listLoginRequests", Tag: "Phone",
			Summary: "Lists the login requests of the last 30 days.", Order: "Open ones first, then the newest first.",
		},
		{
			Call: "POST /api/v1/login-requests/{id}", ID: "decideLoginRequest", Tag: "Phone",
			Summary:  "Approves or denies a login request. Approving needs a phone app's session.",
			Effects:  "The sign-in that waits goes on, or is refused. Records `login-request-approved`, `login-request-denied` or `login-request-reported`, which also mails a notice and stops pushes for an hour.",
			Problems: []string{api.NotFound, api.PhoneAppRequired, api.Conflict, api.ApprovalExpired},
		},

		{
			Call: "GET /api/v1/backup-codes", ID: "listBackupCodes", Tag: "Backup codes",
			Summary: "Lists the backup codes, without the codes.", Order: "By number.",
		},
		{
			Call: "POST /api/v1/backup-codes", ID: "makeBackupCode", Tag: "Backup codes", Bare: true,
			Summary:  "Generates a backup code, or with `count` a list of them. This answer is the only one that has them.",
			Effects:  "Generates all or none. Records one `backup-code-issued` and mails one notice.",
			Problems: []string{api.Malformed, api.BackupCodesFull, api.TwoFactorRequired},
		},
		{
			Call: "POST /api/v1/backup-codes/replace", ID: "replaceBackupCodes", Tag: "Backup codes", Bare: true,
			Summary:  "Voids all backup codes and generates one, or with `count` a list of them.",
			Effects:  "Records `backup-codes-replaced` and mails one notice.",
			Problems: []string{api.Malformed, api.TwoFactorRequired},
		},
		{
			Call: "POST /api/v1/backup-codes/check", ID: "checkBackupCode", Tag: "Backup codes",
			Summary: "Returns the number and state of a backup code, which is not used up.",
			Effects: "Records with an active code that its owner has a copy: `kept` is `checked`.",
		},
		{
			Call: "POST /api/v1/backup-codes/{number}/kept", ID: "keepBackupCode", Tag: "Backup codes",
			Summary:  "Records that an active code was printed or saved to a file. Only such codes, and those that were checked, count in `GET /api/v1/recovery`.",
			Problems: []string{api.Malformed, api.NotFound, api.Conflict},
		},

		{
			Call: "GET /api/v1/temporary-passwords", ID: "listTemporaryPasswords", Tag: "Temporary passwords",
			Summary: "Lists the live temporary passwords and those that ended lately.", Order: "Newest first.",
		},
		{
			Call: "POST /api/v1/temporary-passwords", ID: "makeTemporaryPassword", Tag: "Temporary passwords",
			Summary:  "Makes a temporary password. This answer is the only one that has it.",
			Effects:  "Records `temporary-password-made` and mails a notice. Programs that were locked out after wrong passwords can try again.",
			Problems: []string{api.TemporaryPasswordsFull, api.TwoFactorRequired},
		},
		{
			Call: "DELETE /api/v1/temporary-passwords", ID: "revokeTemporaryPasswords", Tag: "Temporary passwords",
			Summary: "Revokes every live temporary password.",
			Effects: "Records `temporary-passwords-revoked`, if there were any.",
		},
		{
			Call: "DELETE /api/v1/temporary-passwords/{id}", ID: "revokeTemporaryPassword", Tag: "Temporary passwords",
			Summary: "Revokes one temporary password.",
			Effects: "Records `temporary-password-revoked`, if it was live.",
		},

		{
			Call: "GET /api/v1/delivery", ID: "getDelivery", Tag: "Server", Needs: Owner,
			Summary: "Returns how mail and texts are sent.",
		},
		{
			Call: "PUT /api/v1/delivery", ID: "changeDelivery", Tag: "Server", Needs: OwnerProof,
			Summary:  "Changes how mail and texts are sent. A field that is missing changes nothing.",
			Effects:  "Records `delivery-changed` and mails a notice. Messages that wait are sent the new way.",
			Problems: []string{api.Conflict},
		},
		{
			Call: "POST /api/v1/delivery/test", ID: "testDelivery", Tag: "Server", Needs: OwnerProof,
			Summary:  "Sends a test mail to the owner's own address, and waits for the mail server.",
			Problems: []string{api.CannotSend, api.Conflict},
		},

		{
			Call: "GET /api/v1/backups", ID: "getBackups", Tag: "Server", Needs: Owner,
			Summary:  "Returns the settings of the daily backups, and what became of the last ones.",
			Problems: []string{api.Conflict},
		},
		{
			Call: "PUT /api/v1/backups", ID: "changeBackups", Tag: "Server", Needs: OwnerProof,
			Summary:  "Changes the daily backups. A field that is missing changes nothing. A new recovery key is only in this answer; the server keeps its public half.",
			Effects:  "Records `backups-changed` and mails a notice. The next backup is made within a minute.",
			Problems: []string{api.Conflict},
		},
		{
			Call: "POST /api/v1/backups", ID: "backUp", Tag: "Server", Needs: Owner,
			Summary:  "Makes a backup now and returns what became of it: `last`, `failed`, or `running` if it takes longer than 20 seconds.",
			Effects:  "Deletes the oldest backups if there are more than seven. Records `backup-failed` and mails a notice if it fails and the last one did not.",
			Problems: []string{api.Conflict},
		},
		{
			Call: "GET /api/v1/server", ID: "getServer", Tag: "Server", Needs: Owner,
			Summary: "Returns who may sign up (R7).",
		},
		{
			Call: "PATCH /api/v1/server", ID: "changeServer", Tag: "Server", Needs: OwnerProof,
			Summary:  "Changes who may sign up (R7). It holds for sign-ups that have begun, too.",
			Effects:  "Records `sign-up-changed` and mails a notice.",
			Problems: []string{api.Conflict},
		},
		{
			Call: "PUT /api/v1/owner", ID: "handOn", Tag: "Server", Needs: OwnerProof,
			Summary:  "Hands the owner's role to another account (R7).",
			Effects:  "Records `owner-made` for the new owner and `owner-handed-on` for the old one, and mails a notice to both.",
			Problems: []string{api.NotFound},
		},
		{
			Call: "GET /api/v1/invitations", ID: "listInvitations", Tag: "Server", Needs: Owner,
			Summary: "Returns the open invitations, oldest first. The codes are not stored.",
		},
		{
			Call: "POST /api/v1/invitations", ID: "invite", Tag: "Server", Needs: OwnerProof,
			Summary:  "Makes an invitation for an address (R7). Only this answer has the code.",
			Effects:  "Records `invited` and mails a notice. If a mail server is set up, the address gets a code of its own, which also proves the address.",
			Problems: []string{api.Conflict},
		},
		{
			Call: "DELETE /api/v1/invitations/{id}", ID: "takeBackInvitation", Tag: "Server", Needs: Owner,
			Summary:  "Takes an open invitation back.",
			Effects:  "Records `invite-taken-back`.",
			Problems: []string{api.NotFound},
		},

		{
			Call: "GET /api/v1/me", ID: "whoAmI", Tag: "Third-party programs", Needs: Password,
			Summary:  "Returns the user name that a user name and a password, or an OAuth token, belong to. Any HTTP method does.",
			Effects:  "A temporary password's use is counted. A refusal counts as a failure of third-party programs and is recorded (R43). With two-factor authentication on, the account's own password is refused, and a temporary one may be texted (R82).",
			Problems: []string{api.InvalidCredentials, api.TemporaryPasswordRequired, api.TemporaryPasswordExpired, api.BackupCodeNotAccepted},
		},
		{
			Call: "POST /oauth/token", ID: "oauthToken", Tag: "Third-party programs", Form: true, Status: 200,
			In: reflect.TypeFor[tokenRequest](), Out: reflect.TypeFor[tokenResponse](),
			Summary: "Returns a bearer token for `GET /api/v1/me` (RFC 6749 §4.3). Errors have the form of RFC 6749 §5.2, `error` and `error_description`, with the `code` and `reason` of a problem.",
			Effects: "As `GET /api/v1/me`.",
		},
	}
}

// A tokenRequest is the form of POST /oauth/token.
type tokenRequest struct {
	GrantType string `json:"grant_type"`      // `password`
	Username  string `json:"username"`        // the user name
	Password  string `json:"password"`        // the password, a temporary one if two-factor authentication is on
	Scope     string `json:"scope,omitempty"` // ignored
}

// A tokenResponse is the answer of RFC 6749 §5.1.
type tokenResponse struct {
	AccessToken string `json:"access_token"` // for `GET /api/v1/me` only
	TokenType   string `json:"token_type"`   // `Bearer`
	ExpiresIn   int    `json:"expires_in"`   // in seconds
}

// labOperations describe the calls of the lab, with their bodies.
func labOperations() []Operation {
	key, phone, device := reflect.TypeFor[api.LabKey](), reflect.TypeFor[api.LabPhone](), reflect.TypeFor[api.LabDevice]()
	ops := []Operation{
		{Call: "GET /lab/v1/clock", ID: "labGetClock", Summary: "Returns the lab's clock.", Out: reflect.TypeFor[api.LabClock]()},
		{
			Call: "PUT /lab/v1/clock", ID: "labSetClock", Summary: "Sets or moves the lab's clock. It runs on from there.",
			In: reflect.TypeFor[api.LabClock](), Out: reflect.TypeFor[api.LabClock](),
			Effects: "Texts that become due arrive, and what has a limit expires.",
		},
		{Call: "GET /lab/v1/phones", ID: "labListPhones", Summary: "Lists the phones.", Order: "By number.", Out: reflect.SliceOf(phone)},
		{Call: "GET /lab/v1/phones/{e164}", ID: "labGetPhone", Summary: "Returns a phone. A number without one gets one.", Out: phone},
		{Call: "PUT /lab/v1/phones/{e164}", ID: "labChangePhone", Summary: "Changes the fields that are given.", In: phone, Out: phone, Effects: "When flight mode goes off, the texts that waited arrive."},
		{Call: "GET /lab/v1/phones/{e164}/messages", ID: "labListTexts", Summary: "Lists the texts that arrived.", Order: "Oldest first.", Out: reflect.TypeFor[[]api.LabText]()},
		{
			Call: "POST /lab/v1/phones/{e164}/messages", ID: "labSendText", Summary: "Sends a text from the phone to the short code.", Status: 201,
			In: reflect.TypeFor[labText](), Out: reflect.TypeFor[api.LabText](), Effects: "GO and STOP turn texts on and off (R18).", Problems: []string{api.Conflict},
		},
		{Call: "GET /lab/v1/devices", ID: "labListDevices", Summary: "Lists the phones without their SIMs.", Order: "In the order in which they were made.", Out: reflect.SliceOf(device)},
		{Call: "GET /lab/v1/devices/{id}", ID: "labGetDevice", Summary: "Returns a device, with what its lock screen shows.", Out: device},
		{Call: "PUT /lab/v1/devices/{id}", ID: "labChangeDevice", Summary: "Changes the fields that are given.", In: device, Out: device, Effects: "When it can receive again, the texts that waited arrive. Pushes do not."},
		{Call: "POST /lab/v1/devices/{id}/lose", ID: "labLoseDevice", Summary: "Loses the device.", Out: device, Effects: "Its owner sees no push and can't use it.", Problems: []string{api.Conflict}},
		{Call: "POST /lab/v1/devices/{id}/find", ID: "labFindDevice", Summary: "Finds a lost device. It is as it was.", Out: device, Problems: []string{api.Conflict}},
		{Call: "POST /lab/v1/devices/{id}/break", ID: "labBreakDevice", Summary: "Breaks the device for good.", Out: device, Problems: []string{api.Conflict}},
		{Call: "POST /lab/v1/devices/{id}/replace", ID: "labReplaceDevice", Summary: "Gives the device's SIM to a new device, and returns that.", Out: device, Effects: "Texts to the number arrive at the new device. The old one keeps its texts and pushes.", Problems: []string{api.Conflict}},
		{
			Call: "GET /lab/v1/mail", ID: "labListMail", Summary: "Lists the mail that arrived.", Order: "Oldest first.",
			Query: []Parameter{{Name: "to", Type: "string", Doc: "only mail to this address"}}, Out: reflect.TypeFor[[]api.LabMail](),
		},
		{Call: "GET /lab/v1/accounts", ID: "labListAccounts", Summary: "Lists the accounts of the seed, with their passwords.", Order: "As in the seed.", Out: reflect.TypeFor[[]api.LabAccount]()},
		{Call: "GET /lab/v1/keys", ID: "labListKeys", Summary: "Lists the virtual security keys.", Order: "In the order in which they were made.", Out: reflect.SliceOf(key)},
		{Call: "POST /lab/v1/keys", ID: "labMakeKey", Summary: "Makes a virtual security key and plugs it in.", In: reflect.TypeFor[labNewKey](), Out: key, Status: 201, Problems: []string{api.Conflict}},
		{Call: "PUT /lab/v1/keys/{id}", ID: "labChangeKey", Summary: "Changes the settings that are given, or plugs the key in or out.", In: reflect.TypeFor[labKeySettings](), Out: key},
		{
			Call: "DELETE /lab/v1/keys/{id}", ID: "labUnplugKey", Summary: "Unplugs the key.", Status: 204,
			Query: []Parameter{{Name: "forget", Type: "boolean", Doc: "true: delete it as well"}},
		},
		{Call: "POST /lab/v1/keys/{id}/copy", ID: "labCopyKey", Summary: "Makes a copy of the key, with its secrets, and plugs it in.", In: reflect.TypeFor[api.LabCopy](), Out: key, Status: 201, Problems: []string{api.Conflict}},
		{Call: "POST /lab/v1/keys/{id}/touch", ID: "labTouchKey", Summary: "Touches the key while it waits for a touch.", Status: 204},
		{Call: "POST /lab/v1/keys/{id}/fill", ID: "labFillKey", Summary: "Fills the key's memory.", Status: 204},
		{Call: "POST /lab/v1/keys/{id}/lock-pin", ID: "labLockPIN", Summary: "Locks the key's PIN.", Status: 204},
		{Call: "POST /lab/v1/keys/{id}/force-pin-change", ID: "labForcePINChange", Summary: "Makes the key require a new PIN.", Status: 204},
		{Call: "POST /lab/v1/keys/{id}/enroll-finger", ID: "labEnrollFinger", Summary: "Enrols the owner's finger.", Status: 204},
		{Call: "GET /lab/v1/events", ID: "labFollowEvents", Summary: "Streams the topics of the lab that changed (server-sent events).", Stream: true, Out: reflect.TypeFor[api.Event]()},
		{Call: "POST /lab/v1/reset", ID: "labReset", Summary: "Restores the seed.", Status: 204, Effects: "Every session ends, and what was changed since the start is lost."},
	}
	for i := range ops {
		ops[i].Tag = "Lab"
		if ops[i].Status == 0 {
			ops[i].Status = 200
		}
		if ops[i].Status == 204 && ops[i].Problems == nil && ops[i].Method() == "POST" {
			ops[i].Problems = []string{api.Conflict}
		}
	}
	return ops
}

// Bodies of calls of the lab that take only some fields of a resource.
type (
	labText struct {
		To   string `json:"to"`   // the short code, 40404
		Body string `json:"body"` // `GO`, `STOP` or another text, 1 to 160 characters
	}
	labNewKey struct {
		Name      string      `json:"name"`           // 1 to 64 characters
		Transport string      `json:"transport"`      // `usb` or `nfc`
		Kind      api.KeyKind `json:"kind,omitempty"` // by default `fido2`
		PIN       string      `json:"pin,omitempty"`  // at least 4 characters, at most 63 bytes
	}
	labKeySettings struct {
		PluggedIn *bool `json:"plugged_in,omitempty"` // false unplugs it, true plugs it in
		api.KeyBehaviour
	}
)
