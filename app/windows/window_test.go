package windows

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"nightlatch/app/harness"
	"nightlatch/fido/webauthndll/webauthndlltest"
)

// A walk controls the window by keyboard and reads its title, which names the page.
type walk struct {
	t   *testing.T
	ctx context.Context
	w   *harness.Window
}

func (k walk) must(err error) {
	k.t.Helper()
	if err != nil {
		title, _ := k.w.Title(k.ctx)
		k.t.Fatalf("at %q: %v\n%s", title, err, k.w.Log())
	}
}

// sees waits for a page.
func (k walk) sees(title string) {
	k.t.Helper()
	k.must(harness.Within(k.ctx, time.Minute, "the page "+title, func() (bool, error) {
		got, err := k.w.Title(k.ctx)
		return strings.HasPrefix(got, title+" "), err
	}))
}

func (k walk) press(keys ...string) {
	k.t.Helper()
	k.must(k.w.Press(k.ctx, keys...))
	_, err := k.w.Settled(k.ctx)
	k.must(err)
}

func (k walk) write(text string) {
	k.t.Helper()
	k.must(k.w.Type(k.ctx, text))
	_, err := k.w.Settled(k.ctx)
	k.must(err)
}

// windowProgram returns the path of the program for Windows with a window.
func windowProgram(t *testing.T) string {
	t.Helper()
	if program := os.Getenv("NIGHTLATCH_WINDOWS_PROGRAM"); program != "" { // the Makefile has built it
		return program
	}
	program, err := harness.BuildWindowForWindows(within(t, 10*time.Minute), t.TempDir(), "nightlatch.exe", "nightlatch/app")
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// A person signs up in the window, begins to add a key and cancels, adds the key, and signs
// in with it, all by keyboard. The account server in the window checks the signatures.
func TestKeyInTheWindow(t *testing.T) {
	d := openDesk(t)
	d.install()
	ctx := within(t, 10*time.Minute)
	d.dll.Set(webauthndlltest.Behaviour{Wait: true})
	w, err := d.display.OpenWindow(ctx, "Nightlatch", append(d.wine.Env(), d.env()...), "wine", windowProgram(t), "--data", `C:\nightlatch`)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	k := walk{t, ctx, w}
	const password = "quiet harbour lantern"
	k.sees("Create your account")
	k.write("mara")
	k.press("Tab")
	k.write(password)
	k.press("Return")
	k.sees("Overview")
	k.press("ctrl+3")
	k.sees("Manage security keys")
	k.press("Return")
	k.sees("What will happen")
	k.press("Return")
	k.sees("Which address gets your security notices?")
	k.write("mara@example.org")
	k.press("Return")
	k.sees("Windows asks for your security key")
	d.await(ctx, d.dll.Waits(), "the dialog of Windows opens")
	d.dll.Set(webauthndlltest.Behaviour{})
	k.press("Escape") // back: the dialog of Windows is cancelled
	k.sees("What will happen")
	d.await(ctx, d.dll.Cancellations(), "the dialog of Windows is closed")
	k.press("Return")
	k.sees("Name your key")
	k.write("Top drawer")
	k.press("Return")
	k.sees("The security key is on")
	k.press("Return")
	k.sees("Manage security keys")

	d.dll.Set(webauthndlltest.Behaviour{Result: 0x8007_05b4}) // ERROR_TIMEOUT
	k.press("ctrl+comma")
	k.sees("Settings")
	k.press("shift+Tab", "shift+Tab", "Return") // "Change: Password" has the focus; two before it is "Sign out"
	k.press("Tab", "Return")                    // Cancel, Sign out
	k.sees("Sign in")
	k.write(password)
	k.press("Return")
	k.sees("That didn’t work")
	d.dll.Set(webauthndlltest.Behaviour{})
	k.press("Return")
	k.sees("Overview")
	if faults := d.dll.Faults(); len(faults) > 0 {
		t.Errorf("the real library would not accept:\n%s", strings.Join(faults, "\n"))
	}
}
