// Package kit has the parts that the screens of the window are composed of. They are
// made from two packages below it: look draws and arranges, control is what a user
// operates. kit imports both, control imports look, and nothing imports the other way.
//
// Where to look:
//   - the frame: window (rail, page and docked panel), page, steps (of a ceremony)
//   - lists: card (cards, rows and rules), rowlist (a list that can change), trailing
//   - messages: banner, toast, emptystate, badge
//   - what changes with time: clock, countdown, progress, touch
//   - pictures: phone, qr
//
// Package typeset breaks lines. Package golden describes a canvas as text, and kittest
// opens windows, for tests.
package kit
