// Package control has the widgets that a user operates with the mouse and the keyboard,
// and how the focus moves between them.
//
// Where to look:
//   - what is pressed: pressable (the base of the others), button, crumbs, taprow,
//     toggle, segments, selector and its optionlist, rail and its railhint; hover is a
//     part that only the mouse reaches
//   - what is typed: input and its entry, field (a label around it), codefield and its
//     codecell
//   - over the page: overlay, dialog
//   - keys and focus: bindings (the keys of a page), focus
package control
