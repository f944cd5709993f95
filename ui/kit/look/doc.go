// Package look draws and arranges: the smallest parts of the window, without any that
// a user operates.
//
// No widget stores a colour. It stores the name of the colour and looks it up when
// it is refreshed, so light and dark can change while the program runs.
//
// Where to look:
//   - colours, sizes, type scale and theme: tokens, role, theme, font, tone
//   - what is drawn: text, icon, box
//   - where it goes: layout (rows, columns, stacks), wrap (margins and fixed sizes),
//     flow, groups (of a code), scroll
//   - for new widgets: measure (layouts that cache sizes), placed (a renderer), tree
//     (the objects on a canvas)
package look
