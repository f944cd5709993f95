//go:build !windows

package webauthndll

import "nightlatch/fido"

// System returns nil: only Windows has this dialog.
func System() fido.Dialog { return nil }

// Check returns nil: nothing is missing on this system.
func Check() error { return nil }
