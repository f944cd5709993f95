package explain_test

import (
	"testing"

	"nightlatch/assets"
	"nightlatch/assets/explain"
	"nightlatch/server/api"
)

// Each refusal belongs to the field whose text has to be changed, or to none: the user name
// and the password of a sign-in, or a code that no other input would help.
func TestRefusalsBelongToTheirField(t *testing.T) {
	t.Parallel()
	w, err := assets.New("en")
	if err != nil {
		t.Fatal(err)
	}
	app := api.EnterCode{Channel: api.ByApp}
	for _, tt := range []struct {
		step    api.Step
		refusal api.Refusal
		want    string
	}{
		{api.EnterCredentials{}, api.Refusal{Code: api.InvalidCredentials}, ""},
		{api.EnterCredentials{}, api.Refusal{Code: api.InvalidCredentials, Reason: "temporary_password"}, "password"},
		{api.EnterPassword{}, api.Refusal{Code: api.InvalidCredentials}, "password"},
		{api.EnterCredentials{}, api.Refusal{Code: api.Throttled}, ""},
		{api.ChooseCredentials{}, api.Refusal{Code: api.UsernameTaken}, "username"},
		{api.ChooseCredentials{}, api.Refusal{Code: api.PasswordRefused, Reason: "common"}, "password"},
		{api.ChooseCredentials{}, api.Refusal{Code: api.Malformed, Field: "username"}, "username"},
		{app, api.Refusal{Code: api.WrongCode}, "code"},
		{app, api.Refusal{Code: api.CodeUsed}, "code"},
		{app, api.Refusal{Code: api.CodeUsed, Reason: "clock_set_back"}, ""},
		{app, api.Refusal{Code: api.ClockDrift}, "code"},
		{app, api.Refusal{Code: api.CodeExpired}, "code"},
		{app, api.Refusal{Code: api.CodeExpired, Reason: "not_sent"}, ""},
		{app, api.Refusal{Code: api.TooManyTries}, ""},
		{app, api.Refusal{Code: api.CannotSend}, ""},
		{api.EnterBackupCode{Number: 4}, api.Refusal{Code: api.BackupCodeInactive, Reason: "used"}, "code"},
		{api.EnterBackupCode{}, api.Refusal{Code: api.BackupCodeInactive, Reason: "used"}, ""},
		{api.EnterBackupCode{Number: 4}, api.Refusal{Code: api.BackupCodeOutOfOrder, Reason: "kept"}, "code"},
		{api.EnterBackupCode{Number: 4}, api.Refusal{Code: api.BackupCodeOutOfOrder}, ""},
		{api.EnterPhone{}, api.Refusal{Code: api.Malformed, Field: "number", Reason: "country"}, "number"},
		{api.EnterEmail{}, api.Refusal{Code: api.Conflict, Reason: "same_address"}, "address"},
		{api.EnterPhone{}, api.Refusal{Code: api.CannotSend}, ""},
		{api.NameKey{}, api.Refusal{Code: api.KeysFull}, ""},
	} {
		got := explain.Refusal(w, explain.Situation{View: api.View{Step: tt.step, Refusal: &tt.refusal}})
		if got.Field != tt.want {
			t.Errorf("%T, %s %s belongs to %q; want %q", tt.step, tt.refusal.Code, tt.refusal.Reason, got.Field, tt.want)
		}
	}
	for code, want := range map[string]string{"empty.username": "username", "empty.backup": "code", "short.code": "code", "no_answer": ""} {
		if got := explain.Code(w, code); got.Field != want {
			t.Errorf("%s belongs to %q; want %q", code, got.Field, want)
		}
	}
}

// Running text has one full stop after each part, and none missing.
func TestSentence(t *testing.T) {
	t.Parallel()
	e := explain.Explanation{What: "That is taken", Why: "", Next: "Choose another one."}
	if got := e.Sentence(); got != "That is taken. Choose another one." {
		t.Errorf("it reads %q", got)
	}
}
