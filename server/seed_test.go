package server_test

import (
	"errors"
	"strings"
	"testing"

	"nightlatch/server"
)

func TestReadSeed(t *testing.T) {
	t.Parallel()
	seed := must[*server.Seed](t)(server.ReadSeed(strings.NewReader(people)))
	bob := seed.Accounts[1]
	if bob.Username != "Bob" || bob.Phone != bobPhone || len(bob.BackupCodes) != 2 || bob.BackupCodes[1] != "8kmq2xwd9hfz3r8n" {
		t.Errorf("bob is %+v", bob)
	}
	if seed.Accounts[2].App != appSecret {
		t.Errorf("cyd's secret is %q", seed.Accounts[2].App)
	}
	counted := must[*server.Seed](t)(server.ReadSeed(strings.NewReader(
		`{"accounts":[{"username":"ada","password":"p","app":"JBSWY3DPEHPK3PXP","backup_codes":3}]}`)))
	if codes := counted.Accounts[0].BackupCodes; len(codes) != 3 || codes[0] == codes[1] {
		t.Errorf("codes %q", codes)
	}
	if empty := must[*server.Seed](t)(server.ReadSeed(strings.NewReader(`{}`))); len(empty.Accounts) != 0 {
		t.Errorf("empty is %+v", empty)
	}
}

// Each error names the field.
func TestReadSeedErrors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ seed, field string }{
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
		_, err := server.ReadSeed(strings.NewReader(tt.seed))
		var wrong *server.SeedError
		if !errors.As(err, &wrong) || wrong.Field != tt.field || wrong.Reason == "" {
			t.Errorf("%.80s: %v, want the field %s", tt.seed, err, tt.field)
		}
	}
}

// A server can be started again with the same seed: whoever is there stays.
func TestSeedTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before := w.dump()
	if _, err := server.New(w.config); err != nil {
		t.Fatal(err)
	}
	after := w.dump()
	if len(after) != len(before) {
		t.Errorf("%d keys became %d", len(before), len(after))
	}
}

func FuzzReadSeed(f *testing.F) {
	f.Add(people)
	f.Add(`{"accounts":[{"username":"ada","password":"p","app":"JBSWY3DPEHPK3PXP","backup_codes":3}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		seed, err := server.ReadSeed(strings.NewReader(text))
		if (seed == nil) != (err != nil) {
			t.Errorf("%v, %v", seed, err)
		}
	})
}
