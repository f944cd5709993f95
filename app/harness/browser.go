package harness

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A Browser is a headless Chromium with its own profile. It is controlled through two pipes
// with the DevTools protocol; each message ends with NUL.
type Browser struct {
	cmd     *exec.Cmd
	log     *tail
	profile string
	to      *os.File
	ended   chan struct{} // closed at the end of its output

	mu      sync.Mutex
	last    int
	waiting map[int]chan reply
}

// A reply is the answer to a call.
type reply struct {
	ID     int             `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// OpenBrowser starts Chromium, without its sandbox, which does not work for root, and
// without background requests to the network.
func OpenBrowser(ctx context.Context) (_ *Browser, err error) {
	profile, err := os.MkdirTemp("", "nightlatch-chromium-")
	if err != nil {
		return nil, err
	}
	b := &Browser{log: &tail{}, profile: profile, ended: make(chan struct{}), waiting: map[int]chan reply{}}
	theirs, ours, err := os.Pipe() // Chromium reads what we write
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(profile))
	}
	answers, said, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, theirs.Close(), ours.Close(), os.RemoveAll(profile))
	}
	b.to = ours
	b.cmd = exec.Command("chromium", "--remote-debugging-pipe", "--user-data-dir="+profile,
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps",
		"--disable-extensions", "--metrics-recording-only", "--password-store=basic", "--no-proxy-server", "about:blank")
	b.cmd.ExtraFiles = []*os.File{theirs, said} // descriptors 3 and 4
	b.cmd.Stdout, b.cmd.Stderr = b.log, b.log
	err = start(b.cmd)
	_ = theirs.Close()
	_ = said.Close()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("harness: chromium: %w", err), ours.Close(), answers.Close(), os.RemoveAll(profile))
	}
	go b.listen(answers)
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := b.call(ctx, "", "Browser.getVersion", nil, nil); err != nil {
		b.Close()
		return nil, fmt.Errorf("%w\n%s", err, b.log)
	}
	return b, nil
}

// listen passes each answer to its caller, and ignores events.
func (b *Browser) listen(from *os.File) {
	defer close(b.ended)
	defer from.Close()
	for r := bufio.NewReader(from); ; {
		line, err := r.ReadBytes(0)
		if err != nil {
			return
		}
		var answer reply
		if json.Unmarshal(line[:len(line)-1], &answer) != nil || answer.ID == 0 {
			continue
		}
		b.mu.Lock()
		waiting := b.waiting[answer.ID]
		delete(b.waiting, answer.ID)
		b.mu.Unlock()
		if waiting != nil {
			waiting <- answer
		}
	}
}

// call calls a method of the DevTools protocol. session is "" for the browser itself.
func (b *Browser) call(ctx context.Context, session, method string, params, result any) error {
	answered := make(chan reply, 1)
	if params == nil {
		params = struct{}{}
	}
	b.mu.Lock()
	b.last++
	id := b.last
	b.waiting[id] = answered
	message, err := json.Marshal(struct {
		ID      int    `json:"id"`
		Session string `json:"sessionId,omitempty"`
		Method  string `json:"method"`
		Params  any    `json:"params"`
	}{id, session, method, params})
	if err == nil {
		_, err = b.to.Write(append(message, 0))
	}
	b.mu.Unlock()
	if err != nil {
		return fmt.Errorf("harness: %s: %w", method, err)
	}
	select {
	case answer := <-answered:
		if answer.Error != nil {
			return fmt.Errorf("harness: %s: %s", method, answer.Error.Message)
		}
		if result == nil {
			return nil
		}
		return json.Unmarshal(answer.Result, result)
	case <-b.ended:
		return fmt.Errorf("harness: %s: Chromium has ended\n%s", method, b.log)
	case <-ctx.Done():
		return fmt.Errorf("harness: %s: %w", method, ctx.Err())
	}
}

// Close ends the browser and removes its profile.
func (b *Browser) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if b.call(ctx, "", "Browser.close", nil, nil) != nil {
		_ = b.cmd.Process.Signal(syscall.SIGKILL)
	}
	_ = b.to.Close()
	_ = b.cmd.Wait() // the process is ending
	<-b.ended
	_ = os.RemoveAll(b.profile) // a directory that stays behind does no harm
}

// A Page is one page of a browser.
type Page struct {
	browser *Browser
	session string
}

// Open opens a page at an address, even if it answers with an error, and waits until it is
// loaded. It disables the Content-Security-Policy: the API's policy would forbid the
// requests of the test's scripts.
func (b *Browser) Open(ctx context.Context, address string) (*Page, error) {
	var target struct {
		ID string `json:"targetId"`
	}
	err := b.call(ctx, "", "Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	if err != nil {
		return nil, err
	}
	var attached struct {
		Session string `json:"sessionId"`
	}
	err = b.call(ctx, "", "Target.attachToTarget", map[string]any{"targetId": target.ID, "flatten": true}, &attached)
	if err != nil {
		return nil, err
	}
	p := &Page{b, attached.Session}
	if err := p.Call(ctx, "Page.setBypassCSP", map[string]any{"enabled": true}, nil); err != nil {
		return nil, err
	}
	var gone struct {
		Error string `json:"errorText"`
	}
	if err := p.Call(ctx, "Page.navigate", map[string]any{"url": address}, &gone); err != nil {
		return nil, err
	}
	if gone.Error != "" {
		return nil, fmt.Errorf("harness: %s: %s", address, gone.Error)
	}
	return p, Within(ctx, 20*time.Second, "the page "+address, func() (bool, error) {
		var at string
		err := p.Run(ctx, "document.readyState == 'complete' ? location.href : ''", &at)
		return at != "" && at != "about:blank", err
	})
}

// Call calls a method of the DevTools protocol on the page.
func (p *Page) Call(ctx context.Context, method string, params, result any) error {
	return p.browser.call(ctx, p.session, method, params, result)
}

// A ScriptError is an exception of a script, such as an InvalidStateError.
type ScriptError struct{ Name, Message string }

func (e *ScriptError) Error() string { return "harness: script: " + e.Name + ": " + e.Message }

// Run evaluates an expression, waits for its promise, and decodes its value from JSON. An
// exception is a *ScriptError.
func (p *Page) Run(ctx context.Context, expression string, result any) error {
	var answer struct {
		Result struct {
			Value string `json:"value"`
		} `json:"result"`
		Exception *struct {
			Text string `json:"text"`
		} `json:"exceptionDetails"`
	}
	err := p.Call(ctx, "Runtime.evaluate", map[string]any{
		"awaitPromise": true, "returnByValue": true, "userGesture": true,
		"expression": `(async () => {
			try { return JSON.stringify({value: await (` + expression + `) ?? null}) }
			catch (e) { return JSON.stringify({name: e.name ?? "thrown", message: String(e.message ?? e)}) }
		})()`,
	}, &answer)
	if err != nil {
		return err
	}
	if answer.Exception != nil {
		return fmt.Errorf("harness: script: %s", answer.Exception.Text)
	}
	var out struct {
		Value         json.RawMessage
		Name, Message string
	}
	if err := json.Unmarshal([]byte(answer.Result.Value), &out); err != nil {
		return fmt.Errorf("harness: script: %w", err)
	}
	if out.Name != "" {
		return &ScriptError{out.Name, out.Message}
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(out.Value, result)
}

// RoundTrip makes a Go client's request as a script of the page (http.RoundTripper): with
// the browser's Origin and Sec-Fetch-Site, and under the browser's rules.
func (p *Page) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		defer r.Body.Close()
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	init := map[string]any{"method": r.Method, "headers": map[string]string{}}
	for name := range r.Header {
		if name != "User-Agent" { // the browser sets its own
			init["headers"].(map[string]string)[name] = r.Header.Get(name)
		}
	}
	if len(body) > 0 {
		init["body"] = string(body)
	}
	options, err := json.Marshal(init)
	if err != nil {
		return nil, err
	}
	address, err := json.Marshal(r.URL.String())
	if err != nil {
		return nil, err
	}
	var answer struct {
		Status  int
		Headers [][2]string
		Body    string
	}
	err = p.Run(r.Context(), fmt.Sprintf(
		`fetch(%s, %s).then(async r => ({status: r.status, headers: [...r.headers], body: await r.text()}))`, address, options), &answer)
	if err != nil {
		return nil, err
	}
	header := http.Header{}
	for _, h := range answer.Headers {
		header.Add(h[0], h[1])
	}
	return &http.Response{
		StatusCode: answer.Status, Header: header, Request: r, ContentLength: int64(len(answer.Body)),
		Body: io.NopCloser(strings.NewReader(answer.Body)),
	}, nil
}
