package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
)

// The main job with the keyboard alone: an account, a text message, a backup
// code, out and in again.
func TestTextMessageByKeyboard(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", "correct horse battery")
	h.sees("Yes, with your password alone")

	h.ctrl(fyne.Key2)
	h.sees("Signing in takes your password and one of these")
	h.do("Set up: Text message")
	h.sees("What will happen")
	h.press(fyne.KeyReturn)
	h.sees("Which address gets your security notices?")
	h.write("mara@example.org")
	h.press(fyne.KeyReturn)
	h.sees("Enter the code we mailed you")
	h.write(h.mail("mara@example.org", sixDigits))
	h.press(fyne.KeyReturn)
	h.sees("Which phone gets the codes?")
	h.write("+12025550143")
	h.press(fyne.KeyReturn)
	h.sees("Enter the code we texted you", "Send again in")
	h.write("000000")
	h.press(fyne.KeyReturn)
	h.sees("That code isn’t the one we sent", "4 tries are left")
	h.write(h.text("+12025550143", sixDigits)) // the refused one is typed over
	h.press(fyne.KeyReturn)
	h.sees("Text messages are on", "Backup code number 1", "You haven’t saved it yet")
	h.do("Copy")
	h.sees("You have a copy")
	if got := h.app.Clipboard().Content(); len(got) != 19 || strings.Count(got, "-") != 3 {
		t.Errorf("the clipboard has %q", got)
	}
	h.do("Got it")
	h.sees("Signing in takes your password", "+1 202-555-0143", "number 1")
}
