package api

// An ActivityFilter selects activity by what it is about.
type ActivityFilter string

// The filters.
const (
	SignIns  ActivityFilter = "sign-ins" // signing in and out, and what was refused there
	Changes  ActivityFilter = "changes"  // what changed the account
	Refusals ActivityFilter = "refusals" // what was refused
)

// ActivityFilters are all filters.
func ActivityFilters() []ActivityFilter { return []ActivityFilter{SignIns, Changes, Refusals} }

// Matches reports whether an event passes the filter. The empty filter passes all.
func (f ActivityFilter) Matches(t EventType, refused bool) bool {
	switch f {
	case SignIns:
		return isSignIn(t)
	case Changes:
		return !IsRefusal(t, refused) && !isUse(t)
	case Refusals:
		return IsRefusal(t, refused)
	}
	return true
}

// IsRefusal reports whether an event is about something that was refused.
func IsRefusal(t EventType, refused bool) bool {
	switch t {
	case EventSignInFailed, EventPasswordRefused, EventCodeRefused, EventBackupCodeRefused, EventTemporaryPasswordRefused, EventThrottled, EventMethodDisabled:
		return true
	}
	return refused
}

// isSignIn reports whether an event is about signing in or out.
func isSignIn(t EventType) bool {
	switch t {
	case EventSignedIn, EventSignInFailed, EventSignedOut, EventSessionEnded, EventSessionsEnded, EventBackupCodeUsed, EventTemporaryPasswordUsed:
		return true
	}
	return false
}

// isUse reports whether an event changed nothing in the account.
func isUse(t EventType) bool {
	switch t {
	case EventSignedIn, EventSignedOut, EventPasswordProved, EventCodeSent, EventTemporaryPasswordUsed, EventBackupCodeUsed:
		return true
	}
	return false
}
