package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/localsocket"
	"nightlatch/server/seed"
)

// admin runs `nightlatch admin` with the data in dir.
func admin(dir, input string, args ...string) (status int, out, errs string) {
	var stdout, stderr strings.Builder
	t := terminal{in: strings.NewReader(input), out: &stdout, err: &stderr}
	status = t.run(append(append([]string{"admin"}, args...), "--data", dir))
	return status, stdout.String(), stderr.String()
}

// openTest opens an instance with accounts: ada has a confirmed address, ben a phone,
// and eve neither.
func openTest(t *testing.T, dir string, lab bool) *instance {
	t.Helper()
	inst, err := openInstance(t.Context(), instanceConfig{
		dir: dir, lab: lab, keepMail: true, policy: account.Classic(), log: slog.New(slog.DiscardHandler),
		seed: &seed.Seed{Accounts: []seed.Account{
			{Username: "ada", Password: demoPassword, Email: "ada@example.org", App: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"},
			{Username: "ben", Password: demoPassword, Phone: "+12025550143", Text: true},
			{Username: "eve", Password: demoPassword, App: "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU"},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return inst
}

// closeTest closes what openTest opened.
func closeTest(t *testing.T, inst *instance) {
	t.Helper()
	if err := inst.close(); err != nil {
		t.Error(err)
	}
}

// labHas reports which messages the lab has received for an address and a number.
func labHas(t *testing.T, inst *instance, address, number string) (mail, text bool) {
	t.Helper()
	if err := inst.server.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	get := func(path string, v any) {
		rec := httptest.NewRecorder()
		inst.lab.Handler().ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
		if err := json.Unmarshal(rec.Body.Bytes(), v); err != nil {
			t.Fatalf("%s: %s", path, rec.Body)
		}
	}
	var mails []api.LabMail
	get("/lab/v1/mail", &mails)
	for _, m := range mails {
		mail = mail || m.To == address
	}
	var texts []api.LabText
	get("/lab/v1/phones/"+number+"/messages", &texts)
	return mail, len(texts) > 0
}

// A verb delivers the notice that it announces, and announces none if there is no address
// or number. This holds with and without a running server (D10).
func TestAdminKeepsItsPromises(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		user, says string
		mail, text bool
	}{
		{"ada", "A mail about it is sent to the user", true, false},
		{"ben", "A text message about it is sent to the user", false, true},
		{"eve", "The user gets no message about it", false, false},
	} {
		for _, running := range []bool{true, false} {
			t.Run(tt.user, func(t *testing.T) {
				t.Parallel()
				dir := filepath.Join(t.TempDir(), "data")
				inst := openTest(t, dir, true)
				if !running {
					closeTest(t, inst)
				} else {
					stop, err := inst.listenForAdmin()
					if err != nil {
						t.Fatal(err)
					}
					defer closeTest(t, inst)
					defer stop()
				}
				status, out, errs := admin(dir, "", "reset-two-factor", "--user", tt.user, "--yes")
				if status != 0 || errs != "" || !strings.Contains(out, tt.says) {
					t.Fatalf("status %d: %s%s", status, out, errs)
				}
				if later := strings.Contains(out, "when the lab runs next"); later != (!running && (tt.mail || tt.text)) {
					t.Errorf("running %v: %s", running, out)
				}
				if !running {
					inst = openTest(t, dir, true)
					defer closeTest(t, inst)
				}
				if mail, text := labHas(t, inst, "ada@example.org", "+12025550143"); mail != tt.mail || text != tt.text {
					t.Errorf("mail %v, text %v; it said %s", mail, text, out)
				}
			})
		}
	}
}

// Verbs do the same with and without a running server, and give the same refusals.
func TestAdminWithAndWithoutServer(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	inst := openTest(t, dir, false)
	stop, err := inst.listenForAdmin()
	if err != nil {
		t.Fatal(err)
	}
	try := func(when string) {
		for _, tt := range []struct {
			args, input string
			status      int
			want        string
		}{
			{"verify", "", 0, "database consistent, 3 audit chains intact"},
			{"unlock --user nobody", "", 1, "There is no account named nobody"},
			{"unlock --user ADA", "", 0, "nothing was changed"},
			{"end-sessions --user ADA", "", 0, "nothing was changed"},
			{"end-sessions --user nobody", "", 1, "There is no account named nobody"},
			{"end-sessions", "", 2, "--user NAME"},
			{"set-owner --user BEN", "", 0, "BEN owns this server"},
			{"create-owner --user olive", "tulip garden at noon\n", 1, "has an owner already"},
			{"create-owner --user ada", "tulip garden at noon\n", 1, "There is an account named ada"},
			{"create-owner --user o", "tulip\n", 2, "3 to 32"},
			{"create-owner --user olive", "tulip\n", 1, "too short"},
			{"invite --address pat@example.org", "", 0, "one account for pat@example.org"},
			{"invite --address пат@example.org", "", 1, "ASCII"},
			{"sign-up --mode ajar", "", 2, "open, invite or closed"},
			{"sign-up --mode closed", "", 0, "nobody"},
			{"invite --address pat@example.org", "", 1, "Sign-up is closed"},
			{"sign-up --mode invite", "", 0, "invit"},
			{"set-mail --addr mail.example.org:587 --from a@example.org --user a", "tulip\n", 0, "mail is sent through mail.example.org:587"},
			{"set-mail --addr nonsense", "", 2, "host"},
			{"set-text-gateway --off", "", 0, "no text messages are sent"},
		} {
			status, out, errs := admin(dir, tt.input, strings.Fields(tt.args)...)
			if status != tt.status || !strings.Contains(out+errs, tt.want) || strings.Contains(out+errs, "tulip") {
				t.Errorf("%s: %s: status %d: %s%s", when, tt.args, status, out, errs)
			}
			if strings.HasPrefix(tt.args, "set-") && status == 0 && strings.Contains(out, "from now on") != (when == "running") && tt.want != "BEN owns this server" {
				t.Errorf("%s: %s: %s", when, tt.args, out)
			}
		}
	}
	try("running")
	if can := inst.server.Capabilities(); !can.Mail {
		t.Error("the running server does not use the new mail server")
	}
	stop()
	closeTest(t, inst)
	try("stopped")
}

// A second server of the same data does not take the socket from the first.
func TestAdminReachesTheServerWithTheLock(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	inst := openTest(t, dir, false)
	defer closeTest(t, inst)
	stop, err := inst.listenForAdmin()
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if second, err := openInstance(t.Context(), instanceConfig{dir: dir, policy: account.Classic(), log: slog.New(slog.DiscardHandler)}); err == nil {
		t.Error(second, "opened data that are in use")
	}
	if status, out, errs := admin(dir, "", "verify"); status != 0 {
		t.Errorf("%s%s", out, errs)
	}
}

// The command ends with a message and status 1 if another program answers on the socket,
// or if the server ends during the request.
func TestAdminNeedsTheWholeAnswer(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"nothing":      "",
		"another":      "hello\n",
		"cut off":      "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"say\":\"done\"}\n",
		"without end":  "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"say\":\"done\"}\n",
		"an old error": "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := answering(t, answer)
			status, out, errs := admin(dir, "", "unlock", "--user", "ada")
			if status != 1 || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, dir) {
				t.Errorf("status %d: %s%s", status, out, errs)
			}
		})
	}
}

