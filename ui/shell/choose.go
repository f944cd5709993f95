package shell

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver"

	"nightlatch/ui/chooser"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// PathField is a field for a path, with a button that opens the desktop's file chooser. ~
// stands for the home folder.
type PathField struct {
	*control.TextField
	Object fyne.CanvasObject // the field and the button
	agreed string            // the path from the chooser, which asks before a file is replaced
}

// NewPathField makes a field for the path of a file, or of a folder. Without a file chooser
// there is no button. Leaving s closes the chooser.
func (c *Console) NewPathField(s *Scope, label, hint string, folder bool, in control.InputConfig) *PathField {
	f := &PathField{TextField: control.NewTextField(label, hint, in)}
	f.Object = f.TextField
	if c.Config.Choose == nil {
		return f
	}
	w, key := c.Catalog, "ui.choose.file"
	if folder {
		key = "ui.choose.folder"
	}
	var button *control.Button
	button = control.NewButton(w.T(key), "folder", control.Secondary, func() {
		button.Disable()
		r := chooser.Request{Title: label, Accept: w.T("ui.choose.do"), Folder: folder, Start: f.Path(), Parent: c.portalName()}
		s.Go(func(ctx context.Context) func() {
			path, err := c.Config.Choose(ctx, r)
			return func() {
				button.Enable()
				switch {
				case errors.Is(err, chooser.ErrNone):
					f.Note(w.T("ui.choose.none"))
				case err == nil && path != "":
					f.SetText(path)
					f.agreed = path
					if in.OnChanged != nil {
						in.OnChanged(path)
					}
				}
			}
		})
	})
	f.Object = look.V(look.S8, f.TextField, look.H(0, button, look.Gap()))
	return f
}

// Path is the typed path, with the home folder in place of ~.
func (f *PathField) Path() string { return chooser.Expand(strings.TrimSpace(f.Text())) }

// MayReplace reports whether the person agreed to replace the file in the file chooser.
func (f *PathField) MayReplace() bool { return f.agreed != "" && f.agreed == f.Path() }

// portalName is the window as the file chooser names its parent, "" where it can't be named.
func (c *Console) portalName() (name string) {
	if w, ok := c.window.(driver.NativeWindow); ok {
		w.RunNative(func(context any) {
			switch x := context.(type) {
			case driver.X11WindowContext:
				name = fmt.Sprintf("x11:%x", x.WindowHandle)
			case driver.WindowsWindowContext:
				name = fmt.Sprintf("hwnd:%x", x.HWND)
			}
		})
	}
	return name
}
