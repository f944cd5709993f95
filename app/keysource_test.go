package main

import (
	"context"
	"errors"
	"testing"

	"nightlatch/fido"
	"nightlatch/fido/webauthndll/webauthndlltest"
)

// The system's dialog is used where it is present, and where nothing else could be: there
// it says what is missing. An administrator of an old Windows opens keys directly.
func TestSystemsDialog(t *testing.T) {
	t.Parallel()
	listed := errors.New("libfido2 was asked")
	system := &webauthndlltest.Key{}
	for _, tt := range []struct {
		name            string
		dialog          fido.Dialog
		present, direct bool
		inDialog, lists bool
	}{
		{"Linux", nil, false, true, false, true},
		{"a user of Windows", system, true, false, true, false},
		{"an administrator of Windows", system, true, true, true, true},
		{"a user of an old Windows", system, false, false, true, false},
		{"an administrator of an old Windows", system, false, true, false, true},
	} {
		cfg := withDialog(fido.Config{Devices: func(context.Context) ([]fido.Device, error) { return nil, listed }}, tt.dialog, tt.present, tt.direct)
		if _, err := cfg.Devices(t.Context()); errors.Is(err, listed) != tt.lists || (cfg.Dialog != nil) != tt.inDialog {
			t.Errorf("%s: the dialog is %v, listing ends with %v", tt.name, cfg.Dialog, err)
		}
	}
}