// answering makes a directory on whose socket something gives one answer.
func answering(t *testing.T, answer string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, databaseName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := localsocket.Listen(dir, adminSocketName)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go answerOnce(l, answer)
	return dir
}

func answerOnce(l net.Listener, answer string) {
	conn, err := l.Accept()
	if err != nil {
		return
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	_, _ = conn.Read(make([]byte, 4096))
	_, _ = io.WriteString(conn, answer)
}

// If the client disconnects or the server stops, the operation ends and the client gets an
// error.
func TestAdminOperationEndsWithItsClientOrServer(t *testing.T) {
	t.Parallel()
	for _, who := range []string{"client", "server"} {
		t.Run(who, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "data")
			inst := openTest(t, dir, false)
			defer closeTest(t, inst)
			began, ended := make(chan struct{}), make(chan struct{})
			wait := func(_ *operator, ctx context.Context, _ adminRequest) error {
				close(began)
				defer close(ended)
				<-ctx.Done()
				return ctx.Err()
			}
			stop, err := inst.listenFor(verbs[adminCommand]{{name: "wait", operation: wait}})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			answered := make(chan error, 1)
			go func() {
				c := &adminCommand{terminal: terminal{out: io.Discard, err: io.Discard}, dir: dir}
				asked, err := c.askServer(ctx, "wait")
				if !asked {
					t.Error("the server got no request")
				}
				answered <- err
			}()
			<-began
			if who == "client" {
				cancel()
			} else {
				stop()
			}
			<-ended
			if err := <-answered; err == nil {
				t.Error("no error")
			}
			if who == "client" {
				stop()
			}
		})
	}
}

