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

// What other people on this computer can read of a program that was given secrets:
// its command line, which needs not have the session in it; and no core file of it
// is ever written. The server is asked when the program has all it needs.
func TestSecretsStayInTheProgram(t *testing.T) {
	const token = "nls_a-session-that-nobody-else-should-see"
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
		t.Error("enrolled with a server that is none")
	}
	if len(asked) == 0 {
		t.Fatalf("the server was not asked: %s", errs.String())
	}
	got := <-asked
	if got.auth != "Bearer "+token {
		t.Errorf("it showed %q", got.auth)
	}
	if !strings.Contains(got.args, "enroll") || strings.Contains(got.args, token) {
		t.Errorf("command line %q", got.args)
	}
	if !regexp.MustCompile(`(?m)^Max core file size +0 +0 `).MatchString(got.limits) {
		t.Errorf("core files may be written:\n%s", got.limits)
	}
}
