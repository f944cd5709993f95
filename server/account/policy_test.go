package account

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// Every field of both policies has the value of docs/rules.md. A field that is missing from
// the table fails the test.
func TestPolicies(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	rules := map[string]struct {
		rule              string
		classic, hardened any
	}{
		"Name":                       {"-", "classic", "hardened"},
		"UsernameMin":                {"R0", 3, 3},
		"UsernameMax":                {"R0", 32, 32},
		"PasswordMin":                {"R0", 8, 15},
		"PasswordMax":                {"R0", 128, 128},
		"ReauthenticateAfter":        {"R3", 10 * time.Minute, 10 * time.Minute},
		"CeremonyProof":              {"R3", 30 * time.Minute, 30 * time.Minute},
		"EmailCodeDigits":            {"R4", 6, 6},
		"EmailCodeLife":              {"R4", time.Hour, time.Hour},
		"EmailCodeTries":             {"R4", 5, 5},
		"DiscoverableAtFirst":        {"R10", true, true},
		"TextCodeDigits":             {"R11", 6, 6},
		"TextCodeLife":               {"R11", 10 * time.Minute, 10 * time.Minute},
		"TextCodeTries":              {"R11", 5, 5},
		"ResendAfter":                {"R12", 2 * time.Minute, 2 * time.Minute},
		"ConfirmPhoneDelete":         {"R17", false, true},
		"CarrierShortCode":           {"R18", "40404", "40404"},
		"AppSecretBits":              {"R20", 160, 160},
		"AppCodeDigits":              {"R20", 6, 6},
		"AppPeriod":                  {"R20", 30 * time.Second, 30 * time.Second},
		"AppWindow":                  {"R21", 1, 1},
		"UserVerification":           {"R30", "discouraged", "required"},
		"KeysMax":                    {"R31", 20, 20},
		"RefuseCopiedKey":            {"R34", false, true},
		"ThrottleFree":               {"R43", 5, 5},
		"ThrottleFirst":              {"R43", 30 * time.Second, 30 * time.Second},
		"ThrottleMax":                {"R43", time.Hour, time.Hour},
		"ThrottleReopen":             {"R43", day, day},
		"ThrottleDisable":            {"R43", 100, 100},
		"SessionLife":                {"R44", 30 * day, day},
		"SessionIdle":                {"R44", time.Duration(0), time.Hour},
		"LoginRequestBefore":         {"R50", time.Date(2016, 3, 21, 0, 0, 0, 0, time.UTC), time.Date(2016, 3, 21, 0, 0, 0, 0, time.UTC)},
		"LoginRequestForAll":         {"R50", false, true},
		"LoginRequestMatchNumber":    {"R50", false, true},
		"LoginRequestLife":           {"R52", 10 * time.Minute, 10 * time.Minute},
		"LoginRequestsOpen":          {"R52", 3, 3},
		"PhoneSignOutTurnsOff":       {"R54", true, false},
		"TurnOffConfirmations":       {"R60", 1, 1},
		"TurnOffConfirmationsPhone":  {"R60", 2, 2},
		"PhoneAppsMax":               {"R50", 5, 5},
		"PushEvery":                  {"R52", 10 * time.Second, 10 * time.Second},
		"PushStopAfterReport":        {"R51", time.Hour, time.Hour},
		"BackupCodesMax":             {"R71", 5, 5},
		"OutOfOrderVoids":            {"R73", true, false},
		"BackupCodeSymbols":          {"R76", 16, 16},
		"BackupCodesLow":             {"R78", 2, 2},
		"TemporaryPasswordLife":      {"R81", time.Hour, time.Hour},
		"TextTemporaryPasswords":     {"R82", true, false},
		"TextTemporaryPasswordEvery": {"R82", 2 * time.Minute, 2 * time.Minute},
		"TextTemporaryPasswordsADay": {"R82", 5, 5},
		"TemporaryPasswordsMax":      {"R83", 10, 10},
		"TemporaryPasswordKept":      {"R85", 30 * day, 30 * day},
		"LoginCodeDigits":            {"R90", 6, 6},
		"LoginCodePeriod":            {"R90", 30 * time.Second, 30 * time.Second},
	}
	classic, hardened := reflect.ValueOf(Classic()), reflect.ValueOf(Hardened())
	for i := range classic.NumField() {
		name := classic.Type().Field(i).Name
		want, ok := rules[name]
		if !ok {
			t.Errorf("the table lacks Policy.%s", name)
			continue
		}
		delete(rules, name)
		if got := classic.Field(i).Interface(); got != want.classic {
			t.Errorf("%s: classic %s = %v; want %v", want.rule, name, got, want.classic)
		}
		if got := hardened.Field(i).Interface(); got != want.hardened {
			t.Errorf("%s: hardened %s = %v; want %v", want.rule, name, got, want.hardened)
		}
	}
	for name := range rules {
		t.Errorf("Policy has no field %s", name)
	}
}

func TestPolicyByName(t *testing.T) {
	t.Parallel()
	for _, want := range []Policy{Classic(), Hardened()} {
		if got, err := ByName(want.Name); err != nil || got != want {
			t.Errorf("ByName(%q) = %+v, %v", want.Name, got, err)
		}
	}
	for _, name := range []string{"", "Classic", "strict"} {
		if _, err := ByName(name); !errors.Is(err, ErrUnknownPolicy) {
			t.Errorf("ByName(%q): %v; want ErrUnknownPolicy", name, err)
		}
	}
}

// R18: the window gets the short code from the server, so no text names it.
func TestTextsDoNotNameTheShortCode(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../assets/translations/en/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), CarrierShortCode) {
			t.Errorf("%s names the short code %s", file, CarrierShortCode)
		}
	}
}
