//go:build !linux

package main

import "os"

// isTerminal says whether v is a terminal, as far as the file's mode tells.
func isTerminal(v any) bool {
	f, ok := v.(*os.File)
	if !ok {
		return false
	}
	stat, err := f.Stat()
	return err == nil && stat.Mode()&os.ModeCharDevice != 0
}

// hideTyping cannot hide anything here: the terminal goes on showing it.
func hideTyping(*os.File) (restore func()) { return func() {} }
