package ui

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"

	"nightlatch/ui/kit"
)

// A saveRequest is something that can be saved as a file, in one form or another.
type saveRequest struct {
	title string // translation key
	name  string // the file's, without its ending
	forms []saveForm
	done  func(path string)
}

// A saveForm is one kind of file.
type saveForm struct {
	key    string // what the choice is called
	ending string
	make   func() ([]byte, error)
}

// saveAs asks for a form and a place, and writes the file for its owner's eyes
// alone. A file that is there is never written over.
func (c *Console) saveAs(r saveRequest) {
	w := c.words
	form := 0
	where := kit.NewTextField(w.T("ui.save.where"), w.T("ui.save.where-hint"), kit.InputConfig{Text: c.free(r.name, r.forms[0].ending), Limit: 1024})
	var names []string
	for _, f := range r.forms {
		names = append(names, w.T(f.key))
	}
	body := []fyne.CanvasObject{}
	if len(names) > 1 {
		body = append(body, kit.NewField(w.T("ui.save.form"), "", kit.H(0, kit.NewSegments(0, func(i int) {
			if path, ok := strings.CutSuffix(where.Text(), r.forms[form].ending); ok {
				where.SetText(path + r.forms[i].ending)
			}
			form = i
		}, names...).Named(w.T("ui.save.form")), kit.Gap())))
	}
	asked := c.scope.Child()
	var dialog *kit.Dialog
	dialog = kit.ShowDialog(c.window.Canvas(), kit.DialogConfig{
		Title: w.T(r.title), Words: w.T("ui.save.why"), Icon: "save", Body: append(body, where),
		Do: w.T("ui.save.do"), Keep: true, OnClose: asked.Leave,
		OnDo: func() {
			path, chosen := strings.TrimSpace(where.Text()), r.forms[form]
			if path == "" {
				where.Refuse(w.T("ui.save.empty"))
				return
			}
			dialog.Do().Disable()
			asked.Go(func(context.Context) func() {
				err := write(path, chosen.make)
				return func() {
					if err != nil {
						dialog.Do().Enable()
						where.Refuse(w.T(saveTrouble(err)))
						return
					}
					dialog.Close()
					asked.Leave()
					c.toast.Say(w.T("ui.save.done", path))
					r.done(path)
				}
			})
		},
	})
}

// write makes a file that wasn't there, readable by its owner alone.
func write(path string, content func() ([]byte, error)) error {
	b, err := content()
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path)) // half a sheet is worse than none
	}
	return nil
}

// saveTrouble is the key of the words for why a file could not be written.
func saveTrouble(err error) string {
	switch {
	case errors.Is(err, fs.ErrExist):
		return "ui.save.exists"
	case errors.Is(err, fs.ErrPermission):
		return "ui.save.forbidden"
	case errors.Is(err, fs.ErrNotExist):
		return "ui.save.no-folder"
	}
	return "ui.save.failed"
}

// free is a path in the person's documents where no file is yet.
func (c *Console) free(name, ending string) string {
	home, err := os.UserHomeDir()
	if err != nil {
		home = "."
	}
	folder := filepath.Join(home, "Documents")
	if st, err := os.Stat(folder); err != nil || !st.IsDir() {
		folder = home
	}
	base := filepath.Join(folder, name+"-"+c.now().Format("2006-01-02"))
	for i := 2; ; i++ {
		if _, err := os.Stat(base + ending); errors.Is(err, fs.ErrNotExist) || i > 99 {
			return base + ending
		}
		base = filepath.Join(folder, name+"-"+c.now().Format("2006-01-02")+"-"+string(rune('0'+i/10))+string(rune('0'+i%10)))
	}
}
