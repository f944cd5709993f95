package shell

import (
	"errors"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// A Notice is a small window that is shown without a console: the program
// waits for something before it can open its data, or it cannot open them.
type Notice struct {
	Waiting string // what the program waits for: "keyring"; or "", and
	Refusal string // why the program cannot start
}

// noticeSize is the size of the window.
var noticeSize = fyne.NewSize(620, 460)

// NewNotice makes the window of a notice. Closing it ends the app.
func NewNotice(a fyne.App, n Notice) (fyne.Window, error) {
	catalog, err := assets.New(a.Preferences().StringWithFallback(PrefLanguage, "en"))
	if errors.Is(err, assets.ErrLanguage) {
		catalog, err = assets.New("en")
	}
	if err != nil {
		return nil, err
	}
	c := &Console{Config: Config{App: a, Prefs: a.Preferences()}, Catalog: catalog}
	c.applyTheme()
	w := a.NewWindow(windowName)
	w.SetMaster()
	picture := kit.EmptyState("key", look.Info, catalog.T("ui.notice."+n.Waiting+".what"), catalog.T("ui.notice."+n.Waiting+".why"))
	end := control.NewButton(catalog.T("ui.notice.stop"), "", control.Secondary, w.Close)
	if n.Refusal != "" {
		picture = kit.EmptyState("refused", look.Refused, catalog.T("ui.notice.refused"), n.Refusal)
		end = control.NewButton(catalog.T("ui.notice.close"), "", control.Primary, w.Close)
	}
	p := kit.Page{Body: []fyne.CanvasObject{picture}, Actions: []fyne.CanvasObject{end}, Margin: 24}
	w.SetContent(look.Z(control.NewBackdrop(w.Canvas()), look.NewBox(look.Window, "", 0), p.Build()))
	control.Bindings{Escape: w.Close}.Attach(w.Canvas())
	w.Resize(noticeSize)
	if n.Refusal != "" { // only then: a password typed for the keyring must not close the window
		w.Canvas().Focus(end)
	}
	return w, nil
}
