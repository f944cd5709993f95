package party

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"nightlatch/app/harness"
	"nightlatch/server/api"
)

// mailPassword is the password of the user nightlatch at the mail servers.
const mailPassword = "pw-s3cret"

// owner starts a server and returns a client of its owner, who can send test mail.
func owner(t *testing.T, env ...string) *harness.Person {
	t.Helper()
	seed := filepath.Join(t.TempDir(), "seed.json")
	if err := os.WriteFile(seed, []byte(`{"accounts":[{"username":"robin","password":"a brass night latch","email":"robin@example.org","owner":true}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx := within(t, time.Minute)
	s, err := harness.Start(ctx, env, built.plain, "serve", "--listen", "127.0.0.1:0", "--data", filepath.Join(t.TempDir(), "data"), "--seed", seed)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Kill)
	p := harness.NewPerson(s.Client, "robin")
	if err := p.SignIn(ctx, ""); err != nil {
		t.Fatal(err)
	}
	return p
}

// testMail sets the mail server and sends a test mail.
func testMail(t *testing.T, p *harness.Person, port int, tls, password string) api.DeliveryTest {
	t.Helper()
	ctx := within(t, time.Minute)
	change := api.MailChange{Host: new("localhost"), Port: &port, TLS: &tls, From: new("Nightlatch <noreply@bücher.example>"), User: new("nightlatch"), Password: &password}
	if _, err := p.Client.SetDelivery(ctx, api.DeliveryChange{Mail: &change}); err != nil {
		t.Fatal(err)
	}
	result, err := p.Client.TestDelivery(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// startService runs a server until the test ends, and returns the lines that it prints.
func startService(t *testing.T, name string, args ...string) <-chan string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, err := cmd.StdinPipe() // aiosmtpd's script ends with it
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := make(chan string, 100)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			lines <- s.Text()
		}
	}()
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return lines
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// aiosmtpd is a mail server in Python that offers the mechanisms PLAIN and LOGIN, without
// those in its first argument.
const aiosmtpd = `
import sys
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
class Handler:
    async def handle_DATA(self, server, session, envelope):
        print("mail", envelope.mail_from, ",".join(envelope.rcpt_tos), session.auth_data, flush=True)
        return "250 OK"
def authenticate(server, session, envelope, mechanism, data):
    right = data.login == b"nightlatch" and data.password == b"` + mailPassword + `"
    return AuthResult(success=right, handled=False, auth_data=mechanism)
c = Controller(Handler(), hostname="127.0.0.1", port=int(sys.argv[2]), authenticator=authenticate, auth_required=True,
    auth_require_tls=False, auth_exclude_mechanism=[m for m in sys.argv[1].split(",") if m])
c.start()
print("ready", flush=True)
sys.stdin.read()
`

// Mail is sent through aiosmtpd with each mechanism that it offers. Refusals name the step.
func TestMailThroughAiosmtpd(t *testing.T) {
	script := filepath.Join(t.TempDir(), "mail.py")
	if err := os.WriteFile(script, []byte(aiosmtpd), 0o600); err != nil {
		t.Fatal(err)
	}
	p := owner(t)
	for _, tt := range []struct {
		exclude, password string
		want              api.DeliveryTest
		mechanism         string
	}{
		{"", mailPassword, api.DeliveryTest{Sent: true}, "PLAIN"},
		{"PLAIN", mailPassword, api.DeliveryTest{Sent: true}, "LOGIN"},
		{"PLAIN", "wrong", api.DeliveryTest{Reason: "login", Step: "AUTH", Reply: 535}, ""},
		{"PLAIN,LOGIN", mailPassword, api.DeliveryTest{Reason: "login_method", Step: "AUTH"}, ""},
	} {
		port := freePort(t)
		lines := startService(t, "/usr/bin/python3", script, tt.exclude, strconv.Itoa(port))
		if first := <-lines; first != "ready" {
			t.Fatalf("aiosmtpd: %q", first)
		}
		got := testMail(t, p, port, "none", tt.password)
		if got.Sent != tt.want.Sent || got.Reason != tt.want.Reason || got.Step != tt.want.Step || got.Reply != tt.want.Reply {
			t.Errorf("without %q: %+v; want %+v", tt.exclude, got, tt.want)
		}
		if want := "mail noreply@xn--bcher-kva.example robin@example.org " + tt.mechanism; tt.want.Sent && <-lines != want {
			t.Errorf("without %q: aiosmtpd did not get %q", tt.exclude, want)
		}
	}
}

// eximConfig accepts mail over STARTTLS from a user who logs in with LOGIN, the only
// mechanism, and keeps it in the queue.
const eximConfig = `
primary_hostname = localhost
local_interfaces = 127.0.0.1
daemon_smtp_ports = PORT
log_file_path = DIR/%slog
spool_directory = DIR/spool
pid_file_path = DIR/exim.pid
queue_only = true
keep_environment =
tls_advertise_hosts = *
tls_certificate = DIR/cert.pem
tls_privatekey = DIR/key.pem
auth_advertise_hosts = ${if def:tls_in_cipher{*}}
acl_smtp_rcpt = rcpt
begin acl
rcpt:
  accept authenticated = *
  deny message = log in first
begin authenticators
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${if and{{eq{$auth1}{nightlatch}}{eq{$auth2}{PASSWORD}}}}
  server_set_id = $auth1
`

// Mail is sent through exim over STARTTLS with AUTH LOGIN, which it offers only then.
func TestMailThroughExim(t *testing.T) {
	port := freePort(t)
	// exim runs as another user, who cannot read the test's directory.
	dir, err := os.MkdirTemp("", "nightlatch-exim-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) }) // files that remain do no harm
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	writeCertificate(t, dir)
	config := filepath.Join(dir, "exim.conf")
	text := strings.NewReplacer("PORT", strconv.Itoa(port), "DIR", dir, "PASSWORD", mailPassword).Replace(eximConfig)
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	startService(t, "/usr/sbin/exim4", "-C", config, "-bdf")
	ctx := within(t, time.Minute)
	if err := harness.Until(ctx, "exim listens", func() (bool, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			return false, nil
		}
		return true, c.Close()
	}); err != nil {
		t.Fatal(err)
	}
	p := owner(t, "SSL_CERT_FILE="+filepath.Join(dir, "cert.pem"))
	if got := testMail(t, p, port, "starttls", mailPassword); !got.Sent {
		t.Errorf("the test mail: %+v", got)
	}
	if got := testMail(t, p, port, "starttls", "wrong"); got.Reason != "login" || got.Step != "AUTH" || got.Reply != 535 {
		t.Errorf("a wrong password: %+v", got)
	}
	if got := testMail(t, p, port, "tls", mailPassword); got.Reason != "no_tls" || got.Step != "TLS" {
		t.Errorf("TLS from the start: %+v", got)
	}
	if got := testMail(t, p, port, "none", mailPassword); got.Reason != "login_method" || got.Step != "AUTH" {
		t.Errorf("without TLS: %+v", got)
	}
	if got := testMail(t, owner(t), port, "starttls", mailPassword); got.Reason != "certificate" || got.Step != "TLS" {
		t.Errorf("a certificate that is not trusted: %+v", got)
	}
	log, err := os.ReadFile(filepath.Join(dir, "mainlog"))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(strings.Split(string(log), "\n"), func(line string) bool {
		return strings.Contains(line, "<= noreply@xn--bcher-kva.example") && strings.Contains(line, "A=login:nightlatch") && strings.Contains(line, "X=TLS")
	}) {
		t.Errorf("exim's log has no mail with TLS and LOGIN:\n%s", log)
	}
	if strings.Contains(string(log), mailPassword) {
		t.Error("exim's log has the password")
	}
}

// writeCertificate writes cert.pem and key.pem for localhost.
func writeCertificate(t *testing.T, dir string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: cert}, "key.pem": {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
