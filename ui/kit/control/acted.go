package control

import "sync/atomic"

// acted is set when a person uses the keyboard or the mouse.
var acted atomic.Bool

// Acted reports whether a person has used the keyboard or the mouse since the last call.
// A session under the hardened policy lasts as long as somebody does (R44). It may be
// called from any goroutine.
func Acted() bool { return acted.Swap(false) }

// act notes that a person did something.
func act() { acted.Store(true) }
