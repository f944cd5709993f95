package ui

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
)

func TestTextMessageByKeyboard(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	h.sees("Yes, with your password alone")

	h.ctrl(fyne.Key2)
	h.sees("Signing in takes your password and one of these")
	h.do("Set up: Text message")
	h.sees("What will happen")
	h.press(fyne.KeyReturn)
	h.confirmEmail("mara@example.org")
	h.sees("Which phone gets the codes?")
	h.write("0202 555")
	h.press(fyne.KeyReturn)
	h.sees("That doesn’t look like a phone number", "0202 555")
	h.press(fyne.KeyBackspace, fyne.KeyBackspace, fyne.KeyBackspace, fyne.KeyBackspace, fyne.KeyBackspace, fyne.KeyBackspace, fyne.KeyBackspace, fyne.KeyBackspace)
	h.write("+12025550143")
	h.press(fyne.KeyReturn)
	h.sees("Enter the code we texted you", "Send again in")
	h.write("000000")
	h.press(fyne.KeyReturn)
	h.sees("That code isn’t the one we sent", "4 tries are left")
	h.write(h.text("+12025550143", sixDigits)) // the refused one is typed over
	h.misses("That code isn’t the one we sent")
	h.press(fyne.KeyReturn)
	h.sees("Text messages are on", "Backup code number 1", "You haven’t saved it yet")
	h.do("Copy")
	h.sees("You have a copy")
	if got := h.app.Clipboard().Content(); got != h.backupCode() {
		t.Errorf("the clipboard has %q, the screen %q", got, h.backupCode())
	}
	h.do("Got it")
	h.sees("Signing in takes your password", "+1 202-555-0143", "number 1")
	h.ctrl(fyne.Key1)
	h.sees("Yes, with your last backup code", "Your texts go to the phone ending in 0143", "Add a security key")
}

func TestAuthenticatorApp(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	h.ctrl(fyne.Key2)
	h.do("Set up: Authenticator app")
	h.press(fyne.KeyReturn)
	h.confirmEmail("mara@example.org")
	h.sees("Scan this with your app")
	h.do("Copy")
	secret := h.app.Clipboard().Content()
	h.do("Continue")
	h.sees("Enter the code from your app")
	h.press(fyne.KeyEscape)
	h.sees("Scan this with your app")
	h.do("Copy")
	if again := h.app.Clipboard().Content(); again != secret {
		t.Errorf("Back made another secret, %q after %q", again, secret)
	}
	h.do("Continue")
	code := h.appCode(secret)
	h.write(code)
	h.press(fyne.KeyReturn)
	h.sees("The authenticator app is on")
	backup := h.backupCode()
	h.do("Got it")
	h.signOut()

	h.passwordAt("mara", "wrong horse battery")
	h.sees("That wasn’t right", "We don’t say which")
	h.write(password)
	h.press(fyne.KeyReturn)
	h.sees("Enter the code from your app")
	h.write(code) // the one that enrolled
	h.press(fyne.KeyReturn)
	h.sees("That code was used already")
	h.pass(time.Minute)
	h.write(h.appCode(secret))
	h.press(fyne.KeyReturn)
	h.sees("You’re in", "1 backup code is left") // R78
	h.press(fyne.KeyReturn)
	h.sees("If this phone died now")
	h.signOut()

	// R40: another way; R72: the number; then the code can't be used twice (R74).
	h.passwordAt("mara", password)
	h.do("Choose another way")
	h.sees("Any one of these finishes signing in")
	h.press(fyne.KeyReturn)
	h.sees("Enter backup code number 1")
	h.write(strings.ToUpper(strings.ReplaceAll(backup, "-", " ")))
	h.press(fyne.KeyReturn)
	h.sees("You’re in", "0 backup codes are left")
	h.do("Generate another")
	h.sees("Each gets you in once", "Used today")
}

func TestCeremonyGoesOnAfterRestart(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	h.ctrl(fyne.Key2)
	h.do("Set up: Authenticator app")
	h.press(fyne.KeyReturn)
	h.confirmEmail("mara@example.org")
	h.sees("Scan this with your app")
	h.do("Copy")
	secret := h.app.Clipboard().Content()
	h.do("Continue")
	h.sees("Enter the code from your app")
	h.leave()

	h.enter()
	h.sees("Set up an authenticator app", "Enter the code from your app")
	h.write(h.appCode(secret))
	h.press(fyne.KeyReturn)
	h.sees("The authenticator app is on")
	h.leave() // before the backup code was saved

	h.enter()
	h.sees("The authenticator app is on", "Backup code number 1")
	h.do("Got it")
	h.leave()

	h.enter()
	h.sees("If this phone died now", "mara")
}

func TestLeftCeremonyIsOffered(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	h.ctrl(fyne.Key2)
	h.do("Set up: Authenticator app")
	h.press(fyne.KeyReturn)
	h.sees("Which address gets your security notices?")
	h.ctrl(fyne.Key2)
	h.sees("You left something open: Set up an authenticator app")
	h.do("Go on with it")
	h.sees("Which address gets your security notices?")
	h.do("Cancel")
	h.sees("Signing in takes your password and one of these")
	if strings.Contains(h.seen(), "You left something open") {
		t.Error("a cancelled ceremony is offered again")
	}
}

func TestTurnOff(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	h.enrolApp()
	h.do("Turn off: Authenticator app")
	h.sees("Turn off the authenticator app?", "two-factor authentication goes off", "1 backup code becomes void")
	h.press(fyne.KeyReturn) // on Cancel
	h.sees("Signing in takes your password and one of these")
	h.do("Turn off: Authenticator app")
	h.do("Turn off the app")
	h.sees("It’s off")
	h.press(fyne.KeyReturn)
	h.sees("Once two-factor authentication is on")
	h.ctrl(fyne.Key4)
	h.sees("Backup codes need a second step")
}
