package seed_test

import (
	"errors"
	"strings"
	"testing"

	"nightlatch/server/seed"
)

const accounts = `{"accounts":[
	{"username":"ada","password":"correct horse battery"},
	{"username":"Bob","password":"correct horse battery","email":"bob@example.org","phone":"+1 202 555 0143","text":true,
	 "backup_codes":["7kmq-2xwd-9hfz-3r8n","8KMQ2XWD9HFZ3R8N"]},
	{"username":"cyd","password":"correct horse battery","email":"cyd@example.org","app":"JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP"}
]}`

func TestRead(t *testing.T) {
	t.Parallel()
	read := must[*seed.Seed](t)(seed.Read(strings.NewReader(accounts)))
	bob := read.Accounts[1]
	if bob.Username != "Bob" || bob.Phone != "+12025550143" || len(bob.BackupCodes) != 2 || bob.BackupCodes[1] != "8kmq2xwd9hfz3r8n" {
		t.Errorf("bob is %+v", bob)
	}
	if read.Accounts[2].App != "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP" {
		t.Errorf("cyd's secret is %q", read.Accounts[2].App)
	}
	counted := must[*seed.Seed](t)(seed.Read(strings.NewReader(
		`{"accounts":[{"username":"ada","password":"p","app":"JBSWY3DPEHPK3PXP","backup_codes":3}]}`)))
	if codes := counted.Accounts[0].BackupCodes; len(codes) != 3 || codes[0] == codes[1] {
		t.Errorf("codes %q", codes)
	}
	if empty := must[*seed.Seed](t)(seed.Read(strings.NewReader(`{}`))); len(empty.Accounts) != 0 {
		t.Errorf("empty is %+v", empty)
	}
}

// Each error names the field.
func TestReadErrors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ file, field string }{
		{``, "file"},
		{`nonsense`, "file"},
		{`[]`, "file"},
		{`{"accounts":[]} {}`, "file"},
		{`{"acounts":[]}`, "acounts"},
		{`{"accounts":[{"username":"ada","password":"p","txt":true}]}`, "accounts[0].txt"},
		{`{"accounts":[{"username":"ada","password":"p"},{"username":"bob","password":"p","txt":true}]}`, "accounts[1].txt"},
		{`{"accounts":[5]}`, "accounts[0]"},
		{`{"accounts":{}}`, "accounts"},
		{`{"accounts":[{"username":5}]}`, "accounts[0].username"},
		{`{"accounts":[{"username":"a","password":"p"}]}`, "accounts[0].username"},
		{`{"accounts":[{"username":"ada","password":"p"},{"username":"ADA","password":"p"}]}`, "accounts[1].username"},
		{`{"accounts":[{"username":"ada"}]}`, "accounts[0].password"},
		{`{"accounts":[{"username":"ada","password":"a\u0000b"}]}`, "accounts[0].password"},
		{`{"accounts":[{"username":"ada","password":"p","email":"ada"}]}`, "accounts[0].email"},
		{`{"accounts":[{"username":"ada","password":"p","phone":"2025550143"}]}`, "accounts[0].phone"},
		{`{"accounts":[{"username":"ada","password":"p","text":true}]}`, "accounts[0].text"},
		{`{"accounts":[{"username":"ada","password":"p","app":"not base32!"}]}`, "accounts[0].app"},
		{`{"accounts":[{"username":"ada","password":"p","app":"JBSWY3DP"}]}`, "accounts[0].app"},
		{`{"accounts":[{"username":"ada","password":"p","backup_codes":1}]}`, "accounts[0].backup_codes"},
		{`{"accounts":[{"username":"ada","password":"p","app":"JBSWY3DPEHPK3PXP","backup_codes":6}]}`, "accounts[0].backup_codes"},
		{`{"accounts":[{"username":"ada","password":"p","app":"JBSWY3DPEHPK3PXP","backup_codes":"x"}]}`, "accounts[0].backup_codes"},
		{`{"accounts":[{"username":"ada","password":"p","app":"JBSWY3DPEHPK3PXP","backup_codes":["x"]}]}`, "accounts[0].backup_codes[0]"},
		{`{"accounts":[{"username":"ada","password":"p","app":"JBSWY3DPEHPK3PXP","backup_codes":["7kmq-2xwd-9hfz-3r8n","7KMQ2XWD9HFZ3R8N"]}]}`, "accounts[0].backup_codes[1]"},
		{`{"accounts":[],"x":"` + strings.Repeat("x", 4<<20) + `"}`, "file"},
	} {
		_, err := seed.Read(strings.NewReader(tt.file))
		var wrong *seed.Error
		if !errors.As(err, &wrong) || wrong.Field != tt.field || wrong.Reason == "" {
			t.Errorf("%.80s: %v, want the field %s", tt.file, err, tt.field)
		}
	}
}

// must fails the test for an error.
func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func FuzzRead(f *testing.F) {
	f.Add(accounts)
	f.Add(`{"accounts":[{"username":"ada","password":"p","app":"JBSWY3DPEHPK3PXP","backup_codes":3}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		read, err := seed.Read(strings.NewReader(text))
		if (read == nil) != (err != nil) {
			t.Errorf("%v, %v", read, err)
		}
	})
}
