package account

import (
	"errors"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/ratelimit"
)

// ErrUnknownPolicy reports a policy name that is neither classic nor hardened.
var ErrUnknownPolicy = errors.New("account: unknown policy")

// Numbers that are the same in every policy, for code without a Policy. The fields of
// Policy repeat them.
const (
	UsernameMin           = 3                   // R0: characters
	UsernameMax           = 32                  // R0: characters
	PasswordMax           = 128                 // R0: code points after NFC
	KeysMax               = 20                  // R31
	KeyLabelMax           = 64                  // R31: code points
	BackupCodesMax        = 5                   // R71
	BackupCodeSymbols     = 16                  // R76: Crockford base32, 80 bits
	TemporaryPasswordLife = time.Hour           // R81: exactly
	TemporaryPasswordsMax = 10                  // R83: live at a time
	TemporaryPasswordKept = 30 * 24 * time.Hour // R85: how long an expired one is reported as expired
	TemporaryLabelMax     = 64                  // R83: code points
	PhoneAppsMax          = 5                   // R50
	PhoneNameMax          = 64                  // R50: code points
	CarrierShortCode      = "40404"             // R18: where GO and STOP are sent
)

// User verification, as WebAuthn names it (W3C WebAuthn Level 3, §5.8.6).
const (
	VerificationDiscouraged = "discouraged"
	VerificationRequired    = "required"
)

// A Policy has every number and every choice of the rules. There are two: Classic and
// Hardened. A Policy is passed by value and never changed.
type Policy struct {
	Name string // api.PolicyClassic or api.PolicyHardened

	// Credentials.
	UsernameMin int // R0: characters
	UsernameMax int // R0: characters
	PasswordMin int // R0: code points after NFC; more in hardened
	PasswordMax int // R0: code points after NFC

	// Proof of the password, and the address for notices.
	ReauthenticateAfter time.Duration // R3, R6: how long a proved password counts
	CeremonyProof       time.Duration // R3: how long a password entered inside a ceremony counts there
	EmailCodeDigits     int           // R4
	EmailCodeLife       time.Duration // R4
	EmailCodeTries      int           // R4

	// Text message.
	DiscoverableAtFirst bool          // R10: default of the checkbox
	TextCodeDigits      int           // R11, R14
	TextCodeLife        time.Duration // R11
	TextCodeTries       int           // R11
	ResendAfter         time.Duration // R12: from the last send
	ConfirmPhoneDelete  bool          // R17: hardened asks before deleting the phone turns two-factor off
	CarrierShortCode    string        // R18: where GO and STOP are sent

	// Authenticator app.
	AppSecretBits int           // R20
	AppCodeDigits int           // R20
	AppPeriod     time.Duration // R20: one time step
	AppWindow     int           // R21: steps either side of now

	// Security keys.
	UserVerification string // R30: requested from the key; hardened requires its PIN or fingerprint
	KeysMax          int    // R31
	RefuseCopiedKey  bool   // R34: hardened refuses a key whose counter does not increase

	// Throttling.
	ThrottleFree    int           // R43: failures in a row without a wait
	ThrottleFirst   time.Duration // R43: the first wait; it doubles
	ThrottleMax     time.Duration // R43: the longest wait
	ThrottleDisable int           // R43: failures in a row that disable the authenticator
	ThrottleReopen  time.Duration // R43: how long after the last failure third-party clients are no longer disabled

	// Sessions.
	SessionLife time.Duration // R44: from sign-in; shorter in hardened
	SessionIdle time.Duration // R44: ends after this time without a request; 0: no limit

	// Login requests.
	LoginRequestBefore      time.Time     // R50: accounts that enrolled before this date have login requests
	LoginRequestForAll      bool          // R50: hardened: every account with an enrolled phone app has them
	LoginRequestMatchNumber bool          // R50: hardened: the user picks the number shown
	LoginRequestLife        time.Duration // R52
	LoginRequestsOpen       int           // R52: open at a time in an account
	PhoneSignOutTurnsOff    bool          // R54: hardened refuses instead
	PhoneAppsMax            int           // R50: registered at a time
	PushEvery               time.Duration // R52: at most one push for an account in that time
	PushStopAfterReport     time.Duration // R51: how long nothing is pushed after a denial with report

	// Turning off.
	TurnOffConfirmations      int // R60: in the console and on the web
	TurnOffConfirmationsPhone int // R60: on the phone

	// Backup codes.
	BackupCodesMax    int  // R71: active at a time
	OutOfOrderVoids   bool // R73: classic voids all codes generated so far
	BackupCodeSymbols int  // R76: five bits each
	BackupCodesLow    int  // R78: with this many left or fewer, sign-in and overview warn

	// Temporary passwords.
	TemporaryPasswordLife      time.Duration // R81: exactly
	TextTemporaryPasswords     bool          // R82: hardened never texts one
	TextTemporaryPasswordEvery time.Duration // R82: at most one in that time
	TextTemporaryPasswordsADay int           // R82
	TemporaryPasswordsMax      int           // R83: live at a time
	TemporaryPasswordKept      time.Duration // R85: how long an expired one is reported as expired

	// Login code generator.
	LoginCodeDigits int           // R90
	LoginCodePeriod time.Duration // R90
}

