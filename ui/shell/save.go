package shell

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"

	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// A SaveRequest describes something that can be saved as a file, in one or
// more file formats.
type SaveRequest struct {
	Title string // translation key; Title.why is the text below it
	Name  string // the file's, without its ending
	Forms []SaveForm
	Done  func(path string) // may be nil
}

// A SaveForm is a file format to choose from.
type SaveForm struct {
	Key    string // translation key of the choice
	Ending string // with the dot
	Make   func() ([]byte, error)
}

// SaveAs asks for a form and a path, and writes a file that only its owner can
// read. An existing file is replaced only if the person agreed to it in the desktop's file
// chooser.
func (c *Console) SaveAs(r SaveRequest) {
	w := c.Catalog
	form := 0
	asked := c.scope.Child()
	where := c.NewPathField(asked, w.T("ui.save.where"), w.T("ui.save.where-hint"), false, control.InputConfig{Text: c.freeName(r.Name, r.Forms[0].Ending), Limit: 1024})
	var names []string
	for _, f := range r.Forms {
		names = append(names, w.T(f.Key))
	}
	body := []fyne.CanvasObject{}
	if len(names) > 1 {
		body = append(body, control.NewField(w.T("ui.save.form"), "", look.H(0, control.NewSegments(0, func(i int) {
			if path, ok := strings.CutSuffix(where.Text(), r.Forms[form].Ending); ok {
				where.SetText(path + r.Forms[i].Ending)
			}
			form = i
		}, names...).Named(w.T("ui.save.form")), look.Gap())))
	}
	var dialog *control.Dialog
	dialog = c.Dialog(control.DialogConfig{
		Title: w.T(r.Title), Words: w.T(r.Title + ".why"), Icon: "save", Body: append(body, where.Object),
		Do: w.T("ui.save.do"), Keep: true, OnClose: asked.Leave,
		OnDo: func() {
			path, chosen, replace := where.Path(), r.Forms[form], where.MayReplace()
			if path == "" {
				where.Refuse(w.T("ui.save.empty"))
				return
			}
			dialog.Do().Disable()
			over := c.sayWorking(asked)
			asked.Go(func(context.Context) func() {
				err := write(path, replace, chosen.Make)
				return func() {
					over()
					if err != nil {
						dialog.Do().Enable()
						where.Refuse(w.T(saveTrouble(err)))
						return
					}
					dialog.Close()
					asked.Leave()
					c.Toast.Say(w.T("ui.save.done", path))
					if r.Done != nil {
						r.Done(path)
					}
				}
			})
		},
	})
}

// write creates a file that only its owner can read. It replaces an existing one if replace
// is set; the old file stays complete until the new one is.
func write(path string, replace bool, content func() ([]byte, error)) error {
	b, err := content()
	if err != nil {
		return err
	}
	if !replace {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		return fill(f, b)
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*") // mode 0600
	if err != nil {
		return err
	}
	if err := fill(f, b); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// fill writes a new file and closes it. It removes the file if that fails: an incomplete
// sheet is worse than none.
func fill(f *os.File, b []byte) error {
	_, err := f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// saveTrouble is the translation key of the reason why a file was not written.
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

// freeName returns an unused path in the user's documents folder.
func (c *Console) freeName(name, ending string) string {
	home, err := os.UserHomeDir()
	if err != nil {
		home = "."
	}
	folder := filepath.Join(home, "Documents")
	if st, err := os.Stat(folder); err != nil || !st.IsDir() {
		folder = home
	}
	base := filepath.Join(folder, name+"-"+c.Now().Format("2006-01-02"))
	for i := 2; ; i++ {
		if _, err := os.Stat(base + ending); errors.Is(err, fs.ErrNotExist) || i > 99 {
			return base + ending
		}
		base = filepath.Join(folder, name+"-"+c.Now().Format("2006-01-02")+"-"+string(rune('0'+i/10))+string(rune('0'+i%10)))
	}
}
