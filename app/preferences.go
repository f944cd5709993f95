//go:build cgo && !headless

package main

import (
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
)

// unsaved is how long a change of the preferences may not be on the disk yet: Fyne
// saves each at once, and one that follows another a tenth of a second later.
const unsaved = 250 * time.Millisecond

// savePreferencesOnlyIfChanged lets Fyne save the preferences at the end only if there may be
// something to save. It empties the file before it writes, and its own watcher of
// that file, which nothing holds back at the end, reads it empty and prints an
// error (v2.8.1, app/preferences.go). Where Fyne is another one, it saves as it
// does.
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