// Classic is the default policy.
func Classic() Policy {
	return Policy{
		Name: api.PolicyClassic,

		UsernameMin: UsernameMin,
		UsernameMax: UsernameMax,
		PasswordMin: 8,
		PasswordMax: PasswordMax,

		ReauthenticateAfter: 10 * time.Minute,
		CeremonyProof:       30 * time.Minute,
		EmailCodeDigits:     6,
		EmailCodeLife:       time.Hour,
		EmailCodeTries:      5,

		DiscoverableAtFirst: true,
		TextCodeDigits:      6,
		TextCodeLife:        10 * time.Minute,
		TextCodeTries:       5,
		ResendAfter:         2 * time.Minute,
		CarrierShortCode:    CarrierShortCode,

		AppSecretBits: 160,
		AppCodeDigits: 6,
		AppPeriod:     30 * time.Second,
		AppWindow:     1,

		UserVerification: VerificationDiscouraged,
		KeysMax:          KeysMax,

		ThrottleFree:    5,
		ThrottleFirst:   30 * time.Second,
		ThrottleMax:     time.Hour,
		ThrottleDisable: 100,
		ThrottleReopen:  24 * time.Hour,

		SessionLife: 30 * 24 * time.Hour,

		LoginRequestBefore:   time.Date(2016, time.March, 21, 0, 0, 0, 0, time.UTC),
		LoginRequestLife:     10 * time.Minute,
		LoginRequestsOpen:    3,
		PhoneSignOutTurnsOff: true,
		PhoneAppsMax:         PhoneAppsMax,
		PushEvery:            10 * time.Second,
		PushStopAfterReport:  time.Hour,

		TurnOffConfirmations:      1,
		TurnOffConfirmationsPhone: 2,

		BackupCodesMax:    BackupCodesMax,
		OutOfOrderVoids:   true,
		BackupCodeSymbols: BackupCodeSymbols,
		BackupCodesLow:    2,

		TemporaryPasswordLife:      TemporaryPasswordLife,
		TextTemporaryPasswords:     true,
		TextTemporaryPasswordEvery: 2 * time.Minute,
		TextTemporaryPasswordsADay: 5,
		TemporaryPasswordsMax:      TemporaryPasswordsMax,
		TemporaryPasswordKept:      TemporaryPasswordKept,

		LoginCodeDigits: 6,
		LoginCodePeriod: 30 * time.Second,
	}
}

// Hardened is Classic with the differences named in the rules.
func Hardened() Policy {
	p := Classic()
	p.Name = api.PolicyHardened
	p.PasswordMin = 15                        // R0
	p.ConfirmPhoneDelete = true               // R17
	p.UserVerification = VerificationRequired // R30
	p.RefuseCopiedKey = true                  // R34
	p.SessionLife = 24 * time.Hour            // R44
	p.SessionIdle = time.Hour                 // R44
	p.LoginRequestForAll = true               // R50
	p.LoginRequestMatchNumber = true          // R50
	p.PhoneSignOutTurnsOff = false            // R54
	p.OutOfOrderVoids = false                 // R73
	p.TextTemporaryPasswords = false          // R82
	return p
}

// Throttle is the limit of R43 on failures in a row, under the given name. First-party
// and third-party clients are counted apart.
func (p Policy) Throttle(name string) ratelimit.Limit {
	return ratelimit.Limit{
		Name:    name,
		Free:    p.ThrottleFree,
		First:   p.ThrottleFirst,
		Max:     p.ThrottleMax,
		Disable: p.ThrottleDisable,
	}
}

// ByName returns the policy with that name, or ErrUnknownPolicy.
func ByName(name string) (Policy, error) {
	switch name {
	case api.PolicyClassic:
		return Classic(), nil
	case api.PolicyHardened:
		return Hardened(), nil
	}
	return Policy{}, ErrUnknownPolicy
}