// R7: create-owner makes a database with an account that owns the server, and no second one.
func TestCreateOwner(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	for _, tt := range []struct {
		user   string
		status int
		want   string
	}{
		{"olive", 0, "olive owns this server"},
		{"oscar", 1, "has an owner already"},
	} {
		status, out, errs := admin(dir, "tulip garden at noon\n", "create-owner", "--user", tt.user, "--password-from", "-")
		if status != tt.status || !strings.Contains(out+errs, tt.want) || strings.Contains(out+errs, "tulip") {
			t.Errorf("%s: status %d: %s%s", tt.user, status, out, errs)
		}
	}
	inst, err := openInstance(t.Context(), instanceConfig{dir: dir, policy: account.Classic(), log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer closeTest(t, inst)
	if code, err := inst.server.SetupCode(t.Context()); code != "" || err != nil {
		t.Errorf("a set-up code with an owner: %q, %v", code, err)
	}
}

// set-backups and invite print messages that are true with a running server, with one whose
// flag overrides the setting, and without a server.
func TestAdminSaysWhenAndWhere(t *testing.T) {
	t.Parallel()
	folder, fixed := t.TempDir(), t.TempDir()
	for name, tt := range map[string]struct {
		running  bool
		flag     string
		backups  string
		off, key string
		mailed   string
	}{
		"running":   {true, "", "from now on, a backup is made in " + folder, "no daily backups are made any more", "AGE-SECRET-KEY-1", "mailed to the address."},
		"with flag": {true, fixed, "a backup is still made in " + fixed, "a backup is still made in " + fixed, "AGE-SECRET-KEY-1", "mailed to the address."},
		"stopped":   {false, "", "when the server runs, a backup is made in " + folder, "no daily backups are made any more", "AGE-SECRET-KEY-1", "mailed to the address when the server runs next."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "data")
			open := func() *instance {
				inst, err := openInstance(t.Context(), instanceConfig{dir: dir, policy: account.Classic(), backupDir: tt.flag, log: slog.New(slog.DiscardHandler)})
				if err != nil {
					t.Fatal(err)
				}
				return inst
			}
			inst := open()
			if tt.running {
				stop, err := inst.listenForAdmin()
				if err != nil {
					t.Fatal(err)
				}
				defer closeTest(t, inst)
				defer stop()
			} else {
				closeTest(t, inst)
			}
			say := func(input, want string, args ...string) {
				t.Helper()
				if status, out, errs := admin(dir, input, args...); status != 0 || !strings.Contains(out, want) {
					t.Errorf("%v: status %d: %s%s; want %q", args, status, out, errs, want)
				}
			}
			say("", tt.key, "set-backups", "--folder", folder, "--recovery-key")
			say("", tt.backups, "set-backups", "--folder", folder)
			say("", tt.off, "set-backups", "--off")
			say("unrelated words are long\n", "owns this server", "create-owner", "--user", "ada")
			say("", "mail is sent through", "set-mail", "--addr", "127.0.0.1:25", "--tls", "none", "--from", "a@example.org")
			say("", tt.mailed, "invite", "--address", "pat@example.org")
		})
	}
}
