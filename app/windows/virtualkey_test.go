package windows

import (
	"testing"
	"time"

	"nightlatch/app/harness"
	"nightlatch/server/api"
	"nightlatch/server/client"
)

// In the lab a person enrols a virtual key and signs in with it, by keyboard. There is no
// pseudo-terminal on Windows, and here neither fido2.dll nor webauthn.dll: the key works in
// the window's process. It is plugged in and touched through the lab's API, as in the
// lab's panel.
func TestVirtualKeyInTheWindow(t *testing.T) {
	d := openDesk(t)
	ctx := within(t, 10*time.Minute)
	w, err := d.display.OpenWindow(ctx, "Nightlatch", d.wine.Env(), "wine", windowProgram(t), "--lab", "--data", `C:\lab`)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	k := walk{t, ctx, w}
	url, err := w.ReadyURL(ctx)
	k.must(err)
	lab := client.New(url, nil)
	key, err := lab.PlugKey(ctx, api.LabKey{Name: "Blue key", Transport: "usb", Kind: api.KeyFIDO2})
	k.must(err)
	if key.Path != "lab://key-1/1" {
		t.Errorf("the key is at %s", key.Path)
	}
	touch := func() {
		k.must(harness.Within(ctx, time.Minute, "the key blinks", func() (bool, error) {
			keys, err := lab.LabKeys(ctx)
			return len(keys) == 1 && keys[0].WaitingForTouch, err
		}))
		k.must(lab.TouchKey(ctx, key.ID))
	}
	k.sees("Sign in")
	k.write("ada")
	k.press("Tab")
	k.write("night-latch-demo") // of the demo accounts
	k.press("Return")
	k.sees("Overview")
	k.press("ctrl+3")
	k.sees("Manage security keys")
	k.press("Return")
	k.sees("What will happen")
	k.press("Return")
	touch()
	k.sees("Name your key")
	k.press("Return")
	k.sees("The security key is on")
	k.press("Return")
	k.sees("Manage security keys")
	k.press("ctrl+comma")
	k.sees("Settings")
	k.press("shift+Tab", "shift+Tab", "Return") // "Change: Password" has the focus; two before it is "Sign out"
	k.press("Tab", "Return")                    // Cancel, Sign out
	k.sees("Sign in")
	k.write("night-latch-demo")
	k.press("Return")
	touch()
	k.sees("Overview")

	k.press("ctrl+3")
	k.sees("Manage security keys")
	k.must(lab.UnplugKey(ctx, key.ID))
	keys, err := lab.LabKeys(ctx)
	if err != nil || len(keys) != 1 || keys[0].PluggedIn {
		t.Errorf("unplugged: %+v, %v", keys, err)
	}
}
