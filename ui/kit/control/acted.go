package control

import "sync/atomic"

// acted is set when a person uses the keyboard or the mouse.
var acted atomic.Bool

// Acted reports whether a person has used the keyboard or the mouse since the
// last call. Under the hardened policy, a session ends without such activity
// (R44). Any goroutine may call it.
func Acted() bool { return acted.Swap(false) }

// uses counts the presses of keys and of the mouse in the window.
var uses int

// Uses returns the number of presses of keys and of the mouse so far. While it stays the
// same, the person has done nothing but move the mouse or scroll.
func Uses() int { return uses }

// act records activity of a person.
func act() { acted.Store(true) }
