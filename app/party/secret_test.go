package party

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// Secrets must not be visible to other users: the session token can be given outside of the
// command line, and core files are off. The program is inspected while it makes a request.
func TestSecretsStayInTheProgram(t *testing.T) {
	const token = "nls_a-session-that-must-stay-secret"
	started := make(chan int, 1)
	type seen struct{ auth, args, limits string }
	asked := make(chan seen, 8)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		pid := <-started
		started <- pid
		read := func(file string) string {
			b, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, file))
			if err != nil {
				return err.Error()
			}
			return string(b)
		}
		asked <- seen{r.Header.Get("Authorization"), read("cmdline"), read("limits")}
		http.Error(w, "no", http.StatusTeapot)
	}))
	defer server.Close()

	cmd := exec.CommandContext(within(t, time.Minute), built.plain, "key", "enroll", "--server", server.URL, "--device", "/nowhere")
	cmd.Env = append(os.Environ(), "NIGHTLATCH_SESSION="+token)
	var errs strings.Builder
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	started <- cmd.Process.Pid
	if err := cmd.Wait(); err == nil {
		t.Error("enrolled with a server that answers 418")
	}
	if len(asked) == 0 {
		t.Fatalf("the server got no request: %s", errs.String())
	}
	got := <-asked
	if got.auth != "Bearer "+token {
		t.Errorf("the Authorization header is %q", got.auth)
	}
	if !strings.Contains(got.args, "enroll") || strings.Contains(got.args, token) {
		t.Errorf("command line %q", got.args)
	}
	if !regexp.MustCompile(`(?m)^Max core file size +0 +0 `).MatchString(got.limits) {
		t.Errorf("core files may be written:\n%s", got.limits)
	}
}
