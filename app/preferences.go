//go:build cgo && !headless

package main

import (
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
)

// unsaved is how long a change of the preferences may not be on the disk. Fyne saves a
// change at once, or 0.1 s later if it follows another one.
const unsaved = 250 * time.Millisecond

// savePreferencesOnlyIfChanged makes Fyne save the preferences at the end only if a change
// may not be saved yet. Fyne empties the file before it writes it, and its own file watcher
// may then read the empty file and print an error (v2.8.1, app/preferences.go). With
// versions of Fyne that lack these hooks it does nothing.
func savePreferencesOnlyIfChanged(a fyne.App) {
	end, ok := a.Lifecycle().(interface {
		OnStopped() func()
		SetOnStoppedHookExecuted(f func())
	})
	if !ok {
		return
	}
	save := end.OnStopped()
	if save == nil {
		return
	}
	var changed atomic.Pointer[time.Time]
	a.Preferences().AddChangeListener(func() {
		now := time.Now()
		changed.Store(&now)
	})
	end.SetOnStoppedHookExecuted(func() {
		if at := changed.Load(); at != nil && time.Since(*at) < unsaved {
			save()
		}
	})
}
